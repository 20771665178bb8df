import { checkOptions } from "../errors/input-errors.ts";
import { type RouteOptions, Routes } from "./proxy/routes.ts";
import { Headers } from "./node-headers.ts";
import { type HttpAnswer, type NodeFetchInit, sendHttp } from "./send-http.ts";

/** What {@link createNodeFetch} takes; every field may be left out. */
export interface NodeFetchOptions extends RouteOptions {
  /** The most bytes of an answer's body, before and after decoding. Default 8 MiB. */
  readonly maxBodyBytes?: number | undefined;
  /** The longest time in ms until name, TCP, proxy and TLS are through. Default 10,000. */
  readonly connectTimeoutMs?: number | undefined;
}

type Input = Parameters<typeof globalThis.fetch>[0];

/** The transport as `createFetch` of ofetch takes it. */
export interface NodeFetch {
  /**
   * `fetch` over `node:http`: string bodies only, redirects handed back as they are, the whole body
   * read before it resolves. `keepalive: false` opens a connection of its own for this call.
   */
  readonly fetch: (input: Input, init?: NodeFetchInit) => Promise<Response>;
  /** Headers with what ofetch uses of the standard's. */
  readonly Headers: typeof globalThis.Headers;
  /** It takes `timeoutMs`, and knows after that time whether anything was sent. */
  readonly keepsDeadline: true;
  /** Closes the idle connections; they do not hold the process in any case. */
  close(): void;
}

const defaultMaxBodyBytes = 8 * 1024 * 1024;
const defaultConnectTimeoutMs = 10_000;

/**
 * Creates the HTTP/1.1 transport of the client: `node:http` behind the `fetch` signature, so that the
 * runtime's own `fetch` (undici) is never loaded: it doubles the time of a start.
 *
 * `keepalive: false` in the options of a call means a connection that is opened for this call and
 * closed after it; other calls share a pool of idle connections. `redirect` is always `manual`.
 * Certificates are always checked: `NODE_TLS_REJECT_UNAUTHORIZED` has no effect on it.
 *
 * @throws an Error named `TransportError` (from `fetch`), with `code` and `sent`, when no whole answer came; `sent`
 * says whether the server may have got the request. An abort rejects with the signal's reason.
 */
export function createNodeFetch(options: NodeFetchOptions = {}): NodeFetch {
  checkOptions("createNodeFetch", options, {
    env: "any",
    proxy: "any",
    ca: "any",
    maxBodyBytes: "number",
    connectTimeoutMs: "number",
  });
  const { maxBodyBytes = defaultMaxBodyBytes } = options;
  const { connectTimeoutMs = defaultConnectTimeoutMs } = options;
  const routes = new Routes(options);

  const fetch: NodeFetch["fetch"] = async (input, init = {}) => {
    const signal = init.signal ?? undefined;
    signal?.throwIfAborted();
    const url = readUrl(input);
    const body = readRequestBody(init.body);
    const route = await routes.find(url);
    signal?.throwIfAborted();
    const call = { url, init, body, route, maxBodyBytes, connectTimeoutMs };
    return toResponse(await sendHttp(call), url);
  };
  return { fetch, Headers, keepsDeadline: true, close: () => routes.close() };
}

function readUrl(input: Input): URL {
  if (typeof input !== "string" && !(input instanceof URL)) {
    throw new TypeError("This transport takes the URL as a string or a URL, not a Request");
  }
  const url = new URL(input);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new TypeError(`This transport speaks http and https, not ${url.protocol}`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new TypeError("A URL with a user name or password in it is not called");
  }
  return url;
}

function readRequestBody(body: RequestInit["body"]): string | undefined {
  if (body != null && typeof body !== "string") {
    throw new TypeError("This transport sends a string as the body and nothing else");
  }
  return body ?? undefined;
}

/** What ofetch reads of an answer. */
function toResponse({ message, text }: HttpAnswer, { href }: URL): Response {
  const { statusCode: status = 0, statusMessage: statusText = "" } = message;
  const headerOf = (name: string): string | undefined => {
    const value = message.headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join(", ") : value;
  };
  const response = {
    status,
    statusText,
    ok: status >= 200 && status < 300,
    redirected: false,
    url: href,
    // ofetch reads the text of an answer only where it sees a body.
    body: true,
    headers: {
      get: (name: string) => headerOf(name) ?? null,
      has: (name: string) => headerOf(name) !== undefined,
    },
    text: async () => text,
  };
  // The runtime's Response loads undici; callers of this transport use only the members above.
  return response as unknown as Response;
}
