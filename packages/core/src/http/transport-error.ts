/** What a {@link TransportError} knows about the failed call. */
export interface TransportErrorDetails {
  /** The system's or our own code, such as `ECONNREFUSED` or `BODY_TRUNCATED`. */
  readonly code: string;
  /** False only where it is certain that no byte of the request reached the server. */
  readonly sent: boolean;
  /** The HTTP status, where the headers of the answer had arrived. */
  readonly status?: number;
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
   * or one of our own: `CONNECT_TIMEOUT`, `PROXY_REFUSED`, `PROXY_INVALID`, `CA_INVALID`,
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

  constructor(message: string, details: TransportErrorDetails) {
    super(message);
    this.code = details.code;
    this.sent = details.sent;
    this.status = details.status;
  }
}
