import type { Client, Sweep } from "@qizhi/core";
import { createRateLimiter, jobListUrl, startSweep, toResultRows, totalRows } from "@qizhi/core";
import { connect } from "../connect.ts";
import type { Ending } from "../ending.ts";
import { toErrorEnding } from "../error-ending.ts";
import { createLoginGuard } from "../login-guard.ts";
import type { RunParts } from "../run-job.ts";
import { markSettled, markSweep } from "../state.ts";
import { type Ledger, openLedger } from "./ledger.ts";
import { followSweep } from "./follow-sweep.ts";
import { toLeftEnding } from "./left-sweep.ts";
import { createStopper } from "./stopper.ts";
import { toSweepEnding } from "./sweep-ending.ts";
import type { SweepInputs } from "./sweep-inputs.ts";
import { createSweepJournal } from "./sweep-journal.ts";
import { countWords, toSweepReport } from "./sweep-report.ts";
import { toKnownRuns } from "./traces.ts";

const longestLoginMs = 120_000;

/** Runs the sweep and says how it ended. Never throws. */
export async function runSweep(parts: RunParts, work: SweepInputs): Promise<Ending> {
  const { inputs, cancel, secrets, log, startedAt } = parts;
  const { plan, perSecond } = work;
  const guard = createLoginGuard();
  const limiter = createRateLimiter({ perSecond });
  const connected = connect(inputs.connection, { secrets, log, onEvent: guard.note, limiter });
  const client: Client = {
    ...connected,
    async getJob(...args) {
      const job = await connected.getJob(...args);
      guard.noteAnswer();
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
    // A refused login made no job.
    await client.authenticate({ signal: cancel.signal, timeoutMs });
    ledger = openLedger(secrets.redactAll(plan), client.baseUrl, process.env);
    const refusal = refuseRerun(work, ledger);
    if (refusal !== undefined) {
      markSettled("reported");
      return refusal;
    }
    markSweep(ledger.file, listUrl);
    sweep = openSweep(client, ledger, { parts, work, signal: leaving.signal });
  } catch (error) {
    markSettled("reported");
    if (!cancel.signal.aborted) return toErrorEnding(error);
    const cause = "The workflow was cancelled before a job was submitted.";
    return { outcome: "cancelled", title: "Cancelled", cause, fate: "There is no job." };
  }
  parts.annotate.notice("Qizhi sweep", [plan.name, `${plan.runs.length} runs`, listUrl]);
  const sweepParts = { ...parts, client, sweep };
  const stopper = createStopper(sweepParts, ledger);
  const { left, halted } = await followSweep(sweepParts, { leaving, guard, stopper });
  const ending = left === undefined ? undefined : await toLeftEnding(left, sweepParts, stopper);
  if (ending === undefined) {
    const isActive = sweep.runs.some(({ state }) => state === "active");
    markSettled(isActive ? "left" : "ended");
  }
  const report = secrets.redactAll(toSweepReport(plan, sweep.runs, listUrl));
  return ending?.(report) ?? toSweepEnding(report, halted);
}

function openSweep(
  client: Client,
  ledger: Ledger,
  { parts, work, signal }: { parts: RunParts; work: SweepInputs; signal: AbortSignal },
): Sweep {
  const { inputs, log } = parts;
  const { plan, settings, onRerun } = work;
  const { errorBudgetMs, pollIntervalMs: minIntervalMs } = inputs;
  const { username: account } = inputs.connection.credentials ?? {};
  const earlier = onRerun === "submit" ? undefined : ledger.earlier;
  const known = earlier && toKnownRuns(earlier);
  const options = { account, errorBudgetMs, minIntervalMs, known, signal };
  const journal = createSweepJournal(ledger, parts);
  const sweep = startSweep({ client, journal }, plan, settings, options);
  log.line(`sweep ${plan.name}: ${plan.runs.length} runs`);
  if (known !== undefined) {
    const { counts } = totalRows(toResultRows(sweep.runs));
    log.line(`an earlier attempt of the workflow run is gone on with: ${countWords(counts)}`);
  }
  return sweep;
}

/** A re-run of which nobody knows what it would make twice. */
function refuseRerun({ onRerun }: SweepInputs, { earlier }: Ledger): Ending | undefined {
  const attempt = Number(process.env["GITHUB_RUN_ATTEMPT"] ?? 1);
  if (!(attempt > 1) || earlier !== undefined || onRerun === "submit") return undefined;
  return {
    outcome: "error",
    title: "The re-run would make jobs that may exist",
    cause: `This is attempt ${attempt} of the workflow run, and this runner knows nothing of what an earlier one submitted.`,
    nextStep:
      "Nothing was submitted. Look at the summary of the earlier attempt; then start a new run of the workflow, or set on-rerun: submit.",
  };
}
