import type { BrokenConnectionRule, ConnectionRule } from "../../errors/rules/connection-rules.ts";
import type { InputError } from "../../errors/input-errors.ts";
import { sayWhy } from "../../errors/say-error.ts";

type TransportFacts = Pick<TransportError, "code" | "sent"> &
  Partial<Pick<TransportError, "why" | "input" | "status" | "via">>;

/**
 * A call that brought no usable answer, or a setting with which none can be sent; an abort is none of these. It has no
 * `cause`, as errors of the runtime and of proxy libraries may hold a header, a body or credentials.
 */
export class TransportError extends Error {
  override readonly name = "TransportError";
  /**
   * That of the system error, or one of our own: `TIMEOUT`, `CONNECT_TIMEOUT`, `PROXY_REFUSED`, `PROXY_INVALID`,
   * `CA_INVALID`, `BODY_TOO_LARGE`, `BODY_TRUNCATED`, `BODY_ENCODING`.
   */
  declare readonly code: string;
  /** False only where it is certain that no byte of the request reached the server. */
  declare readonly sent: boolean;
  /** Why no usable answer came, with the facts; undefined where a setting is wrong. */
  declare readonly why: BrokenConnectionRule | undefined;
  /** The error of the setting with which no call can be sent. */
  declare readonly input: InputError | undefined;
  /** The HTTP status, where the headers of an answer had arrived. */
  declare readonly status: number | undefined;
  /** The proxy in between, without credentials. */
  declare readonly via: string | undefined;

  constructor(message: string, { code, sent, why, input, status, via }: TransportFacts) {
    super(message);
    Object.assign(this, { code, sent, why, input, status, via });
  }
}

/** Why a part of a call failed, such as the reading of its answer; who makes the call knows the rest. */
export class PartError extends Error {
  readonly code: string;
  readonly why: BrokenConnectionRule;

  constructor(code: string, why: BrokenConnectionRule) {
    super(why.rule);
    this.code = code;
    this.why = why;
  }
}

/** The error of a call that brought no usable answer. @param host with its port. */
export function toCallError(
  host: string,
  facts: TransportFacts & { readonly why: BrokenConnectionRule },
): TransportError {
  const { code, sent, why, via } = facts;
  const { summary, hint } = sayWhy({ ...why, via });
  const rest = (sent ? "" : "; nothing was sent") + (hint === undefined ? "" : `. ${hint}`);
  return new TransportError(`${host}: ${summary} (${code})${rest}`, facts);
}

/** The error of a setting with which no call can be sent. */
export function toSettingError(code: string, input: InputError): TransportError {
  return new TransportError(input.message, { code, sent: false, input });
}

const rules = {
  BODY_TRUNCATED: "body_cut",
  ECONNREFUSED: "refused",
  ECONNRESET: "cut",
  EPIPE: "cut",
  ETIMEDOUT: "connect_timeout",
  EHOSTUNREACH: "host_unreachable",
  ENETUNREACH: "network_unreachable",
} as const satisfies Record<string, ConnectionRule>;

/** Why a call failed by the code of a system error that says all there is to say. */
export function ruleOfCode(code: string): BrokenConnectionRule {
  const known = Object.hasOwn(rules, code) ? rules[code as keyof typeof rules] : undefined;
  return { rule: known ?? (code.startsWith("HPE_") ? "not_http" : "failed"), params: {} };
}
