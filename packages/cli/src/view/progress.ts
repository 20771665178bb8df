import type { JobUpdate } from "@qizhi/core";

/** Shows on stderr how jobs go. */
export interface Progress {
  /** Takes an update of one job. */
  show(jobId: string, update: JobUpdate): void;
  /** Leaves the terminal tidy; a live block stays as it is, or goes. */
  end(isKept: boolean): void;
}
