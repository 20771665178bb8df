import type { JobsUpdate } from "@qizhi/core";

/** Shows on stderr how jobs go. */
export interface Progress {
  /** Takes what happened. */
  show(update: JobsUpdate): void;
  /** Leaves the terminal tidy; a live block stays as it is, or goes. */
  end(isKept: boolean): void;
}
