import type { ClientEvent, ClientOptions, RateLimiter } from "@qizhi/core";
import { createRateLimiter, isQizhiError } from "@qizhi/core";
import {
  codeOf,
  openRateSlots,
  type RateSlots,
  requireTlsCheck,
  parseDuration,
  visibleText,
} from "@qizhi/core/internal";
import { inputError, sayError } from "../errors/cli-error.ts";
import { findStateDir } from "./known-ids.ts";
import { type Io, printNote } from "../terminal/io.ts";
import type { Options } from "../context/options.ts";

// A faster client may be refused (wire 1.4).
const perSecondByDefault = 3;

/**
 * The limiter that every request of a command passes: three a second, shared through the state folder with
 * the other processes of this user.
 */
function createPace(options: Options, io: Io, baseUrl: string): RateLimiter {
  const perSecond = readRate(options, io.env) ?? perSecondByDefault;
  const dir = findStateDir(io);
  if (dir === undefined) return createRateLimiter({ perSecond });
  const open = (rate: number) => openRateSlots({ dir, platform: baseUrl, perSecond: rate });
  // A slower command takes a turn of the usual rate, too, which holds for all others.
  const isSlower = perSecond < perSecondByDefault;
  const slots = isSlower ? both(open(perSecond), open(perSecondByDefault)) : open(perSecond);
  return createRateLimiter({ perSecond, slots });
}

/** Each turn takes one of both. */
function both(slower: RateSlots, faster: RateSlots): RateSlots {
  // A turn of the slower rate that is taken waits for one of the faster, and is not taken again.
  let isTaken = false;
  return {
    claim() {
      const waitMs = isTaken ? 0 : slower.claim();
      if (waitMs > 0) return waitMs;
      const fasterMs = faster.claim();
      isTaken = fasterMs > 0;
      return fasterMs;
    },
    pause(ms) {
      slower.pause(ms);
      faster.pause(ms);
    },
  };
}

function readRate(options: Options, env: Io["env"]): number | undefined {
  const given = options.integer("rate", 1);
  const text = env["QIZHI_RATE"];
  if (given !== undefined || !text) return given;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw inputError(["notAnInteger", "QIZHI_RATE", visibleText(text), 1]);
}

function readRequestTimeout(options: Options, { env }: Io): number | undefined {
  const flag = options.text("requestTimeout");
  const text = flag ?? (env["QIZHI_REQUEST_TIMEOUT"] || undefined);
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  const name = flag === undefined ? "QIZHI_REQUEST_TIMEOUT" : "--request-timeout";
  throw inputError(["notADuration", name, visibleText(text)], "durationForm");
}

/** What every client has. @throws {InputError} certificates are not checked, or `--request-timeout` is wrong. */
export function clientOptions(
  options: Options,
  io: Io,
  baseUrl: string,
  limiter = createPace(options, io, baseUrl),
): ClientOptions {
  requireTlsCheck(io.env);
  const isDebug = options.flag("debug") || Boolean(io.env["QIZHI_DEBUG"]);
  return {
    attemptTimeoutMs: readRequestTimeout(options, io),
    baseUrl,
    limiter,
    allowHttp: io.env["QIZHI_ALLOW_HTTP"] === "1",
    onToken: (token) => io.secrets?.add(token),
    onEvent: createEventPrinter(isDebug, io),
  };
}

function createEventPrinter(isDebug: boolean, io: Io): (event: ClientEvent) => void {
  // One note is enough: the view of a wait or the final error reports what lasts.
  let isTold = !io.stderr.isTTY;
  const slowNames = new Set<string>();
  return (event) => {
    if (isDebug) {
      printNote(io, `debug: ${visibleText(JSON.stringify(toLogged(event)))}`);
    } else if (event.type === "slow_name") {
      if (!slowNames.has(event.host)) printNote(io, io.t.slowName(visibleText(event.host)));
      slowNames.add(event.host);
    } else if (event.type === "retry" && event.askedMs !== undefined) {
      const [asked = "", delay = ""] = [event.askedMs, event.delayMs].map(io.t.duration);
      printNote(io, io.t.asksToWait(asked, delay));
    } else if (event.type === "retry" && !isTold && event.error.code !== "auth") {
      isTold = true;
      printNote(io, io.t.triesAgain(sayError(event.error, io.t).summary));
    }
  };
}

/** An event for the debug log, field by field: a header or a body that it may come to hold is not printed. */
function toLogged(event: ClientEvent): Record<string, unknown> {
  const { type } = event;
  const time = new Date().toISOString();
  switch (type) {
    case "request": {
      const { operation, attempt } = event;
      return { time, type, operation, attempt };
    }
    case "answer": {
      const { operation, attempt, status, ms } = event;
      return { time, type, operation, attempt, status, ms: Math.round(ms) };
    }
    case "retry": {
      const { operation, attempt, delayMs, askedMs, error } = event;
      const delay_ms = Math.round(delayMs);
      return { time, type, operation, attempt, delay_ms, asked_ms: askedMs, ...toWhy(error) };
    }
    case "login":
    case "slow_name":
      return { time, type, host: event.host };
    case "store":
      return { time, type, action: event.action, ...toWhy(event.error) };
  }
}

function toWhy(error: unknown): Record<string, unknown> {
  if (isQizhiError(error)) return { error: error.code, why: error.summary };
  return { error: error instanceof Error ? error.name : "unknown", why: codeOf(error) };
}
