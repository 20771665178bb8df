import { isMapping } from "../text/json-value.ts";

/** An error in an answer, of any shape. */
export interface Refusal {
  /** The platform's code, where it is a number other than 0. */
  readonly code: number | undefined;
  /** The name of the error, where it has one in the place of a code. */
  readonly name: string | undefined;
  /** The message, in whatever field; empty where there is none. */
  readonly message: string;
}

/**
 * An answer's JSON without its envelope. The platform wraps every answer in
 * `{code, message, data}` (wire 1.1); the page shows the bare object. Both are read.
 */
export type Opened =
  /** The data of a success. `isBare`: without an envelope, so that no code says that it went well. */
  | { kind: "data"; data: unknown; isBare: boolean }
  | { kind: "refusal"; refusal: Refusal }
  /** Neither a success nor a refusal. */
  | { kind: "neither"; message: string };

/**
 * Takes the envelope off a parsed JSON body. Success is `code === 0` without an error inside; a
 * body without `code` is bare. An error of another shape than the platform's is a refusal as well.
 */
export function openEnvelope(body: unknown): Opened {
  if (typeof body === "string") return { kind: "neither", message: body };
  if (!isMapping(body)) return { kind: "neither", message: wordsOfFirst(body) };
  const hasCode = Object.hasOwn(body, "code");
  const code = hasCode ? toCode(body["code"]) : undefined;
  if (hasCode && code === undefined) return { kind: "neither", message: readMessage(body) };
  const fault = findFault(body);
  if (fault) return { kind: "refusal", refusal: { ...fault, message: readMessage(body) } };
  const isNewer = isMapping(body["ResponseMetadata"]) && Object.hasOwn(body, "Result");
  if (isNewer) return { kind: "data", data: body["Result"] ?? {}, isBare: false };
  if (!hasCode) return { kind: "data", data: body, isBare: true };
  const data = body["data"] ?? {};
  // A second code inside says that the first one speaks of the wrapping alone.
  const isFaulty = isMapping(data) && findFault(data, true) !== undefined;
  return isFaulty
    ? { kind: "neither", message: readMessage(data) }
    : { kind: "data", data, isBare: false };
}

// Names of fields, without case and underscores.
const codeKeys = new Set(["code", "errcode", "errorcode", "errno", "retcode"]);
const successKeys = new Set(["success", "succeeded", "ok"]);
const statusKeys = new Set(["status", "statuscode"]);
const errorKeys = [
  "message",
  "msg",
  "errordescription",
  "errormessage",
  "errormsg",
  "errmsg",
  "error",
  "err",
  "errors",
  "reason",
  "detail",
  "title",
  // What wraps the words.
  "responsemetadata",
  "data",
];
const wrappers = new Set(["responsemetadata", "data"]);
// What holds the words in a field of its own.
const holders = new Set(["error", "err", "errors", ...wrappers]);
const faultKeys = new Set(errorKeys.slice(2, 9));

/** @param isStrict leaves out what a job's own fields may be called, such as `error`. */
function findFault(
  body: Readonly<Record<string, unknown>>,
  isStrict = false,
): Omit<Refusal, "message"> | undefined {
  for (const [key, value] of Object.entries(body)) {
    const name = toName(key);
    if (codeKeys.has(name)) {
      const code = toCode(value);
      if (code !== undefined && code !== 0) return { code, name: undefined };
      if (code === undefined && isErrorName(value)) return { code, name: String(value) };
    }
    const isFault =
      (successKeys.has(name) && (value === false || value === "false")) ||
      (!isStrict && faultKeys.has(name) && isSaid(value)) ||
      (!isStrict && statusKeys.has(name) && typeof value === "number" && value >= 400);
    if (isFault) return { code: undefined, name: undefined };
    if (name === "responsemetadata" && isMapping(value)) {
      const error = Object.entries(value).find(([inner]) => toName(inner) === "error")?.[1];
      if (isMapping(error)) return findFault(error) ?? { code: undefined, name: undefined };
      if (isSaid(error)) return { code: undefined, name: undefined };
    }
  }
  return undefined;
}

function isErrorName(value: unknown): boolean {
  return typeof value === "string" && /^[a-z]/i.test(value) && !/^(?:ok|success\w*)$/i.test(value);
}

function isSaid(value: unknown): boolean {
  if (isMapping(value)) return Object.keys(value).length > 0;
  if (Array.isArray(value)) return value.length > 0;
  return value === true || (typeof value === "string" && value.trim() !== "");
}

/** The message of an error, in whatever field; empty where there is none. */
export function readMessage(body: unknown): string {
  return wordsIn(body, 0);
}

// Deep enough for `ResponseMetadata.Error.Message`, and for a list of errors.
const deepestWords = 4;

function wordsIn(body: unknown, depth: number): string {
  if (depth >= deepestWords || typeof body !== "object" || body === null) return "";
  const entries = Object.entries(body).map(([key, value]): [string, unknown] => [
    toName(key),
    value,
  ]);
  for (const key of errorKeys) {
    const found = entries.find(([name, value]) => name === key && isSaid(value));
    const value = found?.[1];
    if (typeof value === "string") return value;
    if (typeof value !== "object" || value === null) continue;
    const [first]: readonly unknown[] = Array.isArray(value) ? value : [value];
    const inner = holders.has(key) ? wordsIn(first, depth + 1) : "";
    const words = typeof first === "string" ? first : inner;
    if (words !== "") return words;
    if (!wrappers.has(key)) return JSON.stringify(value);
  }
  return "";
}

function wordsOfFirst(body: unknown): string {
  const [first]: readonly unknown[] = Array.isArray(body) ? body : [];
  return typeof first === "string" ? first : wordsIn(first, 0);
}

function toName(key: string): string {
  return key.toLowerCase().replaceAll(/[_-]/g, "");
}

function toCode(code: unknown): number | undefined {
  const value = typeof code === "string" && /^-?\d{1,15}$/.test(code) ? Number(code) : code;
  return typeof value === "number" && Number.isInteger(value) ? value : undefined;
}
