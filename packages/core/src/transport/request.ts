import { createFetch, type FetchOptions } from "ofetch";
import { type Clock, untilAborted } from "../async/clock.ts";
import { startDeadline } from "../async/deadline.ts";
import { type CallFacts, ConnectionError } from "../errors/errors.ts";
import type { ClientEvent } from "./client-event.ts";
import { createNodeFetch } from "./node-fetch.ts";
import type { NodeFetchInit } from "./send-http.ts";
import { toFetchError } from "./fetch-error.ts";
import { Headers } from "./node-headers.ts";

/** What a transport is asked to send. */
export interface TransportRequest {
  readonly method: "POST";
  /** They may hold the token. */
  readonly headers: Record<string, string>;
  /** JSON text; that of a login holds the password. */
  readonly body: string;
  /** Ends the request: by the caller, or because its time is over. */
  readonly signal: AbortSignal;
  /** A redirect is to be handed back, never followed. */
  readonly redirect: "manual";
  /** False asks for a connection of its own. */
  readonly keepalive: boolean;
}

/** What is read of an answer. */
export interface TransportAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null | undefined };
  text(): Promise<string>;
}

/** A `fetch`, with as much of it as is used: the runtime's own, that of undici, or one of yours. */
export type TransportFetch = (url: string, request: TransportRequest) => Promise<TransportAnswer>;

/** What has a `fetch`, such as `globalThis` or undici. */
export interface Transport {
  readonly fetch: TransportFetch;
  /** Its `fetch` takes `timeoutMs` and keeps to it, as that of `createNodeFetch` does. */
  readonly keepsDeadline?: boolean | undefined;
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
  /** Where to, below the base URL. */
  readonly path: string;
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

/** How attempts are sent. */
export interface SendSettings {
  readonly baseUrl: string;
  readonly clock: Clock;
  readonly onEvent: (event: ClientEvent) => void;
  /** @default the built-in one */
  readonly transport?: Transport | TransportFetch | undefined;
  /** Takes secrets out of a text. */
  readonly hide: (text: string) => string;
}

type SendOptions = FetchOptions<"text"> &
  Pick<NodeFetchInit, "timeoutMs" | "onSent" | "onSlowName">;

/** Creates the function that sends one attempt through ofetch. */
export function createSend({ baseUrl, clock, onEvent, transport, hide }: SendSettings): Send {
  const { fetch, keepsDeadline = false } = readTransport(transport);
  // ofetch's own timeout ends at the headers, its retry sends a create again, and its errors keep the
  // password and the token: all three stay off.
  const defaults = { method: "POST", retry: false, ignoreResponseError: true } as const;

  return async (attempt) => {
    const { call, signal, accessToken, timeoutMs } = attempt;
    const facts = { operation: call.operation, attempt: call.attempts };
    signal?.throwIfAborted();
    const deadline = keepsDeadline ? undefined : startDeadline(signal, timeoutMs);
    const started = clock.now();
    let isOnItsWay = false;
    // ofetch would wrap it in an error of its own, which holds the request.
    let thrown: unknown;
    const own = toFetch(fetch, keepsDeadline, (error) => (thrown = error));
    const { raw } = createFetch({ fetch: own, Headers, AbortController, defaults });
    const options: SendOptions = {
      baseURL: baseUrl,
      body: attempt.body,
      headers: accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` },
      keepalive: !attempt.freshConnection,
      redirect: "manual",
      responseType: "text",
      signal: deadline?.signal ?? signal ?? null,
      timeoutMs,
      onSent: attempt.onSent,
      onSlowName: (host) => onEvent({ type: "slow_name", host }),
      onRequest() {
        onEvent({ type: "request", ...facts });
        isOnItsWay = true;
        // A caller's own transport does not say when it begins to send.
        if (!keepsDeadline) attempt.onSent?.();
      },
      onResponse({ response: { status } }) {
        onEvent({ type: "answer", ...facts, status, ms: clock.now() - started });
      },
    };
    try {
      const response = await raw<string, "text">(attempt.path, options);
      const { status, headers, _data: text = "" } = response;
      return { status, text, header: (name) => headers.get(name) ?? undefined };
    } catch (error) {
      signal?.throwIfAborted();
      if (!isOnItsWay) throw error;
      throw deadline?.isOver ? lateError(attempt) : toFetchError(call, thrown ?? error, hide);
    } finally {
      deadline?.release();
    }
  };
}

function readTransport(transport: SendSettings["transport"]): Transport {
  if (typeof transport === "function") return { fetch: transport };
  return transport ?? createNodeFetch();
}

/** A transport's `fetch` as ofetch calls it. */
function toFetch(
  fetch: TransportFetch,
  keepsDeadline: boolean,
  onThrown: (error: unknown) => void,
): typeof globalThis.fetch {
  return async (url, init) => {
    try {
      const headers = Object.fromEntries(Object(init?.headers));
      // ofetch hands on what `SendOptions` has.
      const request = { ...init, headers } as unknown as TransportRequest;
      const asked = ask(fetch, String(url), request);
      // A caller's own transport may take no notice of its signal.
      const answer = await (keepsDeadline ? asked : untilAborted(asked, request.signal));
      // ofetch reads the text of an answer only where it sees a body.
      const seen = { ...answer, body: true, text: async () => answer.text };
      return seen as unknown as Response;
    } catch (error) {
      onThrown(error);
      throw error;
    }
  };
}

function lateError({ call, timeoutMs }: Attempt): ConnectionError {
  const why = { rule: "late", params: { ms: Math.ceil(timeoutMs) } } as const;
  return new ConnectionError(call, { reason: "TIMEOUT", why, sent: true });
}

/** The whole answer of a transport. */
async function ask(fetch: TransportFetch, url: string, request: TransportRequest) {
  const answer = await fetch(url, request);
  const { status, headers } = answer;
  return { status, headers, text: await answer.text() };
}
