import type { Client } from "@qizhi/core";
import type { Sweep } from "@qizhi/core/sweep";
import type { LastSeen } from "../runner/last-seen.ts";
import type { RunParts } from "../job/run-parts.ts";

/** What a sweep that goes on works with. */
export interface SweepParts extends RunParts {
  readonly client: Client;
  readonly sweep: Sweep;
  /** When any of its jobs was seen last. */
  readonly lastSeen: LastSeen;
}
