import type { RateLimiter } from "@qizhi/core";
import { createRateLimiter, openRateSlots, stateDir } from "@qizhi/core";
import type { Io } from "./io.ts";
import type { Options } from "./options.ts";

/**
 * The pace of a command that asks for many jobs: three requests a second, shared with the other processes
 * of this user through the state folder.
 */
export function createPace(options: Options, { env }: Io): (platform: string) => RateLimiter {
  const given = options.integer("rate", 1);
  // A platform of this command alone has no limit; nobody else would share it.
  if (options.flag("local")) return () => createRateLimiter({ perSecond: given ?? 50, burst: 10 });
  const perSecond = given ?? 3;
  return (platform) => {
    const slots = openRateSlots({ dir: stateDir(env), platform, perSecond });
    return createRateLimiter({ perSecond, slots });
  };
}
