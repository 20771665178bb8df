import type { Client, JobReport, WaitTimeoutError } from "@qizhi/core";
import type { IdentifiedJob } from "@qizhi/core/internal";
import { ApiError, isQizhiError, JobEndedError, summarizeJob } from "@qizhi/core";
import { fewestEnds, jobUrl, mayTryAgain, phases, saysNotFound } from "@qizhi/core/internal";
import { connect } from "../inputs/connect.ts";
import { describeError } from "../report/describe-error.ts";
import {
  createPriorityWarning,
  describeJob,
  describeUnwaited,
  withNodes,
  withoutNextTry,
} from "../report/describe-job.ts";
import { type Interruption, sayLimit } from "../report/interruption.ts";
import type { Ending } from "../report/outcome.ts";
import { writeJobOutputs } from "../report/outputs.ts";
import { markSettled } from "../runner/state.ts";
import { endJob, type NoteEnd, toFacts } from "./end-job.ts";
import { withFailedNode } from "./failed-node.ts";
import { findJob, findNextTry, type FoundJob, type JobParts } from "./find-job.ts";
import { LastSeen } from "./progress.ts";
import { leftMs, type RunParts } from "./run-parts.ts";
import { createLoginGuard, type LoginGuard, waitForEnd } from "./wait.ts";

const lookAgainMs = 3_000;

/** Submits the job or attaches to it, waits for it, and says how that ended. Never throws. */
export async function runJob(parts: JobParts): Promise<Ending> {
  const { inputs, secrets, log } = parts;
  const guard = createLoginGuard();
  const client = connect(inputs.connection, { secrets, log, onEvent: guard.note });
  const warnOfPriority = createPriorityWarning(log);
  let found = await findJob(client, parts);
  const failed: Ending[] = [];
  while ("job" in found) {
    const ended = await followJob(parts, { ...found, client, guard, warnOfPriority });
    const earlier = failed.flatMap(({ job }) => job ?? []);
    const ending = { ...ended, tries: found.tries, earlier, nowMs: client.platformNow() };
    if (!mayFollowAgain(ending, found, parts)) return ending;
    failed.push(ending);
    log.line(`job ${found.job.job_id} has failed, trying again`);
    // Not settled any more.
    markSettled("");
    found = await findNextTry(client, found, parts);
  }
  // No job is known that has not ended, so there is nothing that post could stop.
  markSettled("reported");
  const last = failed.at(-1);
  const ending = last ? withoutNextTry(last, found.ending) : found.ending;
  return { ...ending, nowMs: client.platformNow() };
}

/** Whether a job that is over is submitted once more, by the rule that sweeps have. */
function mayFollowAgain(
  { outcome }: Ending,
  { tries, submitAgain }: FoundJob,
  parts: JobParts,
): boolean {
  if (!("spec" in parts.job) || submitAgain === undefined) return false;
  if (parts.cancel.signal.aborted || leftMs(parts) <= 0) return false;
  const failed = outcome === "failed" ? outcome : undefined;
  return mayTryAgain(failed, { tries, retries: parts.job.retries });
}

/** A job to follow, and what that takes. */
interface Following extends FoundJob {
  readonly client: Client;
  readonly guard: LoginGuard;
  readonly warnOfPriority: ReturnType<typeof createPriorityWarning>;
}

/** Waits for the job, or stops or leaves it when something comes between. */
async function followJob(parts: JobParts, following: Following): Promise<Ending> {
  const { client, guard, job: known, noteEnd, tries } = following;
  const { inputs, cancel, log } = parts;
  const isAttached = "jobId" in parts.job;
  const lastSeen = new LastSeen(() => performance.now());
  let job = known;
  let report: JobReport | undefined;
  const withFacts = (ending: Ending) => ({
    ...(report ? withNodes(ending, report) : ending),
    askedPriority: toAskedPriority(parts, job),
  });
  announce(client, known, { ...parts, tries });
  try {
    cancel.signal.throwIfAborted();
    if (!inputs.wait) return await detach(client, known, parts);
    const ended = await waitForEnd(known.job_id, {
      ...parts,
      client,
      guard,
      lastSeen,
      leftMs: leftMs(parts),
      createdAtMs: following.createdAtMs,
      onJob(seen, seenReport) {
        job = { ...known, ...seen };
        report = seenReport;
        following.warnOfPriority(report, toAskedPriority(parts, job));
        noteEnd(seen);
      },
    });
    markSettled("ended");
    return await withFailedNode(withFacts(describeJob({ ...known, ...ended })), parts);
  } catch (error) {
    const noteLast: NoteEnd = (seen, how) => {
      // There is no other poll.
      lastSeen.note(Infinity);
      noteEnd(seen, how);
    };
    const { isFollowedElsewhere } = following;
    const told = { isAttached, isFollowedElsewhere, noteEnd: noteLast };
    const interrupted = { client, inputs, cancel, log, job, ...told };
    const ending = await endJob(interrupted, toInterruption(error, parts));
    return { ...withFacts(ending), overdueMs: lastSeen.overdueMs() };
  }
}

function toAskedPriority(
  { job: work }: JobParts,
  { task_priority: stored }: IdentifiedJob,
): number | undefined {
  return "spec" in work ? work.spec.task_priority : stored || undefined;
}

function toInterruption(error: unknown, { inputs, cancel }: RunParts): Interruption {
  if (cancel.signal.aborted) return { why: "cancel" };
  if (!isTimeout(error)) return { why: "error", error };
  const { limit, status } = error;
  const isQueued = limit === "queue";
  const over = `when ${sayLimit(limit, inputs)} was over`;
  const cause =
    status === undefined
      ? `The platform had not told the status of the job ${over}.`
      : `The job was still ${isQueued ? "queued" : "active"} ${over}; status ${status}.`;
  return { why: "timeout", isQueued, cause };
}

function isTimeout(error: unknown): error is WaitTimeoutError {
  return isQizhiError(error) && error.code === "wait_timeout";
}

/** Makes id and link known before the first poll. */
function announce(
  client: Client,
  job: IdentifiedJob,
  { log, tries }: RunParts & { tries: number },
): void {
  const url = jobUrl(client.baseUrl, job.job_id, job.workspace_id);
  // The job exists; a full disk must not keep it from being waited for.
  log.tryTo("the outputs", () => writeJobOutputs({ jobId: job.job_id, url }));
  // The runner keeps ten notices.
  if (tries > 1) log.line(`submitted as ${job.job_id}: ${url}`);
  else log.notice("Qizhi job", [job.name, job.job_id, url]);
}

/** The job as it stands. That there is none is believed when the platform says so twice. */
async function lookAt(client: Client, jobId: string, parts: JobParts): Promise<IdentifiedJob> {
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

async function detach(client: Client, job: IdentifiedJob, parts: JobParts): Promise<Ending> {
  markSettled("left");
  if ("spec" in parts.job) return describeUnwaited(job, false);
  const seen = parts.secrets.redactAll(await lookAt(client, job.job_id, parts));
  const { jobId, url, phase, status, finishedMs: endedAtMs } = summarizeJob(seen, client);
  if (phase === "ended") {
    const error = new JobEndedError({ jobId, url, status, endedAtMs });
    return { ...describeError(error), ...toFacts(seen) };
  }
  return phases[phase].isOver ? describeJob(seen) : describeUnwaited(seen, true);
}
