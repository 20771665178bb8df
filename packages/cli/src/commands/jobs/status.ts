import type { CommandInput, Run } from "../../context/command.ts";
import { findAccess } from "../../access/access.ts";
import { connect } from "../../access/connect.ts";
import type { Connection } from "../../terminal/connection.ts";
import { exitCode, exitCodeOf, gravest, joinCodes } from "../../errors/exit-code.ts";
import { jobsOf, selectJobs } from "../../history/selection.ts";
import { reportNothing, selectSet } from "../../jobs/select-jobs.ts";
import { type Outcome, refreshJobs } from "../../jobs/poll-jobs.ts";
import { exitCodeOfOutcome, printOutcomes } from "../../jobs/print-outcomes.ts";
import { waitForJobs } from "../../jobs/wait-for-jobs.ts";

/**
 * `qizhi status`: one poll of each job, or the runs of a sweep. The exit code says whether the poll worked, not how
 * the job goes.
 */
export const status: Run = async (input) => {
  const { options, io } = input;
  const isWatch = options.flag("watch");
  // A sweep is shown without a login, too: as last seen.
  const client = findAccess(options, io);
  let opened: Promise<Connection> | undefined;
  const open = () => (opened ??= connect(options, io));
  const targets = await selectSet({ client, open }, input);
  const { sweeps } = targets;
  const [sweep] = sweeps;
  const isSweep = sweep !== undefined && targets.jobIds.length + sweeps.length === 1;
  if (isSweep && !isWatch) {
    const { requireSweep, showSweep } = await import("../../sweep/show-sweeps.ts");
    return showSweep(requireSweep(sweep.id, input), input);
  }
  options.checkTerms("jobs");
  const connection = await open();
  const jobIds = jobsOf(targets, io);
  if (jobIds.length === 0) return reportNothing(input);
  const code = isWatch
    ? await waitForJobs(connection, jobIds, options, io, { toCode: toCodeOfWatch, sweeps })
    : await show(connection, jobIds, input);
  return joinCodes(targets.code, code);
};

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

function toCodeOfWatch(outcome: Outcome): number {
  const code = exitCodeOfOutcome(outcome);
  return code === exitCode.jobFailed ? exitCode.ok : code;
}

/** {@link status} of jobs, also of those of sweeps. */
export const statusOfJobs: Run = async (input) => {
  const connection = await connect(input.options, input.io);
  return show(connection, selectJobs(input.args, connection, input.io), input);
};

async function show(
  connection: Connection,
  jobIds: readonly string[],
  { options, io }: CommandInput,
): Promise<number> {
  const { seen, failed } = await refreshJobs(connection, jobIds, { signal: io.signal });
  const outcomes = jobIds.map((jobId): Outcome => {
    const job = seen.get(jobId);
    return { jobId, ...(job && { seen: job }), error: failed.get(jobId) };
  });
  const [only] = outcomes;
  if (outcomes.length === 1 && only?.error !== undefined) throw only.error;
  await printOutcomes(connection, outcomes, { options, io });
  return gravest(outcomes.map(({ error }) => (error ? exitCodeOf(error) : exitCode.ok)));
}
