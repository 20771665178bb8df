import { isNoVerdict } from "./retry.ts";
import type { CallFacts } from "../errors/errors.ts";
import { ApiError, isQizhiError, ResponseError } from "../errors/errors.ts";
import type { BrokenAnswerRule } from "../errors/rules/answer-rules.ts";
import type { Refusal } from "../errors/rules/auth-rules.ts";
import type { Operation } from "./operations.ts";
import { classifyStatus } from "../jobs/phase.ts";
import { openEnvelope, type Opened, readMessage } from "../schemas/envelope.ts";
import { uuidPattern } from "../schemas/job-ref.ts";
import { excerpt } from "../text/text.ts";
import { isFilled, keysOf, parseMended, sayIssues, valueOf } from "./answer-data.ts";
import { readJson } from "./json.ts";
import { describeBody, describeRedirect, isLoginRedirect } from "./page.ts";
import type { RawAnswer } from "../transport/request.ts";
import type { Secrets } from "./secrets.ts";
import { validate } from "./standard-schema.ts";
import { isMapping } from "../text/json-value.ts";

/** The platform did not take the access token; a new one may help (wire 1.3). */
export class TokenRefused {
  /** The platform's words or the status. */
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    this.refusal = refusal;
  }
}

const tokenCodes = new Set([-1, 100001]);

/** The facts of a request that the judgement of its answer depends on. */
export interface Sent {
  /** Where it was sent to. */
  readonly url: string;
  /** The job that it was about, if any. */
  readonly jobId: string | undefined;
  /** Whether the call carried an access token that may be renewed; the login does not. */
  readonly usesToken: boolean;
  /** What may come back in an answer, but must not be shown or kept. */
  readonly secrets: Secrets;
}

type AnyOperation = Operation<unknown, unknown>;

/**
 * Judges an answer: by status first, because a 429 or a redirect may be HTML, then by the envelope's
 * code (wire 1.1, 1.4). An error while reading is an answer that cannot be read.
 * @returns the checked data, or {@link TokenRefused}.
 * @throws {ApiError} the platform said no.
 * @throws {ResponseError} what came is not the agreed shape.
 */
export async function judge<Answer>(
  operation: Operation<unknown, Answer>,
  raw: RawAnswer,
  call: CallFacts,
  sent: Sent,
): Promise<Answer | TokenRefused> {
  try {
    return await judgeAnswer(operation, raw, call, sent);
  } catch (error) {
    if (isQizhiError(error)) throw error;
    const fault = error instanceof Error ? error.name : typeof error;
    const came = { rule: "unreadable", params: { fault } } as const;
    throw new ResponseError(call, raw.status, came, { cause: error });
  }
}

async function judgeAnswer<Answer>(
  operation: Operation<unknown, Answer>,
  raw: RawAnswer,
  call: CallFacts,
  sent: Sent,
): Promise<Answer | TokenRefused> {
  const { status } = raw;
  const broken = (came: BrokenAnswerRule) => new ResponseError(call, status, came);
  if (status >= 300 && status < 400) {
    const location = raw.header("location");
    if (!isLoginRedirect(status, location, sent.url)) {
      throw broken(describeRedirect(location && sent.secrets.hideAll(location), sent.url));
    }
    return new TokenRefused({ kind: "redirect", status });
  }
  const body = readJson(raw.text);
  if (!body.ok) {
    if (status === 429) throw tooMany(call, "");
    if (status === 401 || (status === 403 && operation.resend === "safe")) {
      return new TokenRefused({ kind: "status", status });
    }
    throw broken(describeBody(status, raw.text, body.problem, sent.secrets));
  }
  // The answer of the login holds a token, which is not shown.
  const isOpen = sent.usesToken && sent.secrets.isIn(raw.text);
  const value = isOpen ? sent.secrets.hideDeep(body.value, isDecisive) : body.value;
  const opened = openEnvelope(value);
  if (opened.kind === "data" && status < 400) {
    return check(operation, opened, sent, broken);
  }
  const message = sent.secrets.hideAll(wordsOf(opened));
  if (contradictsItself(operation, opened, value)) {
    throw broken({ rule: "contradiction", params: toWords(message) });
  }
  return judgeNo(operation, opened, message, { status, call, usesToken: sent.usesToken });
}

const times = new Set([
  "created_at",
  "finished_at",
  "running_time_ms",
  "created",
  "finished",
  "resource_prepared",
  "run",
]);
// A secret may be a word such as `data`.
const fields = new Set(["code", "message", "data", "job_id", "status", ...times]);
const wholeJobId = new RegExp(`^job-${uuidPattern}$`);

/** Whether a wait depends on a text or a key, which is shown even if the password is a word such as `running`. */
function isDecisive(key: string, text: string): boolean {
  if (key === "") return fields.has(text);
  if (key === "status") return classifyStatus(text).phase !== "unknown";
  if (key === "job_id") return wholeJobId.test(text);
  return times.has(key) && /^\d{1,20}$/.test(text);
}

