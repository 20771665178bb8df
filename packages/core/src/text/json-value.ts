/** The value of a JSON text; `undefined` where the text is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// A string as a whole, or a number.
const stringOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

/**
 * The value of a JSON text in which each number is a text, letter for letter: `1.10` is not 1.1, and 20 digits stay 20.
 * `undefined` where the text is none.
 */
export function parseJsonAsWritten(text: string): unknown {
  if (parseJson(text) === undefined) return undefined;
  const quote = (part: string) => (part.startsWith('"') ? part : `"${part}"`);
  return parseJson(text.replaceAll(stringOrNumber, quote));
}

/** Whether a value is an object of JSON: no list, and not null. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value where it is a text. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The value at a path, or `undefined`. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let held = value;
  for (const step of path) {
    if (typeof held !== "object" || held === null || !Object.hasOwn(held, step)) return undefined;
    held = Reflect.get(held, step);
  }
  return held;
}

/** The places in a value of numbers that JSON cannot hold, and of whole ones whose text may have had other digits. */
export function findInexactNumbers(value: unknown): (string | number)[][] {
  if (typeof value === "number") {
    const isExact = Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
    return isExact ? [] : [[]];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, held]) => {
    const step = Array.isArray(value) ? Number(key) : key;
    return findInexactNumbers(held).map((path) => [step, ...path]);
  });
}

/**
 * The places in a value of what JSON leaves out, refuses or writes as something else: functions, symbols, bigints,
 * numbers that are not finite, and objects such as a Map, of which nothing is left.
 * @throws {RangeError} it refers to itself or is too deep.
 */
export function findNonJsonValues(given: unknown): (string | number)[][] {
  const toOwnJson: unknown = Object(given).toJSON;
  const value: unknown = typeof toOwnJson === "function" ? toOwnJson.call(given) : given;
  if (typeof value === "number") return Number.isFinite(value) ? [] : [[]];
  if (/^(?:function|symbol|bigint)$/.test(typeof value)) return [[]];
  if (typeof value !== "object" || value === null) return [];
  const entries = Object.entries(value);
  if (entries.length === 0 && !isPlain(value) && JSON.stringify(value) === "{}") return [[]];
  return entries.flatMap(([key, held]) => {
    const step = Array.isArray(value) ? Number(key) : key;
    return findNonJsonValues(held).map((path) => [step, ...path]);
  });
}

/** Whether an object is of no class, also of another realm. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
