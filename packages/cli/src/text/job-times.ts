import type { JobReport } from "@qizhi/core";
import type { IdentifiedJob } from "@qizhi/core/internal";

/** A polled job and its report. */
export interface SeenJob {
  readonly job: IdentifiedJob;
  readonly report: JobReport;
}