/** Judges an answer that is no success. */
function judgeNo(
  operation: AnyOperation,
  opened: Opened,
  message: string,
  { status, call, usesToken }: { status: number; call: CallFacts; usesToken: boolean },
): TokenRefused {
  const { code, name = "" } = opened.kind === "refusal" ? opened.refusal : { code: undefined };
  // A gateway that gave up on a create may put any code beside its status, and the create may have worked.
  const isVerdict = operation.resend === "safe" || !isNoVerdict(status);
  const saysTooMany = code === 429 || tooManyNames.test(name);
  if (status === 429 || (isVerdict && saysTooMany)) throw tooMany(call, message);
  const mayBeToken = code === undefined && status === 403 && operation.resend === "safe";
  const isCode = isVerdict && code !== undefined && tokenCodes.has(code);
  const isTokenRefused = status === 401 || mayBeToken || isCode;
  if (usesToken && isTokenRefused) {
    const said = excerpt(message, 200);
    return new TokenRefused({ kind: said ? "words" : "status", status, said });
  }
  const refusal = new ApiError(call, {
    status,
    platformCode: code,
    platformErrorName: name || undefined,
    platformMessage: message || name,
  });
  const isFault = faultWords.test(`${name} ${message}`) && !refusal.isQuotaRefusal;
  // Without a code and with a good status it is a refusal only where it does not speak of trouble.
  if (code === undefined && status < 400 && (opened.kind !== "refusal" || isFault)) {
    const said = toWords(message || name);
    throw new ResponseError(call, status, { rule: "other_shape", params: said });
  }
  throw refusal;
}

// Names of errors in the place of a code (wire 1.2).
const tooManyNames = /^(?:throttling|toomanyrequests|slowdown|requestlimitexceeded|ratelimit)/i;
const faultWords =
  /internal|unavailable|time(?:d[ _-]?)?[ _-]?out|gateway|upstream|内部|超时|不可用|稍后/i;

function wordsOf(opened: Opened): string {
  if (opened.kind === "data") return readMessage(opened.data);
  return opened.kind === "refusal" ? opened.refusal.message : opened.message;
}

function toWords(message: string): { said: string | undefined } {
  return { said: excerpt(message, 200) || undefined };
}

/** Whether a refusal of a call that must not be sent twice holds the fields of a success. */
function contradictsItself(operation: AnyOperation, opened: Opened, body: unknown): boolean {
  if (operation.resend !== "once") return false;
  if (opened.kind === "data" && !opened.isBare) return true;
  const { required } = operation;
  const holds = (value: unknown) =>
    required.length > 0 && required.every((key) => isFilled(value, key));
  return holds(body) || holds(valueOf(body, "data")) || holds(valueOf(body, "Result"));
}

function tooMany(call: CallFacts, message: string): ApiError {
  const platformMessage = message || "too many requests";
  return new ApiError(call, { status: 429, platformCode: undefined, platformMessage });
}

/** Checks data; known fields of a wrong type are dropped rather than losing the answer. */
async function check<Answer>(
  operation: Operation<unknown, Answer>,
  { data, isBare }: Opened & { kind: "data" },
  { jobId, secrets }: Sent,
  broken: (came: BrokenAnswerRule) => ResponseError,
): Promise<Answer> {
  const said = () => toWords(secrets.hideAll(readMessage(data)));
  if (isBare && keysOf(data) > 0 && (await needsNothing(operation)))
    throw broken({ rule: "other_shape", params: said() });
  const parsed = await parseMended(operation.answer, data);
  if (parsed.issues !== undefined) {
    const issues = secrets.hideAll(sayIssues(parsed.issues));
    throw broken(
      isMapping(data)
        ? { rule: "wrong_fields", params: { issues } }
        : { rule: "other_shape", params: said() },
    );
  }
  const missing = operation.required.filter((key) => !isFilled(parsed.data, key));
  if (missing.length > 0) {
    throw broken({ rule: "fields_missing", params: { fields: missing, ...said() } });
  }
  const came = valueOf(parsed.data, "job_id");
  if (jobId !== undefined && came !== undefined && !isSameId(came, jobId)) {
    throw broken({ rule: "other_job", params: { jobId: excerpt(String(came), 60) } });
  }
  return parsed.data;
}

/** Whether only the platform's code or an empty object says that a call went well. */
async function needsNothing({ required, answer }: AnyOperation): Promise<boolean> {
  return required.length === 0 && (await validate(answer, {})).issues === undefined;
}

/** Compares ids as the platform does: in lower case and without blanks. */
function isSameId(came: unknown, asked: string): boolean {
  const toPlain = (id: string) => id.trim().toLowerCase();
  return typeof came === "string" && toPlain(came) === toPlain(asked);
}
