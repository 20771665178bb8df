import { excerpt } from "../text/text.ts";
import { pathOf, type StandardIssue, type StandardSchema, validate } from "./standard-schema.ts";

/** Data as its schema makes it, or what is wrong with it. */
export type Mended<Answer> =
  | { readonly data: Answer; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

/** Checks data without the fields of a wrong type, and without its lists where they are absurdly long. */
export async function parseMended<Answer>(
  schema: StandardSchema<unknown, Answer>,
  data: unknown,
): Promise<Mended<Answer>> {
  if (countValues(data) > mostValues) dropLists(data);
  const parsed = await validate(schema, data);
  if (parsed.issues === undefined) return { data: parsed.value };
  for (const issue of parsed.issues.toReversed()) removeAt(data, pathOf(issue));
  const mended = await validate(schema, data);
  return mended.issues === undefined ? { data: mended.value } : { issues: parsed.issues };
}

const mostShown = 5;

/** What is wrong, each problem with its path, on one line: `job.id: expected string`. */
export function sayIssues(issues: readonly StandardIssue[]): string {
  const shown = issues.slice(0, mostShown).map((issue) => {
    const path = pathOf(issue).map(String).join(".");
    return excerpt(path === "" ? issue.message : `${path}: ${issue.message}`, 200);
  });
  return [...shown, ...(issues.length > mostShown ? ["…"] : [])].join("; ");
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

/** How many keys data has. */
export function keysOf(data: unknown): number {
  return typeof data === "object" && data !== null ? Object.keys(data).length : 0;
}

/** A field of data, unless it is inherited or has code of its own. */
export function valueOf(data: unknown, key: string): unknown {
  if (typeof data !== "object" || data === null) return undefined;
  return Object.getOwnPropertyDescriptor(data, key)?.value;
}

/** Whether a field of data holds more than nothing. */
export function isFilled(data: unknown, key: string): boolean {
  return Boolean(valueOf(data, key));
}
