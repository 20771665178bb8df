import { AuthError, createRateLimiter, summarizeJob } from "@qizhi/core";
import type { Sweep, SweepLimit, SweepPlan } from "@qizhi/core/sweep";
import type { IdentifiedJob } from "@qizhi/core/internal";
import { countOf, excerpt, findLogFolder, followSweep, jobListUrl } from "@qizhi/core/internal";
import { connect } from "../inputs/connection.ts";
import type { Inputs, RunParts } from "../inputs/inputs.ts";
import { describeSweep, withRuns } from "../report/describe-sweep.ts";
import { describeInterruption, type Interruption, sayLimit } from "../report/interruption.ts";
import type { Ending } from "../report/outcome.ts";
import { createPriorityWarning } from "../report/describe-job.ts";
import { createLastSeen } from "../job/progress.ts";
import { withFailedNodes } from "../job/failed-node.ts";
import { createLoginGuard } from "../job/wait.ts";
import { markSettled } from "../runner/state.ts";
import { markStopped, toSweepName, toSweepReport } from "../report/sweep-report.ts";
import { createStopper, type Stopper, type SweepParts } from "./stopper.ts";
import { beginSweep } from "./begin-sweep.ts";
import { createSweepLog } from "./sweep-log.ts";

// Between two polls of a job there is a minute at most, unless poll-interval is longer.
const longestPauseMs = 60_000;

/** Runs the sweep and says how it ended. Never throws. */
export async function runSweep(parts: RunParts, plan: SweepPlan): Promise<Ending> {
  const { inputs, secrets, log } = parts;
  const guard = createLoginGuard();
  const pauseMs = Math.max(longestPauseMs, inputs.pollIntervalMs);
  const lastSeen = createLastSeen(() => performance.now(), pauseMs);
  const limiter = createRateLimiter({ perSecond: inputs.perSecond });
  const warnOfPriority = createPriorityWarning(log);
  const logFolders = new Map<string, string>();
  let sweep: Sweep | undefined;
  const onJob = (job: IdentifiedJob) => {
    guard.noteAnswer();
    lastSeen.note();
    const folder = findLogFolder(job);
    if (folder !== undefined) logFolders.set(job.job_id, folder);
    const run = sweep?.runs.find(({ jobId }) => jobId === job.job_id)?.run;
    warnOfPriority(summarizeJob(secrets.redactAll(job), client), run?.spec.task_priority);
  };
  const client = connect(inputs.connection, { ...parts, onEvent: guard.note, onJob, limiter });
  const leaving = new AbortController();
  const listUrl = jobListUrl(client.baseUrl, plan.runs[0]?.spec.workspace_id);
  const begun = await beginSweep({ ...parts, client, plan, listUrl, signal: leaving.signal });
  if ("outcome" in begun) {
    markSettled("reported");
    return begun;
  }
  const { ledger } = begun;
  sweep = begun.sweep;
  log.notice("Qizhi sweep", [toSweepName(plan), countOf(plan.runs.length, "run"), listUrl]);
  const sweepParts = { ...parts, client, sweep, ledger, lastSeen, guard, leaving };
  const stopper = createStopper(sweepParts);
  let { interruption } = begun;
  // Nothing can be gone on with: the jobs of an earlier attempt are stopped or left.
  if (interruption) stopper.begin(interruption);
  else interruption = await runToEnd(sweepParts, stopper);
  const fate = interruption && (await stopper.finish(interruption));
  const nowMs = client.platformNow();
  const report = secrets.redactAll(
    toSweepReport(plan, sweep.runs, { listUrl, overdueMs: lastSeen.overdueMs() }),
  );
  if (interruption !== undefined && fate !== undefined) {
    const ending = { ...describeInterruption(interruption, inputs), nowMs };
    return withRuns(ending, report, fate);
  }
  markSettled(sweep.runs.some(({ state }) => state === "active") ? "left" : "ended");
  return await withFailedNodes(
    { ...describeSweep(report, sweep.halted), nowMs },
    logFolders,
    parts,
  );
}

const tickMs = 500;

/**
 * Runs the sweep until it is over, all is submitted and not waited for, or there is a reason to leave.
 * @returns that reason.
 */
async function runToEnd(
  { sweep, inputs, cancel, log, lastSeen, guard, leaving }: SweepParts,
  stopper: Stopper,
): Promise<Interruption | undefined> {
  const { heartbeatMs } = inputs;
  const now = () => performance.now();
  const progress = createSweepLog({ print: log.line, now, heartbeatMs, lastSeen }, sweep.runs);
  let interruption: Interruption | undefined;
  let trouble: unknown;
  let isFailFast = false;
  const leave = (why: Interruption) => {
    if (interruption !== undefined) return;
    interruption = why;
    // Those that are known now are not held up by a create under way.
    stopper.begin(why);
    leaving.abort(new Error("the sweep is left"));
  };
  const onCancel = () => leave({ why: "cancel" });
  const onRefused = () => leave({ why: "error", error: trouble ?? refused() });
  cancel.signal.addEventListener("abort", onCancel, { once: true });
  guard.signal.addEventListener("abort", onRefused, { once: true });
  const ticks = setInterval(progress.tick, Math.min(tickMs, heartbeatMs));
  if (cancel.signal.aborted) onCancel();
  try {
    const result = await followSweep(sweep, inputs.wait, (event) => {
      if (event.type === "halted") isFailFast = event.reason === "fail_fast";
      if (isFailFast && event.type === "ended") markStopped(event.run);
      progress.note(event);
      if (event.type === "trouble") trouble = event.error;
    });
    if (result?.limit !== undefined) leave(toTimeout(result.limit, inputs));
  } catch (error) {
    interruption ??= { why: "error", error };
  } finally {
    clearInterval(ticks);
    cancel.signal.removeEventListener("abort", onCancel);
    progress.end();
  }
  return interruption;
}

function toTimeout({ run }: SweepLimit, inputs: Inputs): Interruption {
  const isQueued = run !== undefined;
  const cause = isQueued
    ? `The job of ${excerpt(run.run.name, 100)} was still queued when ${sayLimit("queue", inputs)} was over.`
    : `The sweep was not over when ${sayLimit("total", inputs)} was.`;
  return { why: "timeout", isQueued, cause };
}

function refused(): AuthError {
  const hint = "Check that the account may use the OpenAPI, and that the base URL is right.";
  return new AuthError("token_refused", "The platform refuses every new token.", hint);
}
