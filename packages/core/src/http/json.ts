import type { JsonProblem } from "../errors/answer-rules.ts";

const deepest = 64;

/**
 * Reads untrusted JSON. `null` members are dropped: on this wire absent and null are alike
 * (wire-facts 2.2). Refused: a `__proto__` key, numbers that overflow, nesting over 64 levels.
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
  const problem = dropNulls(value, 0);
  return problem === undefined ? { ok: true, value } : { ok: false, problem };
}

function dropNulls(value: unknown, depth: number): JsonProblem | undefined {
  if (value === Infinity || value === -Infinity) return "number_too_large";
  if (!isHolder(value)) return undefined;
  if (depth >= deepest) return "too_deep";
  return Array.isArray(value) ? dropInArray(value, depth) : dropInObject(value, depth);
}

function isHolder(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function dropInArray(array: unknown[], depth: number): JsonProblem | undefined {
  let kept = 0;
  for (const member of array) {
    if (member === null) continue;
    const problem = dropNulls(member, depth + 1);
    if (problem !== undefined) return problem;
    array[kept++] = member;
  }
  if (kept < array.length) array.length = kept;
  return undefined;
}

function dropInObject(object: Record<string, unknown>, depth: number): JsonProblem | undefined {
  // Not Object.keys or entries, which take as long as all the rest (measured).
  for (const key in object) {
    if (key === "__proto__") return "prototype_key";
    const member = object[key];
    if (member === null) delete object[key];
    else if (typeof member !== "string") {
      const problem = dropNulls(member, depth + 1);
      if (problem !== undefined) return problem;
    }
  }
  return undefined;
}
