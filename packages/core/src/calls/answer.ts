import { type CallFacts, ApiError, isQizhiError, ResponseError } from "../errors/errors.ts";
import type { Refusal } from "../errors/rules/auth-rules.ts";
import { classifyStatus } from "../jobs/phase.ts";
import { openEnvelope, type Opened, readMessage } from "../schemas/envelope.ts";
import { uuidPattern } from "../schemas/job-ref.ts";
import { excerpt } from "../text/text.ts";
import type { RawAnswer } from "../transport/request.ts";
import { checkData, isFilled, type Sent, toWords, valueOf } from "./answer-data.ts";
import { describeBody, describeRedirect, isLoginRedirect, readJson } from "./body.ts";
import { isNoVerdict } from "./retry.ts";

/** The checked data; or the platform did not take the access token, and a new one may help (wire 1.3). */
export type Judged<Answer> = { readonly answer: Answer } | { readonly refusal: Refusal };

const tokenCodes = new Set([-1, 100001]);

/**
 * Judges an answer: by status first, because a 429 or a redirect may be HTML, then by the envelope's
 * code (wire 1.1, 1.4). An error while reading is an answer that cannot be read.
 * @throws {ApiError} the platform said no.
 * @throws {ResponseError} what came is not the agreed shape.
 */
export async function judge<Answer>(sent: Sent<Answer>, raw: RawAnswer): Promise<Judged<Answer>> {
  try {
    return await judgeAnswer(sent, raw);
  } catch (error) {
    if (isQizhiError(error)) throw error;
    const fault = error instanceof Error ? error.name : typeof error;
    const came = { rule: "unreadable", params: { fault } } as const;
    throw new ResponseError(sent.call, raw.status, came, { cause: error });
  }
}

async function judgeAnswer<Answer>(sent: Sent<Answer>, raw: RawAnswer): Promise<Judged<Answer>> {
  const { context, operation, call } = sent;
  const { secrets, tokens } = context;
  const { status } = raw;
  if (status >= 300 && status < 400) {
    const url = context.baseUrl + operation.path;
    const location = raw.header("location");
    if (isLoginRedirect(status, location, url)) {
      return { refusal: { kind: "redirect", status } };
    }
    const came = describeRedirect(location && secrets.hideAll(location), url);
    throw new ResponseError(call, status, came);
  }
  const body = readJson(raw.text);
  if (!body.ok) {
    if (status === 429) throw tooMany(call, "");
    if (status === 401 || (status === 403 && operation.resend === "safe")) {
      return { refusal: { kind: "status", status } };
    }
    throw new ResponseError(call, status, describeBody(status, raw.text, body.problem, secrets));
  }
  // The answer of the login holds a token, which is not shown.
  const isOpen = tokens !== undefined && secrets.isIn(raw.text);
  const value = isOpen ? secrets.hideDeep(body.value, isDecisive) : body.value;
  const opened = openEnvelope(value);
  if (opened.kind === "data" && status < 400) {
    return { answer: await checkData(sent, opened, status) };
  }
  const message = secrets.hideAll(wordsOf(opened));
  if (contradictsItself(operation, opened, value)) {
    throw new ResponseError(call, status, { rule: "contradiction", params: toWords(message) });
  }
  return judgeNo(sent, opened, message, status);
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

function judgeNo(
  { context, operation, call }: Sent,
  opened: Opened,
  message: string,
  status: number,
): { readonly refusal: Refusal } {
  const { code, name = "" } = opened.kind === "refusal" ? opened.refusal : { code: undefined };
  // A gateway that gave up on a create may put any code beside its status, and the create may have worked.
  const isVerdict = operation.resend === "safe" || !isNoVerdict(status);
  const saysTooMany = code === 429 || tooManyNames.test(name);
  if (status === 429 || (isVerdict && saysTooMany)) throw tooMany(call, message);
  const mayBeToken = code === undefined && status === 403 && operation.resend === "safe";
  const isCode = isVerdict && code !== undefined && tokenCodes.has(code);
  const isTokenRefused = status === 401 || mayBeToken || isCode;
  if (context.tokens !== undefined && isTokenRefused) {
    const said = excerpt(message, 200);
    return { refusal: { kind: said ? "words" : "status", status, said } };
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

/** Whether a refusal of a call that must not be sent twice holds the fields of a success. */
function contradictsItself(
  { resend, required }: Sent["operation"],
  opened: Opened,
  body: unknown,
): boolean {
  if (resend !== "once") return false;
  if (opened.kind === "data" && !opened.isBare) return true;
  const holds = (value: unknown) =>
    required.length > 0 && required.every((key) => isFilled(value, key));
  return holds(body) || holds(valueOf(body, "data")) || holds(valueOf(body, "Result"));
}

function tooMany(call: CallFacts, message: string): ApiError {
  const platformMessage = message || "too many requests";
  return new ApiError(call, { status: 429, platformCode: undefined, platformMessage });
}
