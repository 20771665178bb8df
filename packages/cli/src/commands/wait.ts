import type { Run } from "../command.ts";
import { connectToWatch } from "../connect-to-watch.ts";
import { resolveJobs } from "../job-reference.ts";
import { waitForJobs } from "../wait-for-jobs.ts";

/** `qizhi wait`: ends with the jobs' outcome. */
export const wait: Run = async ({ args, options, io }) => {
  const connection = await connectToWatch(args.length, options, io);
  const jobIds = resolveJobs(args, connection, io);
  return waitForJobs(connection, jobIds, options, io);
};
