import { ConnectionError } from "../errors/call-errors.ts";
import type { CallFacts } from "../errors/error-record.ts";
import type { InputError } from "../errors/input-errors.ts";
import type { BrokenConnectionRule } from "../errors/rules/connection-rules.ts";
import { excerpt } from "../text/text.ts";
import { ruleOfCode, TransportError } from "./connection/transport-error.ts";
import { isCertificateCode } from "./failure.ts";

/**
 * The error of a call whose transport failed. What the built-in one throws says all there is to say; what a caller's
 * own one throws is kept as the cause.
 * @param hide takes secrets out of the words of that.
 */
export function toFetchError(
  call: CallFacts,
  failure: unknown,
  hide: (text: string) => string = (text) => text,
): ConnectionError | InputError {
  if (failure instanceof TransportError) {
    const { code: reason, input, why = ruleOfCode(reason), sent, via, status } = failure;
    return input ?? new ConnectionError(call, { reason, why, sent, via, status });
  }
  const reason = systemCode(failure);
  const why: BrokenConnectionRule = isCertificateCode(reason)
    ? { rule: "cert_refused", params: { name: call.host, code: reason } }
    : reason !== unknownCode || isNetworkFailure(failure)
      ? ruleOfCode(reason)
      : { rule: "transport_threw", params: { thrown: excerpt(hide(String(failure)), 200) } };
  return new ConnectionError(call, { reason, why, sent: !isUnsent(reason, failure) }, failure);
}

const unknownCode = "UNKNOWN";

/** Every error in a chain of causes, once: an error may be its own cause. */
function causesOf(error: unknown): Set<Error> {
  const causes = new Set<Error>();
  for (let at = error; at instanceof Error && !causes.has(at); at = at.cause) causes.add(at);
  return causes;
}

function systemCode(error: unknown): string {
  for (const cause of causesOf(error)) {
    if ("code" in cause && typeof cause.code === "string") return cause.code;
  }
  return unknownCode;
}

// Browsers, Bun, Deno and workerd have words in the place of codes.
const networkWords =
  /fetch|network|load failed|connect|socket|sending request|dns|certificate|tls|terminated|timed? ?out/i;

const bugs = /is not (?:a function|defined|iterable)|cannot (?:read|set)|undefined|illegal/i;

/** Whether a failure without a code is of the network, and not a bug in the transport. */
function isNetworkFailure(failure: unknown): boolean {
  for (const { name, message } of causesOf(failure)) {
    if (/^(?:Type|Reference|Range|Syntax)Error$/.test(name) && bugs.test(message)) return false;
    if (/^(?:AbortError|TimeoutError|NetworkError)$/.test(name) || networkWords.test(message))
      return true;
  }
  return false;
}

const neverSent = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "ConnectionRefused",
  "FailedToOpenSocket",
]);

/** Whether it is certain that no byte has left: there was no connection yet, or a certificate was not trusted. */
function isUnsent(code: string, failure: unknown): boolean {
  // A connection that breaks later on may have the code of one that never was.
  if ([...causesOf(failure)].some(isOfOpenConnection)) return false;
  if (neverSent.has(code) || isCertificateCode(code)) return true;
  for (const cause of causesOf(failure)) {
    if ("syscall" in cause && /^(?:connect|getaddrinfo)$/.test(String(cause.syscall))) return true;
    // Deno's.
    if (/client error \(Connect\)|invalid peer certificate/.test(cause.message)) return true;
  }
  return false;
}

function isOfOpenConnection(cause: Error): boolean {
  return "syscall" in cause && /^(?:read|write|shutdown)$/.test(String(cause.syscall));
}
