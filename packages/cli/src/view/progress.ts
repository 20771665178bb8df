import type { JobsUpdate } from "@qizhi/core";

/** Shows the progress of jobs on stderr. */
export interface Progress {
  /** Shows an update. */
  show(update: JobsUpdate): void;
  /** Leaves the terminal tidy; a live block stays as it is, or goes. */
  end(isKept: boolean): void;
}
