import type { RateLimiter } from "@qizhi/core";
import { createRateLimiter, visibleText } from "@qizhi/core";
import { stateDir } from "@qizhi/core/journal";
import { openRateSlots } from "@qizhi/core/internal";
import { inputError } from "../errors/cli-error.ts";
import type { Io } from "../terminal/io.ts";
import type { Options } from "./options.ts";

// A faster client may be refused (wire 1.4).
const perSecondByDefault = 3;

/**
 * The limiter that every request of a command passes: three a second, shared through the state folder with
 * the other processes of this user.
 */
export function createPace(options: Options, { env }: Io, baseUrl: string): RateLimiter {
  const perSecond = readRate(options, env) ?? perSecondByDefault;
  // The shared slots keep the usual rate for all processes; a sweep's own limiter may be slower.
  const shared = Math.max(perSecond, perSecondByDefault);
  return createRateLimiter({ perSecond, slots: openSlots(env, baseUrl, shared) });
}

function readRate(options: Options, env: Io["env"]): number | undefined {
  const given = options.integer("rate", 1);
  const text = env["QIZHI_RATE"];
  if (given !== undefined || !text) return given;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw inputError(["notAnInteger", "QIZHI_RATE", visibleText(text), 1]);
}

function openSlots(env: Io["env"], platform: string, perSecond: number) {
  try {
    return openRateSlots({ dir: stateDir(env), platform, perSecond });
  } catch {
    // Without a home folder there is no state folder to share.
    return undefined;
  }
}
