import type { RuleParams } from "../schemas/spec-rules.ts";
import { excerpt } from "../text/text.ts";
import { type Advice, adviseOnRefusal, adviseOnStatus, sayAdvice } from "./advice.ts";
import { type AnswerRule, answerRules, type BrokenAnswerRule } from "./answer-rules.ts";
import {
  type AuthReason,
  authReasons,
  type AuthRule,
  authRules,
  type BrokenAuthRule,
} from "./auth-rules.ts";
import { sayCall } from "./call-words.ts";
import {
  type BrokenConnectionRule,
  type ConnectionRule,
  sayConnection,
} from "./connection-rules.ts";
import type { Said } from "./input-rules.ts";
import { QizhiError } from "./qizhi-error.ts";

/** Credentials are missing or refused. A login is never retried: repeated wrong ones may lock an account. */
export class AuthError extends QizhiError {
  override readonly name = "AuthError";
  readonly code = "auth";
  /** Whether nothing was given, the login was refused, or a token was. */
  readonly reason: AuthReason;
  /** The refused token was new from a login: this may be the platform's trouble and pass. */
  readonly isAfterLogin: boolean;
  declare readonly rule?: AuthRule;
  declare readonly params?: BrokenAuthRule["params"];

  constructor(reason: AuthReason, summary: string, hint: string, broken?: BrokenAuthRule) {
    super(summary, hint);
    this.reason = reason;
    this.isAfterLogin = broken?.rule === "new_token_refused";
    if (broken !== undefined) Object.assign(this, broken);
  }

  protected override details() {
    return { reason: this.reason };
  }
}

/** The error of a login that is missing or refused. */
export function authError<Rule extends AuthRule>(
  rule: Rule,
  params: RuleParams<typeof authRules, Rule>,
): AuthError {
  // TypeScript cannot see that a rule's own facts fit it.
  const say = authRules[rule] as (given: typeof params) => Said;
  const { summary, hint = "" } = say(params);
  return new AuthError(authReasons[rule], summary, hint, { rule, params } as BrokenAuthRule);
}

/** Facts about the call that failed; shared by the errors below. */
export interface CallFacts {
  /** Name of the operation: `token`, `create`, `detail`, `stop`. */
  operation: string;
  /** Host and port that were asked. */
  host: string;
  /** How often the request was sent or tried. */
  attempts: number;
  /** How long the last answer asked to wait (`Retry-After`), in ms. */
  retryAfterMs?: number | undefined;
}

function callDetails({ operation, host, attempts, retryAfterMs }: CallFacts) {
  const asked = retryAfterMs !== undefined && { retry_after_ms: retryAfterMs };
  return { operation, host, attempts, ...asked };
}

/** The platform answered no: HTTP 400 and above, or a code other than 0 (wire-facts 1.2). */
export class ApiError extends QizhiError {
  override readonly name = "ApiError";
  readonly code = "api";
  /** HTTP status. */
  readonly status: number;
  /** The platform's code, if its answer held one (wire-facts 1.2). */
  readonly platformCode: number | undefined;
  /** The platform's name for the error, where it has names (wire-facts 1.2). */
  readonly platformErrorName: string | undefined;
  /** What the platform said, made harmless and cut at 500 characters. */
  readonly platformMessage: string;
  /** Whether it is the project's quota: waiting helps, editing the spec does not (wire-facts 5). */
  readonly isQuotaRefusal: boolean;
  /** What to do next; `hint` says it in words. */
  readonly advice: Advice | undefined;
  /** The failed call. */
  readonly call: CallFacts;

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
    const said = excerpt(answer.platformMessage) || "nothing more";
    const code = answer.platformCode === undefined ? "" : `, code ${answer.platformCode}`;
    const what = sayCall(call.operation);
    super(
      `${call.host} refused to ${what} (HTTP ${answer.status}${code}): ${said}`,
      sayAdvice(advice),
    );
    this.call = call;
    this.advice = advice;
    this.status = answer.status;
    this.platformCode = answer.platformCode;
    this.platformErrorName = answer.platformErrorName;
    this.platformMessage = excerpt(answer.platformMessage);
    this.isQuotaRefusal = isQuotaRefusal;
  }

  protected override details() {
    const { status, platformCode, platformMessage } = this;
    return {
      ...callDetails(this.call),
      status,
      platform_code: platformCode,
      platform_message: platformMessage,
    };
  }
}

