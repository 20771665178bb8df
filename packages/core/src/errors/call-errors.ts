import type { RuleArguments } from "../schemas/spec-rules.ts";
import { excerpt } from "../text/text.ts";
import { type Advice, adviseOnAnswer, adviseOnRefusal, doubtsId } from "./rules/advice.ts";
import type { AnswerRule, BrokenAnswerRule } from "./rules/answer-rules.ts";
import {
  authReasons,
  type AuthRule,
  type authRules,
  type BrokenAuthRule,
  type AuthReason,
} from "./rules/auth-rules.ts";
import type { BrokenConnectionRule, ConnectionRule } from "./rules/connection-rules.ts";
import type { CallFacts } from "./error-record.ts";
import type { Said } from "./rules/sentences.ts";
import { QizhiError } from "./qizhi-error.ts";
import { sayWhy } from "./say-error.ts";

/** Credentials are missing or refused. A login is never retried: repeated wrong ones may lock an account. */
export class AuthError extends QizhiError {
  override readonly name = "AuthError";
  declare readonly code: "auth";
  /** Whether nothing was given, the login was refused, or a token was. */
  readonly reason: AuthReason;
  /** The refused token was new from a login: this may be the platform's trouble and pass. */
  readonly isAfterLogin: boolean;
  declare readonly rule?: AuthRule;
  declare readonly params?: BrokenAuthRule["params"];

  /** @param said what failed: a rule with its facts, or words. */
  constructor(reason: AuthReason, said: BrokenAuthRule | string, hint?: string) {
    super({ code: "auth", ...(typeof said === "string" ? { summary: said, hint } : said) });
    this.reason = reason;
    this.isAfterLogin = this.rule === "new_token_refused";
  }
}

/** The error of a login that is missing or refused. */
export function authError<Rule extends AuthRule>(
  rule: Rule,
  params: RuleArguments<typeof authRules, Rule>[0],
): AuthError {
  return new AuthError(authReasons[rule], { rule, params } as BrokenAuthRule);
}

/** The platform answered no: HTTP 400 and above, or a code other than 0 (wire 1.2). */
export class ApiError extends QizhiError {
  override readonly name = "ApiError";
  declare readonly code: "api";
  /** HTTP status. */
  declare readonly status: number;
  /** The platform's code, if its answer held one (wire 1.2). */
  declare readonly platformCode: number | undefined;
  /** The platform's name for the error, where it has names (wire 1.2). */
  declare readonly platformErrorName: string | undefined;
  /** What the platform said, made harmless and cut at 500 characters. */
  declare readonly platformMessage: string;
  /** Whether it is the project's quota: waiting helps, editing the spec does not (wire 5). */
  readonly isQuotaRefusal: boolean;
  /** What to do next; `hint` says it in words. */
  declare readonly advice: Advice | undefined;
  /** The failed call. */
  declare readonly call: CallFacts;

  constructor(
    call: CallFacts,
    answer: {
      status: number;
      platformCode: number | undefined;
      platformErrorName?: string | undefined;
      platformMessage: string;
    },
  ) {
    const isQuotaRefusal = /配额不足|提交配额限制/.test(answer.platformMessage);
    const advice = isQuotaRefusal ? undefined : adviseOnRefusal({ ...call, ...answer });
    const platformMessage = excerpt(answer.platformMessage);
    super({ code: "api", call, ...answer, platformMessage, advice });
    this.isQuotaRefusal = isQuotaRefusal;
  }
}

/** Takes the doubt about the id from the refusal of a job that is known to be there. @returns the error. */
export function trustId<Thrown>(error: Thrown): Thrown {
  if (error instanceof ApiError && doubtsId(error.advice)) {
    // The stack begins with the message.
    const stack = error.stack?.replace(error.message, error.summary);
    Object.assign(error, { advice: undefined, hint: undefined, message: error.summary, stack });
  }
  return error;
}

/** No answer came: refused, DNS, TLS, reset, deadline. Its `cause` is what a transport of the caller's own threw. */
export class ConnectionError extends QizhiError {
  override readonly name = "ConnectionError";
  declare readonly code: "connection";
  declare readonly rule: ConnectionRule;
  declare readonly params: BrokenConnectionRule["params"];
  /** What happened, in a part of a sentence, and the next step where it is a special one. */
  readonly why: Said;
  /** System code such as `ECONNREFUSED`, or `TIMEOUT`. */
  declare readonly reason: string;
  /** False only when it is certain that no byte of the request arrived. */
  declare readonly sent: boolean;
  /** The proxy in between, without credentials. */
  declare readonly via: string | undefined;
  /** HTTP status of what did answer, such as a proxy's 407. */
  declare readonly status: number | undefined;
  /** The failed call. */
  declare readonly call: CallFacts;

  constructor(
    call: CallFacts,
    failure: {
      readonly reason: string;
      /** Why, with the facts. */
      readonly why: BrokenConnectionRule;
      readonly sent: boolean;
      readonly via?: string | undefined;
      readonly status?: number | undefined;
    },
    cause?: unknown,
  ) {
    const { why, reason, sent, via, status } = failure;
    super({ code: "connection", call, ...why, reason, sent, via, status }, cause);
    this.why = sayWhy(this);
  }
}

/** An answer came that is not the agreed shape: a login page, a gateway page, cut-off JSON. */
export class ResponseError extends QizhiError {
  override readonly name = "ResponseError";
  declare readonly code: "response";
  /** HTTP status. */
  declare readonly status: number;
  /** What to do next; `hint` says it in words. */
  declare readonly advice: Advice | undefined;
  /** The failed call. */
  declare readonly call: CallFacts;
  declare readonly rule: AnswerRule;
  declare readonly params: BrokenAnswerRule["params"];

  /**
   * @param came what came instead.
   * @param cause what reading it ran into.
   */
  constructor(
    call: CallFacts,
    status: number,
    came: BrokenAnswerRule,
    { cause }: { cause?: unknown } = {},
  ) {
    const advice = adviseOnAnswer({ ...call, status }, came.rule);
    super({ code: "response", call, status, ...came, advice }, cause);
  }
}
