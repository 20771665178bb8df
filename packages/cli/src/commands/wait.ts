import type { Run } from "../command.ts";
import { connect } from "../connect.ts";
import { resolveJobs } from "../job-reference.ts";
import { createPace } from "../pace.ts";
import { waitForJobs } from "../wait-for-jobs.ts";

/** `qizhi wait`: ends with the jobs' outcome. */
export const wait: Run = async ({ args, options, io }) => {
  // Several keep to one rate with all other processes.
  const pace = args.length > 1 ? createPace(options, io) : undefined;
  const connection = await connect(options, io, pace);
  const jobIds = resolveJobs(args, connection, io);
  return waitForJobs(connection, jobIds, options, io);
};
