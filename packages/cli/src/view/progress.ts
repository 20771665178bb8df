import type { FollowUpdate } from "../follow-jobs.ts";

/** Shows on stderr how jobs go. */
export interface Progress {
  /** Takes an update of one job, or without an id of all. */
  show(jobId: string | undefined, update: FollowUpdate): void;
  /** Leaves the terminal tidy; a live block stays as it is, or goes. */
  end(isKept: boolean): void;
}
