import type { DetailedPeerCertificate, TLSSocket } from "node:tls";
import type { ClientRequest } from "node:http";
import type { Socket } from "node:net";
import { codeOf } from "../text/error-code.ts";
import type { BrokenConnectionRule } from "../errors/rules/connection-rules.ts";
import { visibleText } from "../text/text.ts";
import type { Route } from "./proxy/routes.ts";
import { ruleOfTls } from "./tls-failure.ts";
import { ruleOfCode, toCallError, TransportError } from "./connection/transport-error.ts";

/** Where a request goes, and how. */
interface Way {
  readonly url: URL;
  readonly route: Route;
}

/** How far a request is. */
export interface Progress {
  /** The name that is being resolved. */
  resolving?: string | undefined;
  /** Whether there is a socket to the other end, by a tunnel too. */
  hasSocket: boolean;
  /** Whether a byte of it may have reached the server. */
  sent: boolean;
  /** HTTP status, once the headers of the answer are here. */
  status?: number | undefined;
  certificate?: DetailedPeerCertificate;
}

/** What was waited for in vain. */
export function ruleOfDelay(
  code: string,
  ms: number,
  { resolving }: Progress,
): BrokenConnectionRule {
  const params = { ms: Math.ceil(ms) };
  if (resolving !== undefined)
    return { rule: "name_silent", params: { ...params, name: visibleText(resolving) } };
  return { rule: code === "TIMEOUT" ? "late" : "not_connected", params };
}

function ruleOfName(error: Error, code: string): BrokenConnectionRule | undefined {
  if (!("hostname" in error) || !/^(?:ENOTFOUND|EAI_)/.test(code)) return undefined;
  const params = { name: visibleText(String(error.hostname)) };
  return { rule: code === "EAI_AGAIN" ? "name_unknown_now" : "name_unknown", params };
}

/** The error of a request by that of its socket, its proxy or its name. */
export function describeFailure(error: Error, way: Way, progress: Progress): TransportError {
  if (error instanceof TransportError) return error;
  const code = codeOf(error) ?? "ERR_TRANSPORT";
  if (progress.status !== undefined && code === "ECONNRESET")
    return toFailure(way, progress, "BODY_TRUNCATED", { rule: "body_cut", params: {} });
  const { proxy, forward, hasCaFile } = way.route;
  const isWithProxy = forward !== undefined || !progress.hasSocket;
  const name = visibleText((isWithProxy && proxy?.server.host) || way.url.hostname);
  const tls = ruleOfTls(error, code, { name, hasCaFile, certificate: progress.certificate });
  return toFailure(way, progress, code, tls ?? ruleOfName(error, code) ?? ruleOfCode(code));
}

/** The error of a request, with all that is known of it. */
export function toFailure(
  { url, route }: Way,
  { sent, status }: Progress,
  code: string,
  why: BrokenConnectionRule,
): TransportError {
  return toCallError(url.host, { code, why, sent, status, via: route.proxy?.via });
}

/** Follows a request up to the moment in which a byte of it may reach the server. */
export function followSocket(request: ClientRequest, progress: Progress, act: () => void): void {
  const ready = () => {
    progress.sent = true;
    act();
  };
  request.on("socket", (socket: Socket) => {
    progress.hasSocket = true;
    if (request.reusedSocket) return ready();
    if (!isTls(socket)) return socket.connecting ? socket.once("connect", ready) : ready();
    // Before it is judged: afterwards it is gone.
    socket.prependOnceListener("secure", () => {
      progress.certificate = socket.getPeerCertificate(true);
    });
    return socket.once("secureConnect", ready);
  });
}

function isTls(socket: Socket): socket is TLSSocket {
  return "encrypted" in socket;
}
