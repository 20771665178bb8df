import type { SweepSettings } from "@qizhi/core/sweep";
import type { Options } from "../context/options.ts";

/** Reads the settings of a sweep from the command line. */
export function readSweepSettings(options: Options): SweepSettings {
  const maxActive = options.integer("maxActive", 1);
  const maxGpus = options.integer("maxGpus", 1);
  const retries = options.integer("retries", 0);
  return {
    ...(maxActive !== undefined && { maxActive }),
    ...(maxGpus !== undefined && { maxGpus }),
    ...(retries !== undefined && { retries }),
    ...(options.flag("failFast") && { failFast: true }),
  };
}
