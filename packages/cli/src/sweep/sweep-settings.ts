import type { RateLimiter, SweepSettings } from "@qizhi/core";
import { createRateLimiter, openRateSlots, stateDir } from "@qizhi/core";
import type { Io } from "../io.ts";
import type { Options } from "../options.ts";

/** Reads what a sweep may do from the command line; what is not given is left out. */
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

/** The pace of a sweep, shared with the other processes of this user through the state folder. */
export function createPace(options: Options, { env }: Io): (platform: string) => RateLimiter {
  const given = options.integer("rate", 1);
  // A platform of this command alone has no limit; nobody else would share it.
  if (options.flag("local")) return () => createRateLimiter({ perSecond: given ?? 50, burst: 10 });
  const perSecond = given ?? 3;
  return (platform) => {
    const slots = openRateSlots({ dir: stateDir(env), platform, perSecond });
    return createRateLimiter({ perSecond, burst: Math.max(1, Math.min(3, perSecond)), slots });
  };
}
