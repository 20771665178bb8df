import type { Run } from "../command.ts";
import { connect } from "../connect.ts";
import { resolveJobs } from "../job-reference.ts";
import { waitForJobs } from "../wait-for-jobs.ts";

/** `qizhi wait`: ends with the jobs' outcome. */
export const wait: Run = async ({ args, options, io }) => {
  const connection = await connect(options, io);
  const jobIds = resolveJobs(args, connection, io);
  return waitForJobs(connection, jobIds, options, io);
};
