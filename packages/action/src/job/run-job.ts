import { ApiError, isQizhiError, JobEndedError, type JobReport, summarizeJob } from "@qizhi/core";
import type { IdentifiedJob } from "@qizhi/core/internal";
import { fewestEnds, jobUrl, mayTryAgain, phases, saysNotFound } from "@qizhi/core/internal";
import { describeError, type Interruption, sayLimit } from "../report/interruption.ts";
import { connect } from "../inputs/connection.ts";
import { type JobWork, leftMs, type RunParts } from "../inputs/inputs.ts";
import {
  createPriorityWarning,
  describeJob,
  describeUnwaited,
  withNodes,
  withoutNextTry,
} from "../report/describe-job.ts";
import type { Ending } from "../report/outcome.ts";
import { writeJobOutputs } from "../report/outputs.ts";
import { markSettled } from "../runner/state.ts";
import { endJob, toFacts } from "./end-job.ts";
import { withFailedNode } from "./failed-node.ts";
import { findJob, type FoundJob, type JobParts } from "./find-job.ts";
import { createLastSeen } from "./progress.ts";
import { createLoginGuard, type LoginGuard, waitForEnd } from "./wait.ts";

const lookAgainMs = 3_000;

/** Submits the job or attaches to it, waits for it, and says how that ended. Never throws. */
export async function runJob(runParts: RunParts, work: JobWork): Promise<Ending> {
  const { inputs, log } = runParts;
  const guard = createLoginGuard();
  const client = connect(inputs.connection, { ...runParts, onEvent: guard.note });
  const parts = { ...runParts, client, work, guard, warnOfPriority: createPriorityWarning(log) };
  let found = await findJob(parts);
  const failed: Ending[] = [];
  while ("job" in found) {
    const ended = await followJob(found, parts);
    const { tries, submitAgain } = found;
    const earlier = failed.flatMap(({ job }) => job ?? []);
    const ending = { ...ended, tries, earlier, nowMs: client.platformNow() };
    if (submitAgain === undefined || !mayFollowAgain(ending, parts)) return ending;
    failed.push(ending);
    log.line(`job ${found.job.job_id} has failed, trying again`);
    // Not settled any more.
    markSettled("");
    found = await submitAgain();
  }
  // No job is known that has not ended, so there is nothing that post could stop.
  markSettled("reported");
  const last = failed.at(-1);
  const ending = last ? withoutNextTry(last, found.ending) : found.ending;
  return { ...ending, nowMs: client.platformNow() };
}

/** Whether a job that is over is submitted once more, by the rule that sweeps have. */
function mayFollowAgain({ outcome, tries = 1 }: Ending, parts: RunParts): boolean {
  if (parts.cancel.signal.aborted || leftMs(parts) <= 0) return false;
  const { retries } = parts.inputs.settings;
  return mayTryAgain(outcome === "failed" ? outcome : undefined, { tries, retries });
}

interface FollowParts extends JobParts {
  readonly guard: LoginGuard;
  readonly warnOfPriority: ReturnType<typeof createPriorityWarning>;
}

/** Waits for the job, or stops or leaves it when something comes between. */
async function followJob(found: FoundJob, parts: FollowParts): Promise<Ending> {
  const { job: known, noteEnd } = found;
  const lastSeen = createLastSeen(() => performance.now());
  let job = known;
  let report: JobReport | undefined;
  const withFacts = (ending: Ending) => ({
    ...(report ? withNodes(ending, report) : ending),
    askedPriority: toAskedPriority(parts, job),
  });
  announce(found, parts);
  try {
    parts.cancel.signal.throwIfAborted();
    if (!parts.inputs.wait) return await detach(known, parts);
    const ended = await waitForEnd(found, {
      ...parts,
      lastSeen,
      onJob(seen, seenReport) {
        job = { ...known, ...seen };
        report = seenReport;
        parts.warnOfPriority(report, toAskedPriority(parts, job));
        noteEnd(seen);
      },
    });
    markSettled("ended");
    return await withFailedNode(withFacts(describeJob({ ...known, ...ended })), parts);
  } catch (error) {
    const noteLast: FoundJob["noteEnd"] = (seen, how) => {
      // There is no other poll.
      lastSeen.note(Infinity);
      noteEnd(seen, how);
    };
    const interrupted = { ...found, job, noteEnd: noteLast };
    const ending = await endJob(interrupted, toInterruption(error, parts), parts);
    return { ...withFacts(ending), overdueMs: lastSeen.overdueMs() };
  }
}

function toAskedPriority(
  { work }: JobParts,
  { task_priority: stored }: IdentifiedJob,
): number | undefined {
  return "spec" in work ? work.spec.task_priority : stored || undefined;
}

function toInterruption(error: unknown, { inputs, cancel }: RunParts): Interruption {
  if (cancel.signal.aborted) return { why: "cancel" };
  if (!isQizhiError(error) || error.code !== "wait_timeout") return { why: "error", error };
  const { limit, status } = error;
  const isQueued = limit === "queue";
  const over = `when ${sayLimit(limit, inputs)} was over`;
  const cause =
    status === undefined
      ? `The platform had not told the status of the job ${over}.`
      : `The job was still ${isQueued ? "queued" : "active"} ${over}; status ${status}.`;
  return { why: "timeout", isQueued, cause };
}

/** Makes id and link known before the first poll. */
function announce({ job, tries }: FoundJob, { client, log }: JobParts): void {
  const url = jobUrl(client.baseUrl, job.job_id, job.workspace_id);
  // The job exists; a full disk must not keep it from being waited for.
  log.tryTo("the outputs", () => writeJobOutputs(job.job_id, url));
  // The runner keeps ten notices.
  if (tries > 1) log.line(`submitted as ${job.job_id}: ${url}`);
  else log.notice("Qizhi job", [job.name, job.job_id, url]);
}

async function detach(job: IdentifiedJob, parts: JobParts): Promise<Ending> {
  const { client, work, secrets } = parts;
  markSettled("left");
  if ("spec" in work) return describeUnwaited(job, false);
  const seen = secrets.redactAll(await lookAt(job.job_id, parts));
  const { jobId, url, phase, status, finishedMs: endedAtMs } = summarizeJob(seen, client);
  if (phase === "ended") {
    const error = new JobEndedError({ jobId, url, status, endedAtMs });
    return { ...describeError(error), ...toFacts(seen) };
  }
  return phases[phase].isOver ? describeJob(seen) : describeUnwaited(seen, true);
}

/** The job as it stands. That there is none is believed when the platform says so twice. */
async function lookAt(jobId: string, parts: JobParts): Promise<IdentifiedJob> {
  const { client } = parts;
  const { signal } = parts.cancel;
  const toTimeoutMs = () => Math.max(1, Math.min(client.callTimeoutMs, leftMs(parts)));
  for (let looks = 1; ; looks += 1) {
    try {
      const job = await client.getJob(jobId, { signal, timeoutMs: toTimeoutMs() });
      if (looks >= fewestEnds || summarizeJob(job, client).phase !== "ended") return job;
    } catch (error) {
      if (looks > 1 || !(error instanceof ApiError) || !saysNotFound(error)) throw error;
    }
    await client.clock.sleep(lookAgainMs, signal);
  }
}
