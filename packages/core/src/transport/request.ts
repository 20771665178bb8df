import { createFetch, type FetchOptions } from "ofetch";
import { type Clock, untilAborted } from "../async/clock.ts";
import { startDeadline } from "../async/deadline.ts";
import type { CallFacts, KnownError } from "../errors/errors.ts";
import { createNodeFetch } from "./node-fetch.ts";
import type { NodeFetchInit } from "./send-http.ts";
import { toCallError } from "./connection/transport-error.ts";
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

/** Something a client reports while it works; for logs. Holds no secret. */
export type ClientEvent =
  | { type: "request"; operation: string; attempt: number }
  | { type: "answer"; operation: string; attempt: number; status: number; ms: number }
  | {
      type: "retry";
      operation: string;
      attempt: number;
      /** The pause before the next attempt. */
      delayMs: number;
      /** What the platform asked for, where that is more than 10 s. */
      askedMs?: number;
      error: KnownError;
    }
  | { type: "login"; host: string }
  /** The name of a host, of the platform or of a proxy, is not resolved after some seconds. */
  | { type: "slow_name"; host: string }
  /** The token store failed; the call goes on without it. */
  | { type: "store"; action: "read" | "write" | "remove"; error: unknown };

/** What came back for one attempt, unjudged. */
export interface RawAnswer {
  /** HTTP status; a redirect is handed back, never followed. */
  readonly status: number;
  /** The whole body as text. */
  readonly text: string;
  /** A header's value. */
  header(name: string): string | undefined;
}

/** What the built-in transport takes besides, and keeps to. */
type Extras = Pick<NodeFetchInit, "timeoutMs" | "onSent" | "onSlowName">;

/** One attempt to be sent. */
export interface Attempt extends Omit<Extras, "onSlowName"> {
  readonly call: CallFacts;
  /** Where to, below the base URL. */
  readonly path: string;
  readonly body: string;
  /** None for the token call itself. */
  readonly accessToken: string | undefined;
  /** Opens a connection of its own: a reset of a pooled one would leave the outcome unknown. */
  readonly freshConnection: boolean;
  /** Ends the attempt with its own reason. */
  readonly signal: AbortSignal | undefined;
}

export type Send = (attempt: Attempt) => Promise<RawAnswer>;

export interface SendSettings {
  readonly baseUrl: string;
  readonly clock: Clock;
  readonly onEvent: (event: ClientEvent) => void;
  /** @default the built-in one */
  readonly transport?: Transport | TransportFetch | undefined;
  /** Takes secrets out of a text. */
  readonly hide: (text: string) => string;
}

type Ask = (url: string, request: TransportRequest & Extras) => Promise<WholeAnswer>;

interface WholeAnswer extends Pick<TransportAnswer, "status" | "headers"> {
  readonly text: string;
}

/** Creates the function that sends one attempt through ofetch. */
export function createSend({ baseUrl, clock, onEvent, transport, hide }: SendSettings): Send {
  const ask = toAsk(
    typeof transport === "function" ? { fetch: transport } : (transport ?? createNodeFetch()),
  );
  // ofetch's own timeout ends at the headers, its retry sends a create again, and its errors keep the
  // password and the token: all three stay off.
  const defaults = { method: "POST", retry: false, ignoreResponseError: true } as const;

  return async ({ call, path, body, accessToken, freshConnection, timeoutMs, signal, onSent }) => {
    const facts = { operation: call.operation, attempt: call.attempts };
    signal?.throwIfAborted();
    const started = clock.now();
    let failure: { readonly thrown: unknown } | undefined;
    const fetch = toFetch((url, request) =>
      ask(url, request).catch((thrown: unknown) => {
        failure = { thrown };
        throw thrown;
      }),
    );
    const { raw } = createFetch({ fetch, Headers, AbortController, defaults });
    const options: FetchOptions<"text"> & Extras = {
      baseURL: baseUrl,
      body,
      headers: accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` },
      keepalive: !freshConnection,
      redirect: "manual",
      responseType: "text",
      signal: signal ?? null,
      timeoutMs,
      onSent,
      onSlowName: (host) => onEvent({ type: "slow_name", host }),
      onRequest: () => onEvent({ type: "request", ...facts }),
      onResponse({ response: { status } }) {
        onEvent({ type: "answer", ...facts, status, ms: clock.now() - started });
      },
    };
    try {
      const { status, headers, _data: text = "" } = await raw<string, "text">(path, options);
      return { status, text, header: (name) => headers.get(name) ?? undefined };
    } catch (error) {
      signal?.throwIfAborted();
      if (failure === undefined) throw error;
      throw toFetchError(call, failure.thrown, hide);
    }
  };
}

function toAsk({ fetch, keepsDeadline }: Transport): Ask {
  const ask: Ask = async (url, request) => {
    const answer = await fetch(url, request);
    const { status, headers } = answer;
    return { status, headers, text: await answer.text() };
  };
  return keepsDeadline ? ask : withDeadline(ask);
}

/** A caller's own transport may take no notice of its signal, and does not say when it begins to send. */
function withDeadline(ask: Ask): Ask {
  return async (url, request) => {
    const { signal, timeoutMs: ms = Infinity, onSent } = request;
    const end = startDeadline(signal ?? undefined, ms);
    try {
      onSent?.();
      return await untilAborted(ask(url, { ...request, signal: end.signal }), end.signal);
    } catch (error) {
      if (!end.isOver) throw error;
      const why = { rule: "late", params: { ms: Math.ceil(ms) } } as const;
      throw toCallError(new URL(url).host, { code: "TIMEOUT", why, sent: true });
    } finally {
      end.release();
    }
  };
}

/** What asks a transport, as ofetch calls it. */
function toFetch(ask: Ask): typeof globalThis.fetch {
  return async (url, init) => {
    const headers = Object.fromEntries(Object(init?.headers));
    // ofetch hands on what its options have.
    const answer = await ask(String(url), { ...init, headers } as unknown as TransportRequest);
    // ofetch reads the text of an answer only where it sees a body.
    return { ...answer, body: true, text: async () => answer.text } as unknown as Response;
  };
}
