import type { Run } from "../../context/command.ts";
import { connect } from "../../access/connect.ts";
import { resolveWithSweeps } from "../../history/sweep-reference.ts";
import { waitForJobs } from "../../jobs/wait-for-jobs.ts";

/** `qizhi wait`: ends with the jobs' outcome. */
export const wait: Run = async ({ args, options, io }) => {
  const connection = await connect(options, io);
  const jobIds = resolveWithSweeps(args, connection, io);
  return waitForJobs(connection, jobIds, options, io);
};