/** What a {@link ConnectionError} is made of. */
interface ConnectionFailure {
  readonly reason: string;
  /** Why, with the facts. */
  readonly why: BrokenConnectionRule;
  readonly sent: boolean;
  readonly via?: string | undefined;
  readonly status?: number | undefined;
}

/** No answer came: refused, DNS, TLS, reset, deadline. */
export class ConnectionError extends QizhiError {
  override readonly name = "ConnectionError";
  readonly code = "connection";
  declare readonly rule?: ConnectionRule;
  declare readonly params?: BrokenConnectionRule["params"];
  /** What happened, in a part of a sentence, and the next step where it is a special one. */
  readonly why: Said;
  /** System code such as `ECONNREFUSED`, or `TIMEOUT`. */
  readonly reason: string;
  /** False only when it is certain that no byte of the request arrived. */
  readonly sent: boolean;
  /** The proxy in between, without credentials. */
  readonly via: string | undefined;
  /** HTTP status of what did answer, such as a proxy's 407. */
  readonly status: number | undefined;
  /** The failed call. */
  readonly call: CallFacts;

  constructor(call: CallFacts, failure: ConnectionFailure) {
    const { reason, why, sent, via, status } = failure;
    const said = sayConnection(why, via);
    const nothing = sent ? "" : "; nothing was sent";
    super(
      `No answer from ${call.host} when asked to ${sayCall(call.operation)}: ${said.summary}${nothing} (${reason}).`,
      said.hint ?? "Check the network, the VPN and the proxy.",
    );
    Object.assign(this, why);
    this.why = said;
    this.call = call;
    this.reason = reason;
    this.sent = sent;
    this.via = via;
    this.status = status;
  }

  protected override details() {
    const { reason, sent, via, status } = this;
    return { ...callDetails(this.call), reason, sent, via, status };
  }
}

/** An answer came that is not the agreed shape: a login page, a gateway page, cut-off JSON. */
export class ResponseError extends QizhiError {
  override readonly name = "ResponseError";
  readonly code = "response";
  /** HTTP status. */
  readonly status: number;
  /** What to do next; `hint` says it in words. */
  readonly advice: Advice | undefined;
  /** The failed call. */
  readonly call: CallFacts;
  declare readonly rule?: AnswerRule;
  declare readonly params?: BrokenAnswerRule["params"];

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
    const what = sayAnswer(came);
    const advice = adviseOnAnswer(call, status, came.rule);
    super(
      `${call.host} answered with ${what} (HTTP ${status}) when asked to ${sayCall(call.operation)}.`,
      sayAdvice(advice),
      cause,
    );
    this.advice = advice;
    Object.assign(this, came);
    this.call = call;
    this.status = status;
  }

  protected override details() {
    return { ...callDetails(this.call), status: this.status };
  }
}

function sayAnswer({ rule, params }: BrokenAnswerRule): string {
  // The type ties each rule to its own facts; TypeScript cannot follow that through the table.
  const say = answerRules[rule] as (given: typeof params) => string;
  return say(params);
}

const pages: ReadonlySet<AnswerRule> = new Set(["gateway_page", "login_page", "html_page"]);
const bodies: ReadonlySet<AnswerRule> = new Set([
  ...pages,
  "empty_body",
  "broken_json",
  "other_text",
]);

function adviseOnAnswer(call: CallFacts, status: number, rule: AnswerRule): Advice | undefined {
  if (rule === "redirect") return { rule: "base_url", params: {} };
  if (!bodies.has(rule)) return undefined;
  const byStatus = adviseOnStatus({ ...call, status });
  if (byStatus !== undefined || !pages.has(rule)) return byStatus;
  return { rule: "way_in", params: {} };
}
