import { createFetch, type FetchOptions } from "ofetch";
import { onAbort } from "../abort.ts";
import type { CallFacts } from "../errors.ts";
import { toTimerMs } from "../clock.ts";
import { ConnectionError } from "../errors.ts";
import { createNodeFetch, isNodeFetch } from "./node-fetch.ts";
import { TransportError } from "./transport-error.ts";

/** A `fetch` and its `Headers`. */
export interface Transport {
  readonly fetch: typeof globalThis.fetch;
  readonly Headers: typeof globalThis.Headers;
}

/** What came back for one attempt, unjudged. */
export interface RawAnswer {
  /** HTTP status; a redirect is handed back, never followed. */
  readonly status: number;
  /** The whole body as text. */
  readonly text: string;
  /** A header's value. */
  header(name: string): string | undefined;
}

/** One attempt to be sent. */
export interface Attempt {
  /** Facts for messages. */
  readonly call: CallFacts;
  /** Where to. */
  readonly url: string;
  /** JSON text. */
  readonly body: string;
  /** Bearer token; none for the token call itself. */
  readonly accessToken?: string | undefined;
  /** Opens a connection of its own: a reset of a pooled one would leave the outcome unknown. */
  readonly freshConnection: boolean;
  /** Deadline for connection, headers and body together, in ms. */
  readonly timeoutMs: number;
  /** Ends the attempt with its own reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called when a byte of the request may have left. */
  readonly onSent?: (() => void) | undefined;
}

/** Sends one attempt. */
export type Send = (attempt: Attempt) => Promise<RawAnswer>;

/**
 * Makes the function that sends one attempt through ofetch. ofetch's own retry, timeout, parsing and
 * errors stay off: its timeout ends at the headers, and its errors keep the password.
 * @param transport @default the built-in one
 */
export function createSend(transport?: Transport): Send {
  const { fetch, Headers } = transport ?? createNodeFetch();
  const { raw } = createFetch({ fetch, Headers, AbortController });
  const keepsDeadline = isNodeFetch(fetch);
  return async (attempt) => {
    const { signal, accessToken, timeoutMs } = attempt;
    signal?.throwIfAborted();
    // Who keeps it itself knows whether anything was sent; a signal for it takes 20 µs more (measured).
    const deadline = keepsDeadline ? undefined : startDeadline(attempt);
    const options: SendOptions = {
      method: "POST",
      body: attempt.body,
      headers: toHeaders(accessToken),
      keepalive: !attempt.freshConnection,
      signal: deadline?.signal ?? signal ?? null,
      timeoutMs,
      onSent: attempt.onSent,
      retry: false,
      responseType: "text",
      redirect: "manual",
      ignoreResponseError: true,
    };
    // Of a caller's own transport it is not known when it begins to send.
    if (!keepsDeadline) attempt.onSent?.();
    try {
      const response = await raw<string, "text">(attempt.url, options);
      const { status, _data: text = "" } = response;
      return {
        status,
        text,
        header: (name) => response.headers.get(name) ?? undefined,
      };
    } catch (error) {
      signal?.throwIfAborted();
      throw toConnectionError(attempt, error, deadline?.signal.aborted);
    } finally {
      deadline?.end();
    }
  };
}

interface SendOptions extends FetchOptions<"text"> {
  timeoutMs: number;
  onSent: (() => void) | undefined;
}

/** A signal for headers and body together, which aborts when the attempt's own does, and in time. */
function startDeadline({ signal, timeoutMs }: Attempt): { signal: AbortSignal; end: () => void } {
  const own = new AbortController();
  const forget = onAbort(signal, () => own.abort(signal?.reason));
  const timer = setTimeout(() => own.abort(), toTimerMs(timeoutMs));
  const end = () => {
    clearTimeout(timer);
    forget();
  };
  return { signal: own.signal, end };
}

function toHeaders(accessToken: string | undefined): Record<string, string> {
  const headers: Record<string, string> = {
    "content-type": "application/json",
    accept: "application/json",
  };
  if (accessToken !== undefined) headers["authorization"] = `Bearer ${accessToken}`;
  return headers;
}

// Nothing of ofetch's error is kept: it holds the request with its header and body.
function toConnectionError(attempt: Attempt, error: unknown, isLate = false): ConnectionError {
  if (isLate) {
    const text = `nothing complete within ${Math.ceil(attempt.timeoutMs)} ms`;
    return new ConnectionError(attempt.call, { reason: "TIMEOUT", text, sent: true });
  }
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof TransportError) {
    const { code: reason, what: text, sent, via, status } = cause;
    return new ConnectionError(attempt.call, { reason, text, sent, via, status });
  }
  return new ConnectionError(attempt.call, {
    reason: systemCode(cause),
    text: "the connection failed",
    sent: !neverSent.has(systemCode(cause)),
  });
}

// For a caller's own fetch, whose errors carry only a code.
const neverSent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"]);

function systemCode(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string") return at.code;
  }
  return "UNKNOWN";
}
