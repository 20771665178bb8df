import type { Client, JobReport } from "@qizhi/core";
import { summarizeJob } from "@qizhi/core";
import { startSweep, type Sweep, toResultRows, totalRows } from "@qizhi/core/sweep";
import {
  countOf,
  isOutcome,
  type SweepRunReference,
  takeSeen,
  toRunFacts,
} from "@qizhi/core/internal";
import type { SweepInputs } from "../inputs/sweep-inputs.ts";
import { type Ledger, openLedger } from "../job/ledger.ts";
import { describeRefusedRerun, tryToSee } from "../job/rerun.ts";
import { leftMs, type RunParts } from "../job/run-parts.ts";
import { lastOfEach, readTraces, toKnownRuns, writeEnd } from "../job/traces.ts";
import { describeError } from "../report/describe-error.ts";
import { describeUnsubmitted, type Interruption } from "../report/interruption.ts";
import type { Ending } from "../report/outcome.ts";
import { countWords, toSweepName } from "../report/sweep-report.ts";
import { withProvenance } from "../runner/provenance.ts";
import { markLedger } from "../runner/state.ts";

/** A sweep that has begun. */
export interface Begun {
  readonly sweep: Sweep;
  readonly ledger: Ledger;
  /** Why it ends at once, with jobs of an earlier attempt that may go on. */
  readonly interruption: Interruption | undefined;
}

/** What a sweep begins with. */
export interface BeginParts {
  readonly parts: RunParts;
  readonly work: SweepInputs;
  readonly listUrl: string;
  readonly signal: AbortSignal;
}

/** Writes the sweep down, logs in and starts it, unless a re-run must not. Never throws. */
export async function beginSweep(client: Client, begin: BeginParts): Promise<Begun | Ending> {
  try {
    return await logInAndStart(client, begin);
  } catch (error) {
    const isCancelled = begin.parts.cancel.signal.aborted;
    return isCancelled ? describeUnsubmitted("a job") : describeError(error);
  }
}

/** @throws what the login failed with, where no earlier attempt has left anything. */
async function logInAndStart(
  client: Client,
  { parts, work, listUrl, signal }: BeginParts,
): Promise<Begun | Ending> {
  const { connection } = parts.inputs;
  const { runs } = work.plan;
  const ledger = openLedger({ ...parts, ...work, connection, runs });
  if ("problem" in ledger) return describeRefusedRerun(ledger.problem);
  markLedger(ledger.journal.file, listUrl);
  let interruption: Interruption | undefined;
  try {
    await logIn(client, parts);
  } catch (error) {
    // A refused login made no job, but those of an earlier attempt are there.
    if (toKnownRuns(ledger.earlier).size === 0) throw error;
    interruption = parts.cancel.signal.aborted ? { why: "cancel" } : { why: "error", error };
  }
  const phases = interruption ? undefined : await lookAtLeft(client, ledger, parts);
  const sweep = openSweep(client, ledger, { parts, work, phases, signal });
  return { ledger, sweep, interruption };
}

function logIn(client: Client, parts: RunParts): Promise<void> {
  const timeoutMs = Math.max(1, Math.min(client.callTimeoutMs, leftMs(parts)));
  return client.authenticate({ signal: parts.cancel.signal, timeoutMs });
}

// What was not seen by then is seen by the sweep, as all that goes on.
const longestMs = 600_000;

/**
 * Looks at each job that an earlier attempt has left, and writes down those that have ended since, as one that
 * failed or was stopped is made again. Never throws.
 * @returns the phases of those that go on, by id, as far as the platform tells them.
 */
async function lookAtLeft(
  client: Client,
  { journal, earlier }: Ledger,
  parts: RunParts,
): Promise<Map<string, JobReport["phase"]>> {
  const withinMs = Math.ceil(Math.max(1, Math.min(longestMs, leftMs(parts))));
  const signal = AbortSignal.any([parts.cancel.signal, AbortSignal.timeout(withinMs)]);
  const phases = new Map<string, JobReport["phase"]>();
  let unseen = 0;
  const look = async (jobId: string, of: SweepRunReference) => {
    const job = await tryToSee(client, jobId, signal);
    const report = job && summarizeJob(job, client);
    if (report === undefined) {
      unseen += 1;
    } else if (isOutcome(report.phase)) {
      const facts = toRunFacts(report);
      writeEnd(journal, of, { outcome: report.phase, status: report.status, facts });
    } else if (report.phase !== "ended") {
      phases.set(jobId, report.phase);
    }
  };
  await Promise.all(
    [...lastOfEach(earlier).values()].map(async ({ state, jobId, of }) => {
      if (state === "active" && jobId !== undefined && of !== undefined) await look(jobId, of);
    }),
  );
  if (unseen > 0) {
    const jobs = countOf(unseen, "job");
    parts.log.line(`${jobs} of an earlier attempt could not be seen yet: taken as running`);
  }
  return phases;
}

function openSweep(
  client: Client,
  { journal, isTakenOver }: Ledger,
  {
    parts,
    work,
    phases,
    signal,
  }: Omit<BeginParts, "listUrl"> & { phases: Parameters<typeof toKnownRuns>[1] },
): Sweep {
  const { inputs, log } = parts;
  const { plan, settings } = work;
  const { errorBudgetMs, pollIntervalMs: minIntervalMs, queueTimeoutMs } = inputs;
  const left = leftMs(parts);
  const timeoutMs = Number.isFinite(left) ? Math.max(1, left) : undefined;
  const { username: account } = inputs.connection.credentials ?? {};
  const known = isTakenOver ? toKnownRuns(readTraces(journal.read()), phases) : undefined;
  const waiting = { errorBudgetMs, minIntervalMs, timeoutMs, queueTimeoutMs };
  const options = { account, ...waiting, known, signal };
  const told = plan.runs.map((run) => ({
    ...run,
    spec: withProvenance(run.spec, inputs.provenance),
  }));
  const sweep = startSweep({ client, journal }, { ...plan, runs: told }, settings, options);
  // The page of each, also where it is never polled.
  for (const run of sweep.runs)
    if (run.state === "active") takeSeen(run, client.baseUrl, undefined);
  log.line(`sweep ${toSweepName(plan)}: ${countOf(plan.runs.length, "run")}`);
  if (known !== undefined) {
    const { counts } = totalRows(toResultRows(sweep.runs));
    const how = phases === undefined ? "has left, as last seen" : "is gone on with";
    log.line(`an earlier attempt of the workflow run ${how}: ${countWords(counts)}`);
  }
  return sweep;
}
