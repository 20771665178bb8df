import type { Agent, ClientRequest, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { onAbort } from "../abort.ts";
import { toTimerMs } from "../clock.ts";
import { BodyError, readBody } from "./read-body.ts";
import { openRequest } from "./open-request.ts";
import type { Route } from "./routes.ts";
import type { Target } from "./target.ts";
import { TransportError, toTransportError } from "./transport-error.ts";

/** One HTTP exchange, with everything decided. */
export interface Exchange {
  readonly target: Target;
  readonly init: RequestInit;
  readonly body: string | undefined;
  readonly route: Route;
  readonly agent: Agent;
  /** The most bytes of the body. */
  readonly maxBodyBytes: number;
  /** The longest time in ms until TCP, proxy and TLS are through. */
  readonly connectTimeoutMs: number;
  /** The longest time in ms for all of it. */
  readonly timeoutMs: number | undefined;
  /** Called when a byte of the request may have left. */
  readonly onSent: (() => void) | undefined;
}

/**
 * Sends one request and reads the whole answer.
 *
 * @throws TransportError or, after an abort, the signal's reason.
 */
export function runExchange(exchange: Exchange): Promise<Response> {
  return new Promise((resolve, reject) => {
    const { target, route, connectTimeoutMs, timeoutMs } = exchange;
    const signal = exchange.init.signal ?? undefined;
    const connecting = route.via === undefined ? undefined : new AbortController();
    const request = openRequest(exchange, connecting?.signal);
    let sent = false;
    let status: number | undefined;
    let connectTimer: NodeJS.Timeout | undefined;

    const release = () => {
      clearTimeout(connectTimer);
      clearTimeout(timer);
      forget();
    };
    const fail = (reason: unknown) => {
      release();
      reject(reason);
      if (!sent) connecting?.abort();
      request.destroy();
    };
    const failWith = (code: string, what?: string) =>
      fail(toTransportError({ host: target.host, via: route.via, code, what, sent, status }));
    const forget = onAbort(signal, () => fail(signal?.reason));
    const failLate = (ms: number) =>
      failWith("TIMEOUT", `nothing complete within ${Math.ceil(ms)} ms`);
    const timer = timeoutMs && setTimeout(failLate, toTimerMs(timeoutMs), timeoutMs);
    const receive = async (message: IncomingMessage) => {
      status = message.statusCode;
      // Only a proxy answers so; it has not passed the request on.
      if (route.forward && status === 407) {
        sent = false;
        return failWith("PROXY_REFUSED", "the proxy wants other credentials");
      }
      try {
        const text = await readBody(message, exchange.maxBodyBytes);
        release();
        resolve(toResponse(message, target, text));
      } catch (error) {
        if (error instanceof BodyError) failWith(error.code, error.message);
        else fail(error);
      }
    };
    const startConnectTimer = () => {
      connectTimer = setTimeout(
        () => failWith("CONNECT_TIMEOUT", `no connection within ${connectTimeoutMs} ms`),
        connectTimeoutMs,
      );
    };

    const onReady = () => {
      sent = true;
      exchange.onSent?.();
      clearTimeout(connectTimer);
    };
    // A tunnel is opened before there is a socket for the request.
    if (connecting) startConnectTimer();
    request.on("socket", (socket: Socket) => {
      const event = readyEvent(request, socket);
      if (event === undefined) return onReady();
      if (!connecting) startConnectTimer();
      return socket.once(event, onReady);
    });
    request.on("response", (message: IncomingMessage) => void receive(message));
    // Stays for good: a late error of a settled call must not end the process.
    request.on("error", (error) => {
      if (error instanceof TransportError) fail(error);
      else if (status !== undefined && codeOf(error) === "ECONNRESET") failWith("BODY_TRUNCATED");
      else failWith(codeOf(error));
    });
    request.on("close", () => {
      if (status === undefined) failWith("ECONNRESET");
    });
    request.end(exchange.body);
  });
}

/** The event after which a byte of the request may reach the server; undefined where that is now. */
function readyEvent(request: ClientRequest, socket: Socket): string | undefined {
  if (request.reusedSocket) return undefined;
  if ("encrypted" in socket) return "secureConnect";
  return socket.connecting ? "connect" : undefined;
}

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : "ERR_TRANSPORT";
}

function toResponse(message: IncomingMessage, { href }: Target, text: string): Response {
  const status = message.statusCode ?? 0;
  const headerOf = (name: string): string | undefined => {
    const value = message.headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join(", ") : value;
  };
  const response = {
    status,
    statusText: message.statusMessage ?? "",
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
    json: async (): Promise<unknown> => JSON.parse(text),
  };
  // The runtime's Response loads undici; callers of this transport use only the members above.
  return response as unknown as Response;
}
