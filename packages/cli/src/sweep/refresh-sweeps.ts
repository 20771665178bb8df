import type { RunStatus, SweepState } from "@qizhi/core/sweep";
import { AuthError } from "@qizhi/core";
import { observeRun, phases, toPlatformKey } from "@qizhi/core/internal";
import { sayError } from "../errors/cli-error.ts";
import type { CommandInput } from "../context/command.ts";
import type { Connection } from "../terminal/connection.ts";
import { connect } from "../access/connect.ts";
import { exitCode, exitCodeOf } from "../errors/exit-code.ts";
import { printNote } from "../terminal/io.ts";
import { refreshJobs } from "../jobs/poll-jobs.ts";

const timeoutMs = 30_000;

/**
 * Polls the jobs of sweeps that may have changed since they were last seen. Those of other platforms, and all
 * with `--offline` or without a login, stay as last seen, which is reported.
 * @returns the exit code of the polls.
 */
export async function refreshSweeps(
  sweeps: readonly SweepState[],
  { options, io }: CommandInput,
): Promise<number> {
  const open = sweeps.filter((sweep) => openRuns(sweep).length > 0);
  if (open.length === 0) return exitCode.ok;
  const asLastSeen = (all: readonly SweepState[]) => {
    const count = all.flatMap(openRuns).length;
    if (count > 0) printNote(io, io.t.sweep.asLastSeen(count));
    return exitCode.ok;
  };
  if (options.flag("offline")) return asLastSeen(open);
  let connection: Connection;
  try {
    connection = await connect(options, io);
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    printNote(io, sayError(error, io.t).summary);
    return asLastSeen(open);
  }
  const platform = toPlatformKey(connection.client.baseUrl);
  const code = await refreshRuns(
    connection,
    open.filter((sweep) => sweep.platform === platform),
    io,
  );
  asLastSeen(open.filter((sweep) => sweep.platform !== platform));
  return code;
}

/**
 * Polls the jobs of sweeps of a connection's platform; each failed poll is reported.
 * @returns the exit code of the polls.
 */
export async function refreshRuns(
  connection: Connection,
  sweeps: readonly SweepState[],
  io: CommandInput["io"],
): Promise<number> {
  const runs = sweeps.flatMap(openRuns);
  const jobIds = runs.flatMap(({ jobId }) => jobId ?? []);
  const { seen, failed } = await refreshJobs(connection, jobIds, { timeoutMs });
  for (const run of runs) {
    const job = seen.get(run.jobId ?? "");
    if (job !== undefined) observeRun(run, job.report);
  }
  const [first] = failed.values();
  if (first === undefined) return exitCode.ok;
  printNote(io, io.t.sweep.notAsked(failed.size, sayError(first, io.t).summary));
  return exitCodeOf(first);
}

/** The runs whose jobs may have changed since they were last seen. */
function openRuns({ runs }: SweepState): RunStatus[] {
  return runs.filter(
    ({ state, phase }) => state === "active" && (phase === undefined || !phases[phase].isOver),
  );
}
