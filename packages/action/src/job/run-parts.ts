import type { Inputs } from "../inputs/inputs.ts";
import type { Log } from "../runner/log.ts";
import type { Cancel } from "../runner/cancel.ts";
import type { Secrets } from "../runner/secrets.ts";

/** What a step works with. */
export interface RunParts {
  readonly inputs: Inputs;
  readonly cancel: Cancel;
  readonly secrets: Secrets;
  readonly log: Log;
  /** When the step began, on `performance.now()`. */
  readonly startedAt: number;
}

/** What is left of the step's time, in ms. */
export function leftMs({ inputs, startedAt }: RunParts): number {
  return startedAt + inputs.timeoutMs - performance.now();
}
