import type { Run } from "../../context/command.ts";
import { connect } from "../../access/connect.ts";
import { exitCode, exitCodeOf, gravest } from "../../errors/exit-code.ts";
import { keepSeen } from "../../history/history.ts";
import { resolveWithSweeps } from "../../history/sweep-reference.ts";
import { refreshJobs } from "../../jobs/refresh-jobs.ts";
import type { Outcome } from "../../jobs/follow-jobs.ts";
import { printOutcomes, waitForJobs } from "../../jobs/wait-for-jobs.ts";

/** `qizhi status`: one poll of each job. The exit code says whether the poll worked, not how the job goes. */
export const status: Run = async ({ args, options, io }) => {
  const isWatch = options.flag("watch");
  const connection = await connect(options, io);
  const jobIds = resolveWithSweeps(args, connection, io);
  if (isWatch) {
    const code = await waitForJobs(connection, jobIds, options, io);
    return code === exitCode.jobFailed ? exitCode.ok : code;
  }
  const polls = await refreshJobs(connection, jobIds);
  const outcomes = jobIds.map((jobId): Outcome => ({ jobId, ...polls.get(jobId) }));
  const [only] = outcomes;
  if (outcomes.length === 1 && only?.error !== undefined) throw only.error;
  const seen = outcomes.flatMap((outcome) => outcome.seen ?? []);
  keepSeen(connection, seen);
  printOutcomes(connection, outcomes, options, io);
  return gravest(outcomes.map(({ error }) => (error ? exitCodeOf(error) : exitCode.ok)));
};
