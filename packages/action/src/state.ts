import { getState, saveState } from "@actions/core";

/** What became of the job as far as main could see to it. */
export type Settlement =
  | "ended"
  | "stopped"
  | "left"
  /** There is no job, or main has told all that is known of it. */
  | "reported"
  /** Main wanted to stop it and could not: post tries once more. */
  | "stop-failed";

/** What main leaves for post, in `GITHUB_STATE`, which the runner reads even after SIGKILL. */
export interface SavedState {
  /** Name of the job of a create that was sent or about to be. */
  readonly jobName: string;
  /** When that was, ISO 8601. */
  readonly creatingSince: string;
  /** Page of the web console that lists jobs of its workspace. */
  readonly listUrl: string;
  /** The job. */
  readonly jobId: string;
  /** Path of what is written down of a sweep. */
  readonly ledger: string;
  /** Empty when main did not get so far. */
  readonly settlement: string;
}

/** Marks the run, so that the bundle knows itself as post also when it is called by main's name. */
export function markStarted(): void {
  saveState("started", "true");
}

/** Whether main has run before: then this is post. */
export function hasStarted(): boolean {
  return getState("started") === "true";
}

/** To be called before a create is sent. */
export function markCreating(jobName: string, listUrl: string): void {
  saveState("jobName", jobName);
  saveState("listUrl", listUrl);
  saveState("creatingSince", new Date().toISOString());
}

/** To be called once the job is known, before anything else. */
export function markJob(jobId: string): void {
  saveState("jobId", jobId);
}

/** To be called before a sweep submits its first job. */
export function markSweep(ledger: string, listUrl: string): void {
  saveState("listUrl", listUrl);
  saveState("ledger", ledger);
}

/** To be called when main is through with the job. */
export function markSettled(settlement: Settlement): void {
  saveState("settlement", settlement);
}

/** Reads what main left. */
export function readState(): SavedState {
  return {
    jobName: getState("jobName"),
    creatingSince: getState("creatingSince"),
    listUrl: getState("listUrl"),
    jobId: getState("jobId"),
    ledger: getState("ledger"),
    settlement: getState("settlement"),
  };
}
