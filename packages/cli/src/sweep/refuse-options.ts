import { inputError } from "../cli-error.ts";
import type { Options } from "../options.ts";

/** Refuses the options of a sweep for a spec that is none. */
export function refuseSweepOptions(options: Options): void {
  for (const [name, flag] of [
    ["maxActive", "--max-active"],
    ["maxGpus", "--max-gpus"],
    ["retries", "--retries"],
    ["csv", "--csv"],
    ["markdown", "--markdown"],
    ["rate", "--rate"],
  ] as const) {
    if (options.text(name) !== undefined) throw inputError((t) => t.sweep.notASweep(flag));
  }
  if (options.flag("failFast")) throw inputError((t) => t.sweep.notASweep("--fail-fast"));
}
