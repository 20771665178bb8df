import type { Client } from "@qizhi/core";
import type { Sweep } from "@qizhi/core/sweep";
import { createRateLimiter } from "@qizhi/core";
import { startSweep, toResultRows, totalRows } from "@qizhi/core/sweep";
import { jobListUrl } from "@qizhi/core/internal";
import { connect } from "../inputs/connect.ts";
import type { Ending } from "../report/ending.ts";
import { toErrorEnding } from "../job/error-ending.ts";
import { LastSeen } from "../job/last-seen.ts";
import { createLoginGuard } from "../job/login-guard.ts";
import type { RunParts } from "../job/run-job.ts";
import { type Ledger, openLedger } from "../job/ledger.ts";
import { toRefusedRerun } from "../job/rerun.ts";
import { markLedger, markSettled } from "../runner/state.ts";
import { toKnownRuns } from "../job/traces.ts";
import { followSweep } from "./follow-sweep.ts";
import { toLeftEnding } from "./left-sweep.ts";
import { createStopper } from "./stopper.ts";
import { toSweepEnding } from "../report/sweep-ending.ts";
import type { SweepInputs } from "../inputs/sweep-inputs.ts";
import { countWords, toSweepReport } from "../report/sweep-report.ts";

const longestLoginMs = 120_000;
// Between two polls of a job there is a minute at most, unless poll-interval is longer.
const longestPauseMs = 60_000;

/** Runs the sweep and says how it ended. Never throws. */
export async function runSweep(parts: RunParts, work: SweepInputs): Promise<Ending> {
  const { inputs, cancel, secrets, log, startedAt } = parts;
  const { plan, perSecond } = work;
  const guard = createLoginGuard();
  const pauseMs = Math.max(longestPauseMs, inputs.pollIntervalMs);
  const lastSeen = new LastSeen(() => performance.now(), pauseMs);
  const limiter = createRateLimiter({ perSecond });
  const connected = connect(inputs.connection, { secrets, log, onEvent: guard.note, limiter });
  const client: Client = {
    ...connected,
    async getJob(...args) {
      const job = await connected.getJob(...args);
      guard.noteAnswer();
      lastSeen.note();
      return job;
    },
  };
  const leaving = new AbortController();
  const listUrl = jobListUrl(client.baseUrl, plan.runs[0]?.spec.workspace_id);
  let sweep: Sweep;
  let ledger: Ledger;
  try {
    const leftMs = startedAt + inputs.timeoutMs - performance.now();
    const timeoutMs = Math.max(1, Math.min(longestLoginMs, leftMs));
    const { connection } = inputs;
    const opened = openLedger({ ...parts, ...work, connection, runs: plan.runs, env: process.env });
    if ("problem" in opened) {
      markSettled("reported");
      return toRefusedRerun(opened.problem);
    }
    ledger = opened;
    markLedger(ledger.journal.file, listUrl);
    // A refused login made no job.
    await client.authenticate({ signal: cancel.signal, timeoutMs });
    sweep = openSweep(client, ledger, { parts, work, signal: leaving.signal });
  } catch (error) {
    markSettled("reported");
    if (!cancel.signal.aborted) return toErrorEnding(error);
    const cause = "The workflow was cancelled before a job was submitted.";
    return { outcome: "cancelled", title: "Cancelled", cause, fate: "There is no job." };
  }
  parts.annotate.notice("Qizhi sweep", [plan.name, `${plan.runs.length} runs`, listUrl]);
  const sweepParts = { ...parts, client, sweep, lastSeen };
  const stopper = createStopper(sweepParts, ledger);
  const { left, halted } = await followSweep(sweepParts, { leaving, guard, stopper });
  const ending = left === undefined ? undefined : await toLeftEnding(left, sweepParts, stopper);
  if (ending === undefined) {
    const isActive = sweep.runs.some(({ state }) => state === "active");
    markSettled(isActive ? "left" : "ended");
  }
  const report = secrets.redactAll(
    toSweepReport(plan, sweep.runs, { listUrl, overdueMs: lastSeen.overdueMs() }),
  );
  return ending?.(report) ?? toSweepEnding(report, halted);
}

function openSweep(
  client: Client,
  ledger: Ledger,
  { parts, work, signal }: { parts: RunParts; work: SweepInputs; signal: AbortSignal },
): Sweep {
  const { inputs, log, startedAt } = parts;
  const { plan, settings } = work;
  const { errorBudgetMs, pollIntervalMs: minIntervalMs, queueTimeoutMs } = inputs;
  const timeoutMs = Math.max(1, startedAt + inputs.timeoutMs - performance.now());
  const { username: account } = inputs.connection.credentials ?? {};
  const known = ledger.isTakenOver ? toKnownRuns(ledger.earlier) : undefined;
  const waiting = { errorBudgetMs, minIntervalMs, timeoutMs, queueTimeoutMs };
  const options = { account, ...waiting, known, signal };
  const sweep = startSweep({ client, journal: ledger.journal }, plan, settings, options);
  log.line(`sweep ${plan.name}: ${plan.runs.length} runs`);
  if (known !== undefined) {
    const { counts } = totalRows(toResultRows(sweep.runs));
    log.line(`an earlier attempt of the workflow run is gone on with: ${countWords(counts)}`);
  }
  return sweep;
}
