import type { JobUpdate } from "@qizhi/core";

/** Shows on stderr how jobs go. */
export interface Progress {
  /** Takes an update of one job, or without an id of all. */
  show(jobId: string | undefined, update: JobUpdate): void;
  /** Leaves the terminal tidy; a live block stays as it is, or goes. */
  end(isKept: boolean): void;
}
