import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from "node:http";
import type { LookupFunction } from "node:net";
import { onAbort, toTimerMs } from "../async/clock.ts";
import { toServerName, withoutBrackets } from "./connection/address.ts";
import type { ProxiedRequestOptions } from "./proxy/proxy-agent.ts";
import {
  isProxysOwn,
  type ProxyAnswer,
  ruleOfAnswer,
  ruleOfConnect,
} from "./proxy/proxy-answer.ts";
import { NodeHeaders } from "./node-headers.ts";
import { readBody } from "./read-body.ts";
import { describeFailure, type Progress, ruleOfDelay, toFailure, followSocket } from "./failure.ts";
import { toProxyAuthorization } from "./proxy/proxy.ts";
import type { Route } from "./proxy/routes.ts";

// After this long without an address, the name that is waited for is reported.
const slowNameMs = 3_000;

/** What a call of `createNodeFetch`'s fetch takes besides the options of `fetch`. */
export interface NodeFetchInit extends NonNullable<Parameters<typeof globalThis.fetch>[1]> {
  /** The longest time in ms for all of it. */
  timeoutMs?: number | undefined;
  /** Called when a byte of the request may have left. */
  onSent?: (() => void) | undefined;
  /** Called with a name that is not resolved after some seconds. */
  onSlowName?: ((name: string) => void) | undefined;
}

/** One request, with everything decided. */
export interface HttpCall {
  readonly url: URL;
  readonly init: NodeFetchInit;
  readonly body: string | undefined;
  readonly route: Route;
  readonly maxBodyBytes: number;
  readonly connectTimeoutMs: number;
}

export interface HttpAnswer {
  readonly message: IncomingMessage;
  readonly text: string;
}

/** Sends one request and reads the whole answer. @throws TransportError or, after an abort, the signal's reason. */
export function sendHttp(call: HttpCall): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const { connectTimeoutMs, init } = call;
    const { timeoutMs, signal = null } = init;
    const progress: Progress = { hasSocket: false, sent: false };
    const connecting = new AbortController();
    const request = openRequest(call, progress, connecting.signal);

    const release = () => {
      clearTimeout(connectTimer);
      clearTimeout(timer);
      forget();
    };
    const fail = (reason: unknown) => {
      release();
      reject(reason);
      connecting.abort();
      request.destroy();
    };
    const failBy = (error: Error) => fail(describeFailure(error, call, progress));
    const failLate = (code: string, ms: number) =>
      fail(toFailure(call, progress, code, ruleOfDelay(code, ms, progress)));
    const startTimer = (code: string, ms: number) => setTimeout(failLate, toTimerMs(ms), code, ms);
    const forget = onAbort(signal ?? undefined, () => fail(signal?.reason));
    const connectTimer = startTimer("CONNECT_TIMEOUT", connectTimeoutMs);
    const timer = timeoutMs === undefined ? undefined : startTimer("TIMEOUT", timeoutMs);
    const endsAt = performance.now() + (timeoutMs ?? Infinity);

    followSocket(request, progress, () => {
      init.onSent?.();
      clearTimeout(connectTimer);
    });
    onProxyRefusal(call, request, progress, fail);
    // This listener stays: a late error of a settled call must not end the process.
    request.on("error", failBy);
    request.on("close", () => {
      if (progress.status !== undefined) return;
      fail(toFailure(call, progress, "ECONNRESET", { rule: "cut", params: {} }));
    });
    request.on("response", (message) => {
      // While bytes keep coming in, a timer may come late.
      message.on("data", () => {
        if (timeoutMs !== undefined && performance.now() > endsAt) failLate("TIMEOUT", timeoutMs);
      });
      readAnswer(call, progress, message).then((answer) => {
        release();
        resolve(answer);
      }, failBy);
    });
    request.end(call.body);
  });
}

/** Fails the request where a proxy opens no tunnel. */
function onProxyRefusal(
  call: HttpCall,
  request: ClientRequest,
  progress: Progress,
  fail: (reason: unknown) => void,
): void {
  request.on("proxyConnect", (answer: ProxyAnswer) => {
    const { proxy } = call.route;
    if (answer.statusCode === 200 || proxy === undefined) return;
    progress.status = answer.statusCode;
    const why = ruleOfConnect({ ...proxy, target: call.url.host }, answer);
    fail(toFailure(call, progress, "PROXY_REFUSED", why));
  });
}

function openRequest(
  call: HttpCall,
  progress: Progress,
  connectSignal: AbortSignal,
): ClientRequest {
  const { url, init } = call;
  const { forward, fresh, pooled } = call.route;
  const own = { protocol: url.protocol, host: withoutBrackets(url.hostname), port: url.port };
  const { protocol, host, port } = forward?.server ?? own;
  const options: ProxiedRequestOptions = {
    agent: init.keepalive === false ? fresh : pooled,
    method: init.method ?? "GET",
    protocol,
    host,
    port,
    // A proxy for plain http is asked for the whole URL.
    path: (forward ? url.origin : "") + url.pathname + url.search,
    headers: toHeaders(call),
    lookup: watchLookup(call, progress),
    connectSignal,
    // Node would take the name in the host header.
    servername: toServerName(host),
  };
  // An import of node:http in an ES module loads undici.
  const module = protocol === "https:" ? "node:https" : "node:http";
  return process.getBuiltinModule(module).request(options);
}

function toHeaders({ url, init, body, route }: HttpCall): OutgoingHttpHeaders {
  const authorization = route.forward && toProxyAuthorization(route.forward.server);
  return {
    "accept-encoding": "identity",
    ...Object.fromEntries(new NodeHeaders(init.headers)),
    host: url.host,
    ...(body !== undefined && { "content-length": Buffer.byteLength(body) }),
    ...(authorization && { "proxy-authorization": authorization }),
  };
}

/** The system's resolver; `progress` has the name that it resolves. */
function watchLookup({ init: { onSlowName } }: HttpCall, progress: Progress): LookupFunction {
  return (name, options, done) => {
    progress.resolving = name;
    const timer = onSlowName && setTimeout(onSlowName, slowNameMs, name).unref();
    process.getBuiltinModule("node:dns").lookup(name, options, (error, ...found) => {
      progress.resolving = undefined;
      clearTimeout(timer);
      done(error, ...found);
    });
  };
}

async function readAnswer(
  call: HttpCall,
  progress: Progress,
  message: IncomingMessage,
): Promise<HttpAnswer> {
  progress.status = message.statusCode ?? 0;
  const { forward } = call.route;
  if (forward && isProxysOwn(message)) {
    const why = ruleOfAnswer({ ...forward, target: call.url.host }, message);
    // A request that the proxy refused has not reached the platform; any other may have.
    progress.sent = why.rule === "proxy_answered" || why.rule === "proxy_no_way";
    throw toFailure(call, progress, "PROXY_REFUSED", why);
  }
  return { message, text: await readBody(message, call.maxBodyBytes) };
}
