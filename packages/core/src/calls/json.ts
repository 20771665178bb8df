import type { JsonProblem } from "../errors/rules/answer-rules.ts";

const deepest = 64;

/**
 * Reads untrusted JSON. `null` members are dropped: on this wire absent and null are alike
 * (wire 2.2). Refused: a `__proto__` key, numbers that overflow, nesting over 64 levels.
 */
export function readJson(
  text: string,
): { ok: true; value: unknown } | { ok: false; problem: JsonProblem } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, problem: "cut_off" };
  }
  try {
    return { ok: true, value: dropNulls(value, 0) };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, problem: error.problem };
    throw error;
  }
}

class Refusal extends Error {
  override readonly name = "Refusal";
  readonly problem: JsonProblem;

  constructor(problem: JsonProblem) {
    super(problem);
    this.problem = problem;
  }
}

function dropNulls(value: unknown, depth: number): unknown {
  if (value === Infinity || value === -Infinity) throw new Refusal("number_too_large");
  if (!isHolder(value)) return value;
  if (depth >= deepest) throw new Refusal("too_deep");
  return Array.isArray(value) ? dropInArray(value, depth) : dropInObject(value, depth);
}

function isHolder(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function dropInArray(array: unknown[], depth: number): unknown[] {
  let kept = 0;
  for (const member of array) {
    if (member !== null) array[kept++] = dropNulls(member, depth + 1);
  }
  if (kept < array.length) array.length = kept;
  return array;
}

function dropInObject(object: Record<string, unknown>, depth: number): Record<string, unknown> {
  let hasNull = false;
  // Not Object.keys or entries, which double the time of a read.
  for (const key in object) {
    if (key === "__proto__") throw new Refusal("prototype_key");
    const member = object[key];
    if (member === null) hasNull = true;
    else if (typeof member !== "string") object[key] = dropNulls(member, depth + 1);
  }
  if (!hasNull) return object;
  // A copy, because an object with a deleted key is slow from then on.
  const rest: Record<string, unknown> = {};
  for (const key in object) if (object[key] !== null) rest[key] = object[key];
  return rest;
}
