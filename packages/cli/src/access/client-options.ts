import type { ClientOptions } from "@qizhi/core";
import { parseDuration, visibleText } from "@qizhi/core";
import { requireTlsCheck } from "@qizhi/core/internal";
import type { Options } from "../context/options.ts";
import { createPace } from "../context/pace.ts";
import { inputError } from "../errors/cli-error.ts";
import type { Io } from "../terminal/io.ts";
import { createEventPrinter } from "./client-events.ts";

// Core's own deadline of a call with its retries; one long request must fit into it.
const shortestCallMs = 120_000;

function readRequestTimeout(options: Options, { env }: Io): number | undefined {
  const flag = options.text("requestTimeout");
  const text = flag ?? (env["QIZHI_REQUEST_TIMEOUT"] || undefined);
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  const name = flag === undefined ? "QIZHI_REQUEST_TIMEOUT" : "--request-timeout";
  throw inputError(["notADuration", name, visibleText(text)], "durationForm");
}

/**
 * The options that every client of the command line has.
 * @throws {InputError} the check of certificates is turned off, or `--request-timeout` is wrong.
 */
export function clientOptions(
  options: Options,
  io: Io,
  baseUrl: string,
  limiter = createPace(options, io, baseUrl),
): ClientOptions {
  requireTlsCheck(io.env);
  const isDebug = options.flag("debug") || Boolean(io.env["QIZHI_DEBUG"]);
  const requestMs = readRequestTimeout(options, io);
  return {
    ...(requestMs !== undefined && {
      attemptTimeoutMs: requestMs,
      callTimeoutMs: Math.max(shortestCallMs, requestMs),
    }),
    baseUrl,
    limiter,
    allowHttp: io.env["QIZHI_ALLOW_HTTP"] === "1",
    onToken: (token) => io.secrets?.add(token),
    onEvent: createEventPrinter(isDebug, io),
  };
}
