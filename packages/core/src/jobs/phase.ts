import type { Job } from "../schemas/job.ts";
import { once } from "../schemas/once.ts";
import { hasUncertainEnd, readJobTimes } from "./times.ts";

/**
 * The phase of a job. `unknown` is a status that this package does not know: the job counts as active and
 * its raw status is shown. `ended` is such a status with an end: the job is over with an unknown outcome.
 */
export type Phase =
  | "queued"
  | "starting"
  | "running"
  | "succeeded"
  | "failed"
  | "stopped"
  | "ended"
  | "unknown";

/** Whether a job in a phase is over, in the order of a job's life. */
export const phases: Readonly<Record<Phase, { readonly isOver: boolean }>> = {
  queued: { isOver: false },
  starting: { isOver: false },
  running: { isOver: false },
  unknown: { isOver: false },
  succeeded: { isOver: true },
  failed: { isOver: true },
  stopped: { isOver: true },
  ended: { isOver: true },
};

/** Whether a job is over in this phase with a known outcome. */
export function isOutcome(phase: Phase): phase is "succeeded" | "failed" | "stopped" {
  return phases[phase].isOver && phase !== "ended";
}

/** What a status means: its phase, whether it ends a wait, whether nodes are still held (wire 3.1). */
export interface StatusClass {
  phase: Phase;
  /** The outcome is known: a wait ends here. */
  isTerminal: boolean;
  /** The command is over but its nodes, and so its GPUs, are still held (and presumably billed). */
  holdsNodes: boolean;
}

/** The 15 known statuses with their phases, and their spellings by other clients and the web console (wire 3.1). */
const statuses: Readonly<Record<string, readonly [Phase, ...spellings: string[]]>> = {
  job_created: ["queued", "已创建"],
  job_queuing: ["queued", "pending", "queued", "queueing", "排队中"],
  job_pre_checking: ["starting", "检测中"],
  job_creating: ["starting", "starting", "pulling_image", "创建中"],
  job_running: ["running", "运行中"],
  job_restarting: ["starting", "重启中"],
  job_stopping: ["running", "canceling", "cancelling", "停止中"],
  job_succeeded: ["succeeded", "success", "completed", "已成功", "成功"],
  job_success_reserving: [
    "succeeded",
    "succeeded_reserving",
    "succeeded_retaining",
    "success_retaining",
    "成功保留中",
  ],
  job_failed: ["failed", "失败", "已失败"],
  job_fail_reserving: [
    "failed",
    "failed_reserving",
    "failed_retaining",
    "fail_retaining",
    "失败保留中",
  ],
  job_create_failed: ["failed", "创建失败"],
  job_pre_check_failed: ["failed", "检测失败"],
  job_queue_out: ["failed", "排队超时"],
  job_stopped: ["stopped", "canceled", "cancelled", "deleted", "已停止"],
};

function toClass(phase: Phase, holdsNodes = false): StatusClass {
  return { phase, isTerminal: isOutcome(phase), holdsNodes };
}

/** What each known status means: a reserving one holds its nodes. */
export const statusClasses: Readonly<Record<string, StatusClass>> = Object.fromEntries(
  Object.entries(statuses).map(([name, [phase]]) => {
    return [name, toClass(phase, name.endsWith("_reserving"))];
  }),
);

const readNames = once(() => {
  const spelled = Object.entries(statuses).flatMap(([name, [, ...spellings]]) =>
    [name, ...spellings].map((word) => [word, name] as const),
  );
  return new Map(spelled.flatMap(([word, name]) => [[word, name] as const, [toKey(word), name]]));
});

/** A status without case, separators and prefix, in which spellings differ. */
function toKey(status: string): string {
  return status
    .toLowerCase()
    .replace(/[\s_-]+/g, "")
    .replace(/^job/, "");
}

/** The known status that a raw one spells, such as `job_succeeded` for `SUCCEEDED`. */
export function toKnownStatus(status: string | undefined): string | undefined {
  // Longer than any status: a text has no meaning.
  if (status === undefined || status.length > 100) return undefined;
  const names = readNames();
  return names.get(status) ?? names.get(toKey(status));
}

const unknownStatus = toClass("unknown");
const endedStatus = toClass("ended");

/** Classes a raw status by its whole word, however it is spelled; anything else is `unknown` and active. */
export function classifyStatus(status: string | undefined): StatusClass {
  return statusClasses[toKnownStatus(status) ?? ""] ?? unknownStatus;
}

/** Whether a job can still change: it is not over, or holds nodes. */
export function canChange({ phase, holdsNodes }: Omit<StatusClass, "isTerminal">): boolean {
  return !phases[phase].isOver || holdsNodes;
}

/** Whether a stop does something to a job with this status: it is active, or still holds nodes. */
export function canStop(status: string | undefined): boolean {
  return canChange(classifyStatus(status));
}

/** Whether a stop was taken that has not ended the job yet. */
export function isStopping(status: string | undefined): boolean {
  return toKnownStatus(status) === "job_stopping";
}

/** Classes a job by its record: an end beside an unknown status was seen then, and is not in the record. */
export function classifySeen(seen: {
  readonly status?: string | undefined;
  readonly phase?: string | undefined;
}): StatusClass {
  const known = classifyStatus(seen.status);
  return known === unknownStatus && seen.phase === endedStatus.phase ? endedStatus : known;
}

/** Classes a job: by its status, and where that is unknown, by whether it has an end. */
export function classifyJob(
  job: Pick<Job, "status" | "timeline" | "created_at" | "finished_at">,
  nowMs: number = Date.now(),
): StatusClass {
  const known = classifyStatus(job.status);
  if (known !== unknownStatus) return known;
  const hasEnded = readJobTimes(job, nowMs).finished !== undefined || hasUncertainEnd(job, nowMs);
  return hasEnded ? endedStatus : known;
}
