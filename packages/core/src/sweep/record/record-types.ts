import type { JobReport } from "../../jobs/report.ts";
import type { Stage } from "../../jobs/times.ts";

/** What a sweep may do at once, and what it does when a run fails. */
export interface SweepSettings {
  /** Maximum jobs at once. */
  maxActive?: number | undefined;
  /** Maximum GPUs at once. */
  maxGpus?: number | undefined;
  /** How often a failed run is retried. */
  retries?: number | undefined;
  /** Whether the first failure stops all. */
  failFast?: boolean | undefined;
}

type KeptTimes = "queueTimeMs" | "prepareTimeMs" | "runTimeMs";
type KeptSizes = "nodes" | "gpusPerNode" | "gpus" | "gpuHours" | "pricePerNodeHour" | "cost";

/** What a job did and used, as far as it is kept of its `JobReport`. */
export interface RunFacts extends Partial<Pick<JobReport, KeptTimes | KeptSizes | "message">> {
  /** Page of the web console. */
  url: string;
  /** The stages with their times. */
  stages: { name: Stage["name"]; startMs: number; endMs?: number | undefined }[];
}

/**
 * How a run ended: as its job did, `ended` with an unknown outcome, `refused` by the platform (there is no job), or `lost`: the platform
 * does not know its job any more, or does not let this account see it. A run whose job cannot be asked about stays active.
 */
export type RunOutcome = "succeeded" | "failed" | "stopped" | "ended" | "refused" | "lost";

/** Why a sweep creates no more jobs and stops those that it has. */
export type HaltReason = "fail_fast" | "stopped" | "all_refused";
