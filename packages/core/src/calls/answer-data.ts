import type * as z from "zod/mini";

/** Parses data without the fields of a wrong type, and without its lists where they are absurdly long. */
export function parseMended<Answer extends z.ZodMiniType>(
  answer: Answer,
  data: unknown,
): { data: z.output<Answer> } | undefined {
  if (countValues(data) > mostValues) dropLists(data);
  const parsed = answer.safeParse(data);
  if (parsed.success) return parsed;
  for (const { path } of parsed.error.issues.toReversed()) removeAt(data, path);
  const mended = answer.safeParse(data);
  return mended.success ? mended : undefined;
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
