import { finding, type SpecFinding } from "../errors/rules/spec-rules.ts";
import type { SpecPath } from "./text/place.ts";

/** A value with something set in it, or why that cannot be. */
export type SetOutcome = { ok: true; value: unknown } | { ok: false; found: SpecFinding };

/**
 * A copy of `value` with `set` put at `path`. Mappings and lists on the way are created when they are
 * missing or empty; a list grows by one entry at most. The original, which aliases may share, stays.
 */
export function setIn(value: unknown, path: SpecPath, set: unknown): SetOutcome {
  const [step, ...rest] = path;
  if (step === undefined) return { ok: true, value: set };
  if (typeof step === "number") return setInList(value ?? [], step, rest, set);
  const held = value ?? {};
  if (typeof held !== "object" || Array.isArray(held)) {
    const rule = Array.isArray(held) ? "list_in_the_way" : "value_in_the_way";
    return { ok: false, found: finding(rule, { key: step }) };
  }
  const inner = setIn(Object.hasOwn(held, step) ? Reflect.get(held, step) : undefined, rest, set);
  if (!inner.ok) return inner;
  const copy = { ...held };
  // Not an assignment, which would be lost for a key named __proto__.
  Object.defineProperty(copy, step, {
    value: inner.value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
  return { ok: true, value: copy };
}

function setInList(held: unknown, index: number, rest: SpecPath, set: unknown): SetOutcome {
  if (!Array.isArray(held)) return { ok: false, found: finding("no_list_there", { index }) };
  if (index > held.length) {
    return { ok: false, found: finding("next_index", { entries: held.length }) };
  }
  const entry: unknown = held[index];
  const inner = setIn(entry, rest, set);
  if (!inner.ok) return inner;
  const copy: unknown[] = [...held];
  copy[index] = inner.value;
  return { ok: true, value: copy };
}
