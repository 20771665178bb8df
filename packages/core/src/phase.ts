/**
 * Where a job stands. `unknown` is a status that this package does not know: the job counts as active
 * and its raw status is shown.
 */
export type Phase =
  | "queued"
  | "starting"
  | "running"
  | "succeeded"
  | "failed"
  | "stopped"
  | "unknown";

/** What a status means: its phase, whether it ends a wait, whether nodes are still held (wire-facts 3.1). */
export interface StatusClass {
  /** The phase it belongs to. */
  phase: Phase;
  /** The outcome is known: a wait ends here. */
  isTerminal: boolean;
  /** The command is over but its nodes, and so its GPUs, are still held (and presumably billed). */
  holdsNodes: boolean;
}

const active = (phase: Phase): StatusClass => ({ phase, isTerminal: false, holdsNodes: false });
const ended = (phase: Phase, holdsNodes = false): StatusClass => ({
  phase,
  isTerminal: true,
  holdsNodes,
});

/** The 15 known statuses (wire-facts 3.1). */
export const statusClasses: Readonly<Record<string, StatusClass>> = {
  job_created: active("queued"),
  job_queuing: active("queued"),
  job_pre_checking: active("starting"),
  job_creating: active("starting"),
  job_running: active("running"),
  job_restarting: active("starting"),
  job_stopping: active("running"),
  job_succeeded: ended("succeeded"),
  job_success_reserving: ended("succeeded", true),
  job_failed: ended("failed"),
  job_fail_reserving: ended("failed", true),
  job_create_failed: ended("failed"),
  job_pre_check_failed: ended("failed"),
  job_queue_out: ended("failed"),
  job_stopped: ended("stopped"),
};

const unknownStatus = active("unknown");

/** Classes a raw status by its exact name, whatever its case; anything else is `unknown` and active. */
export function classifyStatus(status: string | undefined): StatusClass {
  const key = status?.trim().toLowerCase() ?? "";
  return Object.hasOwn(statusClasses, key) ? statusClasses[key]! : unknownStatus;
}
