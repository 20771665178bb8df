import { type Client, createRateLimiter, summarizeJob } from "@qizhi/core";
import { startSweep, type Sweep, toResultRows, totalRows } from "@qizhi/core/sweep";
import { jobListUrl } from "@qizhi/core/internal";
import { connect } from "../inputs/connect.ts";
import { describeError } from "../report/describe-error.ts";
import { describeSweep, withRuns } from "../report/describe-sweep.ts";
import { describeInterruption, describeUnsubmitted } from "../report/interruption.ts";
import type { Ending } from "../report/outcome.ts";
import { createPriorityWarning } from "../runner/lowered-priority.ts";
import { LastSeen } from "../runner/last-seen.ts";
import { createLoginGuard } from "../job/login-guard.ts";
import { leftMs, type RunParts } from "../job/run-parts.ts";
import { type Ledger, openLedger } from "../job/ledger.ts";
import { describeRefusedRerun } from "../job/rerun.ts";
import { withProvenance } from "../runner/provenance.ts";
import { markLedger, markSettled } from "../runner/state.ts";
import { toKnownRuns } from "../job/traces.ts";
import { followSweep } from "./follow-sweep.ts";
import { createStopper } from "./stopper.ts";
import type { SweepInputs } from "../inputs/sweep-inputs.ts";
import { countWords, toSweepName, toSweepReport } from "../report/sweep-report.ts";

const longestLoginMs = 120_000;
// Between two polls of a job there is a minute at most, unless poll-interval is longer.
const longestPauseMs = 60_000;

/** Runs the sweep and says how it ended. Never throws. */
export async function runSweep(parts: RunParts, work: SweepInputs): Promise<Ending> {
  const { inputs, cancel, secrets, log, annotate } = parts;
  const { plan, perSecond } = work;
  const guard = createLoginGuard();
  const pauseMs = Math.max(longestPauseMs, inputs.pollIntervalMs);
  const lastSeen = new LastSeen(() => performance.now(), pauseMs);
  const limiter = createRateLimiter({ perSecond });
  const connected = connect(inputs.connection, { secrets, log, onEvent: guard.note, limiter });
  const warnOfPriority = createPriorityWarning(annotate);
  let sweep: Sweep | undefined;
  const client: Client = {
    ...connected,
    async getJob(...args) {
      const job = await connected.getJob(...args);
      guard.noteAnswer();
      lastSeen.note();
      const run = sweep?.runs.find(({ jobId }) => jobId === job.job_id)?.run;
      warnOfPriority(summarizeJob(secrets.redactAll(job), connected), run?.spec.task_priority);
      return job;
    },
  };
  const leaving = new AbortController();
  const listUrl = jobListUrl(client.baseUrl, plan.runs[0]?.spec.workspace_id);
  let begun: Awaited<ReturnType<typeof beginSweep>>;
  try {
    begun = await beginSweep(client, { parts, work, listUrl, signal: leaving.signal });
  } catch (error) {
    begun = cancel.signal.aborted ? describeUnsubmitted("a job") : describeError(error);
  }
  if ("outcome" in begun) {
    markSettled("reported");
    return begun;
  }
  sweep = begun.sweep;
  annotate.notice("Qizhi sweep", [toSweepName(plan), `${plan.runs.length} runs`, listUrl]);
  const sweepParts = { ...parts, client, sweep, lastSeen };
  const stopper = createStopper(sweepParts, begun.ledger);
  const { interruption, halted } = await followSweep(sweepParts, { leaving, guard, stopper });
  const fate = interruption && (await stopper.finish(interruption));
  const nowMs = client.platformNow();
  const report = secrets.redactAll(
    toSweepReport(plan, sweep.runs, { listUrl, overdueMs: lastSeen.overdueMs() }),
  );
  if (interruption !== undefined && fate !== undefined) {
    const ending = { ...describeInterruption(interruption, inputs, "sweep"), nowMs };
    return withRuns(ending, report, fate);
  }
  markSettled(sweep.runs.some(({ state }) => state === "active") ? "left" : "ended");
  return { ...describeSweep(report, halted), nowMs };
}

/** Writes the sweep down, logs in and starts it, unless a re-run must not. */
async function beginSweep(
  client: Client,
  {
    parts,
    work,
    listUrl,
    signal,
  }: {
    parts: RunParts;
    work: SweepInputs;
    listUrl: string;
    signal: AbortSignal;
  },
): Promise<{ sweep: Sweep; ledger: Ledger } | Ending> {
  const { connection } = parts.inputs;
  const timeoutMs = Math.max(1, Math.min(longestLoginMs, leftMs(parts)));
  const { runs } = work.plan;
  const ledger = openLedger({ ...parts, ...work, connection, runs, env: process.env });
  if ("problem" in ledger) return describeRefusedRerun(ledger.problem);
  markLedger(ledger.journal.file, listUrl);
  // A refused login made no job.
  await client.authenticate({ signal: parts.cancel.signal, timeoutMs });
  return { ledger, sweep: openSweep(client, ledger, { parts, work, signal }) };
}

function openSweep(
  client: Client,
  ledger: Ledger,
  { parts, work, signal }: { parts: RunParts; work: SweepInputs; signal: AbortSignal },
): Sweep {
  const { inputs, log } = parts;
  const { plan, settings } = work;
  const { errorBudgetMs, pollIntervalMs: minIntervalMs, queueTimeoutMs } = inputs;
  const left = leftMs(parts);
  const timeoutMs = Number.isFinite(left) ? Math.max(1, left) : undefined;
  const { username: account } = inputs.connection.credentials ?? {};
  const known = ledger.isTakenOver ? toKnownRuns(ledger.earlier) : undefined;
  const waiting = { errorBudgetMs, minIntervalMs, timeoutMs, queueTimeoutMs };
  const options = { account, ...waiting, known, signal };
  const told = plan.runs.map((run) => ({
    ...run,
    spec: withProvenance(run.spec, inputs.provenance),
  }));
  const context = { client, journal: ledger.journal };
  const sweep = startSweep(context, { ...plan, runs: told }, settings, options);
  log.line(`sweep ${toSweepName(plan)}: ${plan.runs.length} runs`);
  if (known !== undefined) {
    const { counts } = totalRows(toResultRows(sweep.runs));
    log.line(`an earlier attempt of the workflow run is gone on with: ${countWords(counts)}`);
  }
  return sweep;
}
