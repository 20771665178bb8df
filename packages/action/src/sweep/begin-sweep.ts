import { type Client, type JobReport, summarizeJob } from "@qizhi/core";
import { startSweep, type Sweep, type SweepPlan, toResultRows, totalRows } from "@qizhi/core/sweep";
import { countOf, isOutcome, takeSeen, toRunFacts, writeEnd } from "@qizhi/core/internal";
import { describeError, describeUnsubmitted, type Interruption } from "../report/interruption.ts";
import { leftMs, type RunParts } from "../inputs/inputs.ts";
import { type Ledger, openLedger } from "../job/ledger.ts";
import { describeRefusedRerun, tryToSee } from "../job/rerun.ts";
import { lastOfEach, readTraces, toKnownRuns, type Trace } from "../job/traces.ts";
import { countWords, toSweepName } from "../report/sweep-report.ts";
import { withProvenance } from "../runner/provenance.ts";
import { markLedger } from "../runner/state.ts";

interface BeginParts extends RunParts {
  readonly client: Client;
  readonly plan: SweepPlan;
  readonly listUrl: string;
  /** Leaves the sweep. */
  readonly signal: AbortSignal;
}

/** Writes the sweep down, logs in and starts it, unless a re-run must not. Never throws. */
export async function beginSweep(parts: BeginParts) {
  try {
    return await logInAndStart(parts);
  } catch (error) {
    return parts.cancel.signal.aborted ? describeUnsubmitted("a job") : describeError(error);
  }
}

/** @throws what the login failed with, where no earlier attempt has left anything. */
async function logInAndStart(parts: BeginParts) {
  const { client, plan, cancel } = parts;
  const ledger = openLedger(parts, plan.runs);
  if ("problem" in ledger) return describeRefusedRerun(ledger.problem);
  markLedger(ledger.journal.file, parts.listUrl);
  // Why it ends at once, with jobs of an earlier attempt that may go on.
  let interruption: Interruption | undefined;
  try {
    const timeoutMs = Math.max(1, Math.min(client.callTimeoutMs, leftMs(parts)));
    await client.authenticate({ signal: cancel.signal, timeoutMs });
  } catch (error) {
    // A refused login made no job, but those of an earlier attempt are there.
    if (toKnownRuns(ledger.earlier).size === 0) throw error;
    interruption = cancel.signal.aborted ? { why: "cancel" } : { why: "error", error };
  }
  const phases = interruption ? undefined : await lookAtLeft(ledger, parts);
  return { ledger, sweep: openSweep(ledger, phases, parts), interruption };
}

// What was not seen by then is seen by the sweep, as all that goes on.
const longestMs = 600_000;

/**
 * Looks at each job that an earlier attempt has left, and writes down those that have ended since, as one that
 * failed or was stopped is made again. Never throws.
 * @returns the phases of those that go on, by id, as far as the platform tells them.
 */
async function lookAtLeft(
  { journal, earlier }: Ledger,
  parts: BeginParts,
): Promise<Map<string, JobReport["phase"]>> {
  const { client } = parts;
  const withinMs = Math.ceil(Math.max(1, Math.min(longestMs, leftMs(parts))));
  const signal = AbortSignal.any([parts.cancel.signal, AbortSignal.timeout(withinMs)]);
  const phases = new Map<string, JobReport["phase"]>();
  let unseen = 0;
  const look = async ({ state, jobId, sweepRun }: Trace) => {
    if (state !== "active" || jobId === undefined || sweepRun === undefined) return;
    const job = await tryToSee(client, jobId, signal);
    const report = job && summarizeJob(job, client);
    if (report === undefined) {
      unseen += 1;
    } else if (isOutcome(report.phase)) {
      const end = { outcome: report.phase, status: report.status, facts: toRunFacts(report) };
      writeEnd(journal, { ...sweepRun, ...end });
    } else if (report.phase !== "ended") {
      phases.set(jobId, report.phase);
    }
  };
  await Promise.all([...lastOfEach(earlier).values()].map(look));
  if (unseen > 0) {
    const jobs = countOf(unseen, "job");
    parts.log.line(`${jobs} of an earlier attempt could not be seen yet: taken as running`);
  }
  return phases;
}

function openSweep(
  { journal, isTakenOver }: Ledger,
  phases: Parameters<typeof toKnownRuns>[1],
  parts: BeginParts,
): Sweep {
  const { client, plan, inputs, log, signal } = parts;
  const { errorBudgetMs, pollIntervalMs: minIntervalMs, queueTimeoutMs, settings } = inputs;
  const left = leftMs(parts);
  const timeoutMs = Number.isFinite(left) ? Math.max(1, left) : undefined;
  const { username: account } = inputs.connection.credentials ?? {};
  const known = isTakenOver ? toKnownRuns(readTraces(journal.read()), phases) : undefined;
  const waiting = { errorBudgetMs, minIntervalMs, timeoutMs, queueTimeoutMs };
  const options = { account, ...waiting, known, signal };
  const runs = plan.runs.map((run) => ({
    ...run,
    spec: withProvenance(run.spec, inputs.provenance),
  }));
  const sweep = startSweep({ client, journal }, { ...plan, runs }, settings, options);
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
