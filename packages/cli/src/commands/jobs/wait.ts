import type { Run } from "../../context/command.ts";
import { connect } from "../../access/connect.ts";
import { joinCodes } from "../../errors/exit-code.ts";
import { jobsOf } from "../../history/selection.ts";
import { reportNothing, selectSet } from "../../jobs/select-jobs.ts";
import { waitForJobs } from "../../jobs/wait-for-jobs.ts";

/** `qizhi wait`: ends with the jobs' outcome. */
export const wait: Run = async (input) => {
  const { options, io } = input;
  const connection = await connect(options, io);
  const targets = await selectSet(connection, input);
  const jobIds = jobsOf(targets, io);
  if (jobIds.length === 0) return reportNothing(input);
  const { code, sweeps } = targets;
  return joinCodes(code, await waitForJobs(connection, jobIds, options, io, { sweeps }));
};
