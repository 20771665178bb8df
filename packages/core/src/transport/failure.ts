import type { DetailedPeerCertificate, TLSSocket, Certificate } from "node:tls";
import type { ClientRequest } from "node:http";
import type { Socket } from "node:net";
import { codeOf } from "../text/error-code.ts";
import type { BrokenConnectionRule } from "../errors/rules/connection-rules.ts";
import { visibleText, excerpt } from "../text/text.ts";
import type { Route } from "./proxy/routes.ts";
import {
  PartError,
  ruleOfCode,
  toCallError,
  TransportError,
} from "./connection/transport-error.ts";

interface Way {
  readonly url: URL;
  readonly route: Route;
}

/** How far a request is. */
export interface Progress {
  resolving?: string | undefined;
  /** Whether there is a socket to the other end, by a tunnel too. */
  hasSocket: boolean;
  /** Whether a byte of it may have reached the server. */
  sent: boolean;
  /** HTTP status, once the headers of the answer are here. */
  status?: number | undefined;
  /** What the other end of a TLS connection showed, where it could be kept. */
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

/** The error of a request by that of its socket, its proxy, its name or the reading of its answer. */
export function describeFailure(error: Error, way: Way, progress: Progress): TransportError {
  if (error instanceof TransportError) return error;
  if (error instanceof PartError) return toFailure(way, progress, error.code, error.why);
  const code = codeOf(error) ?? "ERR_TRANSPORT";
  if (progress.status !== undefined && code === "ECONNRESET")
    return toFailure(way, progress, "BODY_TRUNCATED", { rule: "body_cut", params: {} });
  const why = ruleOfTls(error, code, way, progress) ?? ruleOfName(error, code) ?? ruleOfCode(code);
  return toFailure(way, progress, code, why);
}

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

const selfSigned = "DEPTH_ZERO_SELF_SIGNED_CERT";
const issuerUnknown = new Set([
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);
// Other codes of OpenSSL's check of a chain.
const refusedChain =
  /^(?:UNSPECIFIED$|CERT_|CRL_|INVALID_(?:CA|PURPOSE)|PATH_LENGTH|HOSTNAME_MISMATCH|UNABLE_TO_|ERROR_IN_CERT|ERR_TLS_CERT)/;

/** Whether the check of a certificate failed, before anything was sent. */
export function isCertificateCode(code: string): boolean {
  return code === selfSigned || issuerUnknown.has(code) || refusedChain.test(code);
}

// By the reason that OpenSSL gives, in the code or the message as Node's version has it.
const handshakes = [
  [/unsupported.protocol|protocol.version|no.protocols/i, "tls_too_old"],
  [/wrong.version.number|http.request|packet.length|record.layer|unknown.protocol/i, "not_tls"],
  [/certificate.required|bad.certificate/i, "tls_client_certificate"],
  [/handshake.failure|no.shared|insufficient.security|unrecognized.name/i, "tls_no_common"],
] as const;

/** Why a TLS connection failed, if TLS is the cause. */
function ruleOfTls(
  error: Error,
  code: string,
  { url, route: { proxy, forward, hasCaFile } }: Way,
  { hasSocket, certificate }: Progress,
): BrokenConnectionRule | undefined {
  const isWithProxy = forward !== undefined || !hasSocket;
  const name = visibleText((isWithProxy && proxy?.server.host) || url.hostname);
  if (code === "CERT_HAS_EXPIRED")
    return { rule: "cert_expired", params: { name, ...findExpired(certificate) } };
  if (code === "CERT_NOT_YET_VALID")
    return { rule: "cert_not_yet_valid", params: { name, from: toTime(certificate?.valid_from) } };
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return { rule: "cert_other_name", params: { name, names: toNames(error) } };
  if (code === selfSigned) return { rule: "cert_self_signed", params: { name, hasCaFile } };
  if (issuerUnknown.has(code))
    return { rule: "cert_issuer", params: { name, issuer: toIssuer(certificate), hasCaFile } };
  if (refusedChain.test(code)) return { rule: "cert_refused", params: { name, code } };
  if (code !== "EPROTO" && !code.startsWith("ERR_SSL_")) return undefined;
  const reason = `${code} ${error.message}`;
  const rule = handshakes.find(([pattern]) => pattern.test(reason))?.[1] ?? "tls_failed";
  return { rule, params: { name } };
}

/** The certificates of a chain, from the server's own up to the last one that is known here. */
function toChain(certificate: DetailedPeerCertificate | undefined): DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [];
  let next = certificate;
  // A root is its own issuer.
  while (next?.valid_to !== undefined && !chain.includes(next)) {
    chain.push(next);
    next = next.issuerCertificate;
  }
  return chain;
}

/** Until when the expired certificate of a chain was valid, and whose it is if not the server's own. */
function findExpired(certificate: DetailedPeerCertificate | undefined) {
  const chain = toChain(certificate);
  const expired = chain.find(({ valid_to }) => Date.parse(valid_to) < Date.now());
  if (expired === undefined) return {};
  const until = toTime(expired.valid_to);
  return expired === chain[0] ? { until } : { until, signer: toCommonName(expired.subject) };
}

function toIssuer(certificate: DetailedPeerCertificate | undefined): string | undefined {
  const last = toChain(certificate).at(-1);
  return last && toCommonName(last.issuer);
}

function toCommonName(subject: Certificate | undefined): string | undefined {
  const name = subject?.CN ?? subject?.O ?? subject?.OU;
  return name === undefined ? undefined : excerpt([name].flat().join(", "), 100);
}

/** The names that a certificate is for, at most five of them. */
function toNames(error: Error): string[] {
  const certificate = "cert" in error ? Object(error.cert) : {};
  const listed =
    String(certificate.subjectaltname ?? "").match(/(?:DNS|IP Address):[^\s,"]+/g) ?? [];
  const names = listed.map((name) => name.replace(/^[^:]*:/, ""));
  const all = names.length > 0 ? names : [toCommonName(certificate.subject) ?? ""].filter(Boolean);
  const shown = all.slice(0, 5).map((name) => excerpt(name, 100));
  return all.length > 5 ? [...shown, "…"] : shown;
}

function toTime(text: string | undefined): string | undefined {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? undefined : new Date(time).toISOString().replace(".000", "");
}
