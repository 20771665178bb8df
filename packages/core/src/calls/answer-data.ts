import { type CallFacts, ResponseError } from "../errors/errors.ts";
import type { BrokenAnswerRule } from "../errors/rules/answer-rules.ts";
import { type Opened, readMessage } from "../schemas/envelope.ts";
import { isMapping } from "../text/json-value.ts";
import { excerpt } from "../text/text.ts";
import type { CallContext } from "./call-context.ts";
import {
  type Operation,
  pathOf,
  sayIssues,
  type StandardResult,
  type StandardSchema,
  validate,
} from "./operations.ts";

/** The request whose answer is judged. */
export interface Sent<Answer = unknown> {
  readonly context: CallContext;
  readonly operation: Operation<unknown, Answer>;
  readonly body: unknown;
  readonly call: CallFacts;
}

/** Checks data; known fields of a wrong type are dropped rather than losing the answer. */
export async function checkData<Answer>(
  { context: { secrets }, operation, body, call }: Sent<Answer>,
  { data, isBare }: Opened & { kind: "data" },
  status: number,
): Promise<Answer> {
  const { answer, required } = operation;
  const broken = (came: BrokenAnswerRule) => new ResponseError(call, status, came);
  const said = () => toWords(secrets.hideAll(readMessage(data)));
  const isEmpty = !isMapping(data) || Object.keys(data).length === 0;
  // Only the platform's code or an empty object says that such a call went well.
  const needsNothing = async () =>
    required.length === 0 && (await validate(answer, {})).issues === undefined;
  if (isBare && !isEmpty && (await needsNothing()))
    throw broken({ rule: "other_shape", params: said() });
  const parsed = await validateMended(answer, data);
  if (parsed.issues !== undefined) {
    const issues = secrets.hideAll(sayIssues(parsed.issues));
    throw broken(
      isMapping(data)
        ? { rule: "wrong_fields", params: { issues } }
        : { rule: "other_shape", params: said() },
    );
  }
  const missing = required.filter((key) => !isFilled(parsed.value, key));
  if (missing.length > 0) {
    throw broken({ rule: "fields_missing", params: { fields: missing, ...said() } });
  }
  const asked = valueOf(body, "job_id");
  const came = valueOf(parsed.value, "job_id");
  if (typeof asked === "string" && came !== undefined && !isSameId(came, asked)) {
    throw broken({ rule: "other_job", params: { jobId: excerpt(String(came), 60) } });
  }
  return parsed.value;
}

/** Compares ids as the platform does: in lower case and without blanks. */
function isSameId(came: unknown, asked: string): boolean {
  const toPlain = (id: string) => id.trim().toLowerCase();
  return typeof came === "string" && toPlain(came) === toPlain(asked);
}

export function toWords(message: string): { said: string | undefined } {
  return { said: excerpt(message, 200) || undefined };
}

/** Checks data without the fields of a wrong type, and without its lists where they are absurdly long. */
async function validateMended<Answer>(
  schema: StandardSchema<unknown, Answer>,
  data: unknown,
): Promise<StandardResult<Answer>> {
  if (countValues(data) > mostValues) dropLists(data);
  const parsed = await validate(schema, data);
  if (parsed.issues === undefined) return parsed;
  for (const issue of parsed.issues.toReversed()) removeAt(data, pathOf(issue));
  const mended = await validate(schema, data);
  return mended.issues === undefined ? mended : parsed;
}

// A job of thousands of nodes has some ten thousand; each may become an issue, and zod hands the issues of a
// list on as arguments, of which the stack holds about 120,000.
const mostValues = 50_000;

function countValues(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, member) => sum + countValues(member), 1);
}

function dropLists(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    if (Array.isArray(member)) Reflect.deleteProperty(value, key);
    else dropLists(member);
  }
}

function removeAt(data: unknown, path: readonly PropertyKey[]): void {
  const [key, ...rest] = path;
  if (typeof data !== "object" || data === null || key === undefined) return;
  if (rest.length > 0) removeAt(Reflect.get(data, key), rest);
  else if (Array.isArray(data)) data.splice(Number(key), 1);
  else Reflect.deleteProperty(data, key);
}

/** A field of data, unless it is inherited or has code of its own. */
export function valueOf(data: unknown, key: string): unknown {
  if (typeof data !== "object" || data === null) return undefined;
  return Object.getOwnPropertyDescriptor(data, key)?.value;
}

export function isFilled(data: unknown, key: string): boolean {
  return Boolean(valueOf(data, key));
}
