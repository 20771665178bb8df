/** What a {@link TransportError} knows about the failed call. */
export interface TransportErrorDetails {
  /** The system's or our own code, such as `ECONNREFUSED` or `BODY_TRUNCATED`. */
  readonly code: string;
  /** False only where it is certain that no byte of the request reached the server. */
  readonly sent: boolean;
  /** The HTTP status, where the headers of the answer had arrived. */
  readonly status?: number;
  /** The proxy in between, without credentials, or the setting that is wrong. */
  readonly via?: string | undefined;
  /** What happened, without host and code. @default the message */
  readonly what?: string;
}

/**
 * A call that brought no usable answer: no connection, a connection cut, a body that is cut, too
 * large or not decodable.
 *
 * Carries no header, no body, no path and no credentials, and no `cause`: errors of the runtime and
 * of proxy libraries may hold them. An abort is not a TransportError; it rejects with the signal's
 * own reason.
 */
export class TransportError extends Error {
  override readonly name = "TransportError";
  /**
   * The code of the system error (`ECONNREFUSED`, `ENOTFOUND`, `ECONNRESET`, `CERT_HAS_EXPIRED`, …)
   * or one of our own: `TIMEOUT`, `CONNECT_TIMEOUT`, `PROXY_REFUSED`, `PROXY_INVALID`, `CA_INVALID`,
   * `BODY_TOO_LARGE`, `BODY_TRUNCATED`, `BODY_ENCODING`.
   */
  readonly code: string;
  /**
   * False only where it is certain that no byte of the request reached the server. A create that
   * failed with `true` may have taken effect.
   */
  readonly sent: boolean;
  /** The HTTP status, where the headers of the answer had arrived. */
  readonly status: number | undefined;
  /** The proxy in between, without credentials, or the setting that is wrong. */
  readonly via: string | undefined;
  /** What happened, without host and code, for a message that names them itself. */
  readonly what: string;

  constructor(message: string, details: TransportErrorDetails) {
    super(message);
    this.what = details.what ?? message;
    this.code = details.code;
    this.sent = details.sent;
    this.status = details.status;
    this.via = details.via;
  }
}

const words: Readonly<Record<string, string>> = {
  BODY_TRUNCATED: "the answer was cut off before its end",
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was cut before the answer",
  EPIPE: "the connection was cut before the answer",
  ENOTFOUND: "the name cannot be resolved",
  EAI_AGAIN: "the name cannot be resolved at the moment",
  ETIMEDOUT: "no connection in time",
  EHOSTUNREACH: "the host cannot be reached",
  ENETUNREACH: "the network cannot be reached",
  EPROTO: "no TLS is spoken there",
  ERR_SSL_WRONG_VERSION_NUMBER: "no TLS is spoken there",
};

function inWords(code: string): string {
  if (/CERT|UNABLE_TO_(?:GET|VERIFY)|^ERR_TLS/.test(code)) {
    return "the certificate is not trusted; QIZHI_CA_FILE can name a PEM file with its issuer";
  }
  return words[code] ?? (code.startsWith("HPE_") ? "the answer is not HTTP" : "the call failed");
}

/** What a message is built from. */
export interface TransportFailure {
  /** Host and port of the URL. */
  readonly host: string;
  /** The proxy in between, without credentials. */
  readonly via: string | undefined;
  readonly code: string;
  /** What happened; by default in the words for the code. */
  readonly what: string | undefined;
  readonly sent: boolean;
  readonly status: number | undefined;
}

/** Builds the error of a failed exchange. */
export function toTransportError(failure: TransportFailure): TransportError {
  const { host, via, code, what = inWords(code), sent, status } = failure;
  const where = via === undefined ? host : `${host} through ${via}`;
  const rest = sent ? "" : "; nothing was sent";
  const through = via === undefined ? "" : `through ${via}, `;
  const details = { code, sent, via, what: `${through}${what}${rest}` };
  const message = `${where}: ${what} (${code})${rest}`;
  return new TransportError(message, { ...details, ...(status !== undefined && { status }) });
}
