import type { Run } from "../../context/command.ts";
import { connect } from "../../access/connect.ts";
import { resolveJobs } from "../../history/job-reference.ts";
import { waitForJobs } from "../../jobs/wait-for-jobs.ts";

/** `qizhi wait`: ends with the jobs' outcome. */
export const wait: Run = async ({ args, options, io }) => {
  const connection = await connect(options, io);
  const jobIds = resolveJobs(args, connection, io);
  return waitForJobs(connection, jobIds, options, io);
};
