import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import type { Socket } from "node:net";
import { NodeHeaders } from "./headers.ts";
import { BodyError, readBody } from "./read-body.ts";
import { TransportError } from "./transport-error.ts";

/** What {@link createNodeFetch} takes; every field may be left out. */
export interface NodeFetchOptions {
  /** The most bytes of an answer's body, before and after decoding. Default 8 MiB. */
  readonly maxBodyBytes?: number;
  /** The longest time in ms until TCP, proxy and TLS are through. Default 10,000. */
  readonly connectTimeoutMs?: number;
}

/** The transport as `createFetch` of ofetch takes it. */
export interface NodeFetch {
  /**
   * `fetch` over `node:http`: string bodies only, redirects handed back as they are, the whole body
   * read before it resolves. `keepalive: false` opens a connection of its own for this call.
   */
  readonly fetch: typeof globalThis.fetch;
  readonly Headers: typeof globalThis.Headers;
  /** Closes the idle connections. Not needed for the process to end. */
  close(): void;
}

const MAX_BODY_BYTES = 8 * 1024 * 1024;
const CONNECT_TIMEOUT_MS = 10_000;
// Below the 5 s after which Node, Apache and uvicorn servers close an idle connection.
const IDLE_MS = 4000;

interface Call {
  readonly url: URL;
  readonly init: RequestInit;
  readonly body: string | undefined;
  readonly agent: Agent;
  readonly maxBodyBytes: number;
  readonly connectTimeoutMs: number;
}

const signalsAfterSend = new WeakSet<AbortSignal>();

/**
 * Whether a call that this signal aborted may have reached the server.
 *
 * An aborted call rejects with the signal's own reason, which cannot carry the answer to that
 * question. Give every attempt a signal of its own to tell the attempts apart.
 *
 * @param signal - The signal the call was given; it has aborted.
 */
export const isAbortedAfterSend = (signal: AbortSignal): boolean => signalsAfterSend.has(signal);

const toResponse = (message: IncomingMessage, url: URL, text: string): Response => {
  const status = message.statusCode ?? 0;
  const response = {
    status,
    statusText: message.statusMessage ?? "",
    ok: status >= 200 && status < 300,
    redirected: false,
    url: url.href,
    // ofetch reads the text of an answer only where it sees a body.
    body: true,
    headers: {
      get(name: string): string | null {
        const value = message.headers[name.toLowerCase()];
        return Array.isArray(value) ? value.join(", ") : (value ?? null);
      },
      has: (name: string) => message.headers[name.toLowerCase()] !== undefined,
    },
    text: async () => text,
    json: async (): Promise<unknown> => JSON.parse(text),
  };
  // The runtime's Response loads undici; callers of this transport use only the members above.
  return response as unknown as Response;
};

const codeOf = (error: Error): string =>
  "code" in error && typeof error.code === "string" ? error.code : "ERR_TRANSPORT";

/** Calls back once a byte of the request may reach the server through this socket. */
const onReady = (request: ClientRequest, socket: Socket, ready: () => void): void => {
  if (request.reusedSocket) {
    ready();
  } else if ("encrypted" in socket) {
    socket.once("secureConnect", ready);
  } else if (socket.connecting) {
    socket.once("connect", ready);
  } else {
    ready();
  }
};

