import type * as z from "zod/mini";
import type { CallFacts } from "../errors.ts";
import { ApiError, ResponseError } from "../errors.ts";
import type { BrokenAnswerRule, JsonProblem } from "../errors/answer-rules.ts";
import type { Refusal } from "../errors/auth-rules.ts";
import type { Operation } from "../operations.ts";
import { openEnvelope, readMessage } from "../schemas/envelope.ts";
import { excerpt } from "../text.ts";
import { readJson } from "./json.ts";
import type { RawAnswer } from "./request.ts";
import { hideSecrets } from "./secrets.ts";

/** The platform did not take the access token; a new one may help (wire-facts 1.3). */
export class TokenRefused {
  /** What came: the platform's words or the status. */
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    this.refusal = refusal;
  }
}

const tokenCodes = new Set([-1, 100001]);

/** What the judgement of an answer depends on besides the answer. */
export interface Sent {
  /** Whether the call carried an access token that may be renewed; the login does not. */
  readonly usesToken: boolean;
  /** What was sent and may come back in an answer, but must not come into an error. */
  readonly secrets: readonly string[];
}

/**
 * Judges an answer: by status first, because a 429 or a redirect may be HTML, then by the envelope's
 * code (wire-facts 0.3, 0.12, 1).
 * @returns the checked data, or {@link TokenRefused}.
 * @throws {ApiError} the platform said no.
 * @throws {ResponseError} what came is not the agreed shape.
 */
export function judge<Answer extends z.ZodMiniType>(
  operation: Operation<z.ZodMiniType, Answer>,
  raw: RawAnswer,
  call: CallFacts,
  { usesToken, secrets }: Sent,
): z.output<Answer> | TokenRefused {
  const { status } = raw;
  if (status >= 300 && status < 400) return new TokenRefused({ kind: "redirect", status });
  const body = readJson(raw.text);
  if (!body.ok) {
    if (status === 429) throw tooMany(call, "");
    if (status === 401 || status === 403) return new TokenRefused({ kind: "status", status });
    throw shapeless(call, status, hideSecrets(raw.text, secrets), body.problem);
  }
  const opened = openEnvelope(body.value);
  if (opened.ok && status < 400) return check(operation, opened.data, raw, call);
  const code = opened.ok ? undefined : opened.code;
  const message = hideSecrets(opened.ok ? readMessage(opened.data) : opened.message, secrets);
  if (status === 429 || code === 429) throw tooMany(call, message);
  const isTokenRefused =
    status === 401 || (code === undefined ? status === 403 : tokenCodes.has(code));
  if (usesToken && isTokenRefused) {
    const said = excerpt(message, 200);
    return new TokenRefused({ kind: said ? "words" : "status", status, said });
  }
  if (code === undefined && status < 400) throw otherShape(call, raw);
  throw new ApiError(
    call,
    { status, platformCode: code, platformMessage: message },
    hintForCode(code),
  );
}

function tooMany(call: CallFacts, message: string): ApiError {
  const platformMessage = message || "too many requests";
  return new ApiError(
    call,
    { status: 429, platformCode: undefined, platformMessage },
    "Ask less often, or wait a minute.",
  );
}

function hintForCode(code: number | undefined): string | undefined {
  if (code === 100002) return "Check the job id: it may be cut off, or another account's.";
  if (code === 100003 || code === 100004) return "A mistyped id looks like this too; check it.";
  if (code === -100000) return "Check the job spec against the platform's rules.";
  return undefined;
}

/** Checks data; known fields of a wrong type are dropped rather than losing the answer. */
function check<Answer extends z.ZodMiniType>(
  operation: Operation<z.ZodMiniType, Answer>,
  data: unknown,
  raw: RawAnswer,
  call: CallFacts,
): z.output<Answer> {
  let parsed = operation.answer.safeParse(data);
  if (!parsed.success) {
    for (const { path } of parsed.error.issues.toReversed()) removeAt(data, path);
    parsed = operation.answer.safeParse(data);
  }
  const missing = parsed.success
    ? operation.required.filter((key) => !isFilled(parsed.data, key))
    : [];
  if (parsed.success && missing.length === 0) return parsed.data;
  if (missing.length === 0) throw otherShape(call, raw);
  throw new ResponseError(call, raw.status, {
    rule: "fields_missing",
    params: { fields: missing },
  });
}

function otherShape(call: CallFacts, { status }: RawAnswer): ResponseError {
  return new ResponseError(call, status, { rule: "other_shape", params: {} });
}

function isFilled(data: unknown, key: string): boolean {
  if (typeof data !== "object" || data === null || !Object.hasOwn(data, key)) return false;
  return Boolean(Object.getOwnPropertyDescriptor(data, key)?.value);
}

function removeAt(data: unknown, path: readonly PropertyKey[]): void {
  const [key, ...rest] = path;
  if (typeof data !== "object" || data === null || key === undefined) return;
  if (rest.length > 0) removeAt(Reflect.get(data, key), rest);
  else if (Array.isArray(data)) data.splice(Number(key), 1);
  else Reflect.deleteProperty(data, key);
}

function shapeless(
  call: CallFacts,
  status: number,
  text: string,
  problem: JsonProblem,
): ResponseError {
  return new ResponseError(call, status, describe(status, text, problem));
}

function describe(status: number, text: string, problem: JsonProblem): BrokenAnswerRule {
  if (text.trim() === "") return { rule: "empty_body", params: {} };
  if (/^\s*</.test(text)) {
    const found = /<title[^>]*>([^<]{1,200})/i.exec(text)?.[1]?.trim();
    const title = found ? excerpt(found, 80) : undefined;
    const isLogin = /login|signin|sso|keycloak|password|登录|认证/i.test(text);
    const rule = status >= 500 ? "gateway_page" : isLogin ? "login_page" : "html_page";
    return { rule, params: { title } };
  }
  if (/^\s*[{["]/.test(text)) return { rule: "broken_json", params: { problem } };
  return { rule: "other_text", params: { excerpt: excerpt(text, 120) } };
}
