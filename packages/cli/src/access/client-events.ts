import { codeOf } from "@qizhi/core/internal";
import type { ClientEvent } from "@qizhi/core";
import { isQizhiError, visibleText } from "@qizhi/core";
import { sayError } from "../errors/cli-error.ts";
import type { Io } from "../terminal/io.ts";
import { printNote } from "../terminal/io.ts";

/**
 * Creates a listener that prints a name that is not resolved, long waits that the platform asks for, in a
 * terminal the first retry, and with `isDebug` every event.
 */
export function createEventPrinter(isDebug: boolean, io: Io): (event: ClientEvent) => void {
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

/**
 * An event for the debug log, field by field: a header or a body that an event may come to hold is not
 * printed unless it is named here.
 */
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
