import { finding, type SpecFinding } from "../errors/rules/spec-rules.ts";
import type { SpecPath } from "./text/place.ts";
import { explainUnknownKey } from "./text/unknown-key.ts";
import { shapeAt } from "./text/shape.ts";
import { parseJson } from "../text/json-value.ts";

// Far more than any spec has; every step costs time for each before it.
const mostSteps = 50;
const stepPattern = /(?:^|\.)([^.[\]=]+)|\[(\d{1,6})\]/y;

/**
 * Parses a setting such as `framework_config[0].instance_count=4` or `framework_config.0.instance_count=4`: its path, and
 * what stands after the first `=`, as it is. `undefined` when it is not of that form.
 */
export function parseSetting(setting: string) {
  const equals = setting.indexOf("=");
  if (equals < 1) return undefined;
  const path = parsePath(setting.slice(0, equals));
  return path && { path, text: setting.slice(equals + 1) };
}

function parsePath(text: string): (string | number)[] | undefined {
  const path: (string | number)[] = [];
  for (let at = 0; at < text.length; at = stepPattern.lastIndex) {
    stepPattern.lastIndex = at;
    const [whole, key, index] = stepPattern.exec(text) ?? [];
    if (whole === undefined || (at === 0 && key === undefined)) return undefined;
    if (path.length === mostSteps) return undefined;
    // `a.0.b` is `a[0].b` where the schema has a list: shells leave it alone.
    const isIndex = key === undefined || (/^\d{1,6}$/.test(key) && isList(path));
    path.push(isIndex ? Number(key ?? index) : key);
  }
  return path;
}

function isList(path: SpecPath): boolean {
  const kinds = shapeAt(path)?.kinds;
  return kinds?.has("list") === true && !kinds.has("mapping");
}

/** Why the schema knows no such path; `undefined` when it does. */
export function explainUnknownPath(path: SpecPath): SpecFinding | undefined {
  for (const [depth, key] of path.entries()) {
    const parent = path.slice(0, depth);
    if (shapeAt([...parent, key])) continue;
    const last = parent.at(-1);
    const name = last === undefined ? undefined : String(last);
    if (typeof key === "number") return finding("not_a_list", { name });
    if (name && isList(parent)) {
      return finding("is_a_list", { name, entry: `[0].${key}` });
    }
    if (!shapeAt(parent)?.kinds.has("mapping")) return finding("no_fields", { name });
    return explainUnknownKey(parent, key);
  }
  return undefined;
}

/** Reads a setting's text as the schema wants it at that path: a number or flag there, else text. */
export function toTyped(path: SpecPath, text: string): unknown {
  const kinds = shapeAt(path)?.kinds;
  // A field that this package does not know: JSON if it is JSON, else text.
  if (!kinds?.size) return parseJson(text) ?? text;
  if (kinds.has("text") || kinds.has("choice")) return text;
  const parsed = parseJson(text);
  if (kinds.has("boolean") && typeof parsed === "boolean") return parsed;
  if ((kinds.has("integer") || kinds.has("number")) && typeof parsed === "number") return parsed;
  if (kinds.has("list") && Array.isArray(parsed)) return parsed;
  return kinds.has("mapping") && typeof parsed === "object" && parsed !== null ? parsed : text;
}

/** A value with something set in it, or why that cannot be. */
type SetOutcome = { ok: true; value: unknown } | { ok: false; found: SpecFinding };

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
  return { ok: true, value: { ...held, [step]: inner.value } };
}

function setInList(held: unknown, index: number, rest: SpecPath, set: unknown): SetOutcome {
  if (!Array.isArray(held)) return { ok: false, found: finding("no_list_there", { index }) };
  if (index > held.length) {
    return { ok: false, found: finding("next_index", { entries: held.length }) };
  }
  const entry: unknown = held[index];
  const inner = setIn(entry, rest, set);
  if (!inner.ok) return inner;
  return { ok: true, value: held.toSpliced(index, 1, inner.value) };
}