const exchange = (call: Call): Promise<Response> =>
  new Promise((resolve, reject) => {
    const { url, init } = call;
    const signal = init.signal ?? undefined;
    let sent = false;
    let status: number | undefined;
    const request = openRequest(call);

    const release = () => {
      clearTimeout(connectTimer);
      signal?.removeEventListener("abort", onAbort);
    };
    const fail = (reason: unknown) => {
      release();
      reject(reason);
      request.destroy();
    };
    const failWith = (code: string, what: string) => {
      const details = status === undefined ? { code, sent } : { code, sent, status };
      fail(new TransportError(`${url.host}: ${what} (${code})`, details));
    };
    const onAbort = () => {
      if (sent && signal) {
        signalsAfterSend.add(signal);
      }
      fail(signal?.reason);
    };
    const receive = async (message: IncomingMessage) => {
      status = message.statusCode;
      try {
        const text = await readBody(message, call.maxBodyBytes);
        release();
        resolve(toResponse(message, url, text));
      } catch (error) {
        if (error instanceof BodyError) {
          failWith(error.code, error.message);
        } else {
          fail(error);
        }
      }
    };
    const connectTimer = setTimeout(
      () => failWith("CONNECT_TIMEOUT", `no connection within ${call.connectTimeoutMs} ms`),
      call.connectTimeoutMs,
    );
    signal?.addEventListener("abort", onAbort);

    request.on("socket", (socket: Socket) =>
      onReady(request, socket, () => {
        sent = true;
        clearTimeout(connectTimer);
      }),
    );
    request.on("response", (message: IncomingMessage) => {
      void receive(message);
    });
    // Stays for good: a late error of a settled call must not end the process.
    request.on("error", (error) =>
      failWith(codeOf(error), sent ? "the connection broke" : "no connection"),
    );
    request.on("close", () => {
      if (status === undefined) {
        failWith("ECONNRESET", "the connection was closed without an answer");
      }
    });
    request.end(call.body);
  });

const openRequest = ({ url, init, body, agent }: Call): ClientRequest => {
  const headers =
    init.headers instanceof NodeHeaders ? init.headers : new NodeHeaders(init.headers);
  const record = headers.toRecord();
  record["accept-encoding"] ??= "identity";
  if (body !== undefined) {
    record["content-length"] = String(Buffer.byteLength(body));
  }
  const options: RequestOptions = {
    agent,
    method: init.method ?? "GET",
    protocol: url.protocol,
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port,
    path: `${url.pathname}${url.search}`,
    headers: record,
  };
  return url.protocol === "https:"
    ? process.getBuiltinModule("node:https").request(options)
    : process.getBuiltinModule("node:http").request(options);
};

const toUrl = (input: Parameters<typeof globalThis.fetch>[0]): URL => {
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
};

const toBody = (body: RequestInit["body"]): string | undefined => {
  if (body != null && typeof body !== "string") {
    throw new TypeError("This transport sends a string as the body and nothing else");
  }
  return body ?? undefined;
};

interface Agents {
  readonly pooled: Agent;
  readonly fresh: Agent;
}

const createAgents = (protocol: string): Agents => {
  const { Agent } = process.getBuiltinModule(protocol === "https:" ? "node:https" : "node:http");
  return {
    pooled: new Agent({ keepAlive: true, timeout: IDLE_MS }),
    fresh: new Agent({ keepAlive: false }),
  };
};

/**
 * Makes the HTTP/1.1 transport of the client: `node:http` behind the `fetch` signature, so that the
 * runtime's own `fetch` (undici, 50 to 148 ms at start, measured) is never loaded.
 *
 * `keepalive: false` in the options of a call means a connection that is opened for this call and
 * closed after it; other calls share a pool of idle connections that does not hold the process.
 * `redirect` is always `manual`.
 *
 * @throws TransportError (from `fetch`) when no whole answer came; its `sent` tells whether the
 * server may have got the request. An abort rejects with the signal's reason; see
 * {@link isAbortedAfterSend}.
 */
export const createNodeFetch = (options: NodeFetchOptions = {}): NodeFetch => {
  const { maxBodyBytes = MAX_BODY_BYTES, connectTimeoutMs = CONNECT_TIMEOUT_MS } = options;
  const agents = new Map<string, Agents>();

  const agentsFor = (url: URL): Agents => {
    const present = agents.get(url.protocol);
    if (present) {
      return present;
    }
    const created = createAgents(url.protocol);
    agents.set(url.protocol, created);
    return created;
  };

  return {
    fetch: async (input, init = {}) => {
      init.signal?.throwIfAborted();
      const url = toUrl(input);
      const body = toBody(init.body);
      const { pooled, fresh } = agentsFor(url);
      const agent = init.keepalive === false ? fresh : pooled;
      return exchange({ url, init, body, agent, maxBodyBytes, connectTimeoutMs });
    },
    Headers: NodeHeaders,
    close: () => {
      for (const { pooled, fresh } of agents.values()) {
        pooled.destroy();
        fresh.destroy();
      }
      agents.clear();
    },
  };
};
