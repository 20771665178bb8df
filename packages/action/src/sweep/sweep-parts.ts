import type { Client } from "@qizhi/core";
import type { RunStatus, Sweep } from "@qizhi/core/sweep";
import type { LastSeen } from "../job/last-seen.ts";
import type { RunParts } from "../job/run-job.ts";

/** What a sweep that goes on works with. */
export interface SweepParts extends RunParts {
  readonly client: Client;
  readonly sweep: Sweep;
  /** When any of its jobs was seen last. */
  readonly lastSeen: LastSeen;
}

/** Why a sweep was left before its end. */
export type Left =
  | { readonly why: "cancel" }
  | { readonly why: "timeout" }
  /** A job of this run was queued for too long. */
  | { readonly why: "queue"; readonly run: RunStatus }
  | { readonly why: "error"; readonly error: unknown };
