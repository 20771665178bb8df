import { problemAt, type SpecProblem } from "../../spec/explain.ts";
import type { ParsedText, SpecPath } from "../../spec/text/place.ts";
import { maskedValue } from "../../text/masked-text.ts";
import { isMapping, parseJsonAsWritten, valueAt } from "../../text/json-value.ts";

/** One choice of values: the text of each variable by its name. */
export type Parameters = Readonly<Record<string, string>>;

/** A variable of a matrix. */
export interface Variable {
  readonly name: string;
  /** Its values, each as written. */
  readonly values: readonly string[];
}

/** The keys of a matrix that are no variables. */
const ownKeys = new Set(["include", "exclude", "sample"]);
const namePattern = /^[A-Za-z_][A-Za-z0-9_-]*$/;
/** The key of the matrix in a spec. */
const key = "matrix";

function givenTwice(path: SpecPath, name: string, value: string): SpecProblem {
  return problemAt(path, "matrix_value_twice", { value: maskedValue(name, value, 60) });
}

/** Whether a value may be one of a variable. */
function isScalar(value: unknown): value is string | number | boolean {
  return ["string", "boolean"].includes(typeof value) || Number.isFinite(value);
}

/**
 * Parses `lr=1e-3,1e-4`; values with a comma are given as a JSON list, such as `note=["a,b","c"]`.
 * @returns the problem when it is not of that form.
 */
export function parseMatrixSetting(setting: string): Variable | SpecProblem {
  const equals = setting.indexOf("=");
  const name = setting.slice(0, Math.max(0, equals));
  const text = setting.slice(equals + 1);
  const list = text.startsWith("[") ? parseList(text) : text.split(",").map((part) => part.trim());
  const isSound =
    namePattern.test(name) && !ownKeys.has(name) && list !== undefined && !list.includes("");
  if (!isSound) return problemAt([key], "matrix_setting_form");
  const seen = new Set<string>();
  const twice = list.find((value) => seen.size === seen.add(value).size);
  return twice === undefined ? { name, values: list } : givenTwice([key, name], name, twice);
}

function parseList(text: string): string[] | undefined {
  const list = parseJsonAsWritten(text);
  if (!Array.isArray(list) || list.length === 0) return undefined;
  return list.every(isScalar) ? list.map(String) : undefined;
}

/** A matrix, checked for its form only. */
export interface Matrix {
  readonly variables: readonly Variable[];
  /** Whole runs besides the combinations. */
  readonly include: readonly Parameters[];
  /** Combinations to leave out: those that have all of these values. */
  readonly exclude: readonly Parameters[];
  /** How many of the combinations are run, chosen by the seed. */
  readonly sample: { readonly runs: number; readonly seed: number } | undefined;
}

/**
 * Reads the `matrix` of a spec.
 * @param parsed its text: numbers stay as they are written there, `1e-3` and not 0.001.
 * @param settings `NAME=value,value` of the command line; each replaces or adds a variable.
 * @returns the matrix and what is wrong with it.
 */
export function readMatrix(
  parsed: ParsedText,
  settings: readonly Variable[],
): { matrix: Matrix; problems: SpecProblem[] } {
  const value = valueAt(parsed.value, [key]);
  const problems: SpecProblem[] = [];
  const read: Reading = { problems, rawOf: (path) => parsed.locate(path)?.raw };
  if (value !== undefined && !isMapping(value)) problems.push(problemAt([key], "matrix_kind"));
  const fields = isMapping(value) ? Object.entries(value) : [];
  const variables = new Map<string, Variable>();
  for (const [name, held] of fields) {
    if (!ownKeys.has(name)) variables.set(name, { name, values: readValues(name, held, read) });
  }
  for (const { name, values } of settings) variables.set(name, { name, values });
  // Included runs alone make a matrix, too: the first one says which values there are.
  const included = variables.size === 0 ? valueAt(value, ["include", 0]) : undefined;
  for (const name of Object.keys(Object(included))) variables.set(name, { name, values: [] });
  const names = [...variables.keys()];
  const include = readEntries("include", valueAt(value, ["include"]), names, read);
  for (const [index, entry] of include.entries()) {
    const missing = names.filter((name) => !Object.hasOwn(entry, name));
    if (missing.length === 0) continue;
    problems.push(problemAt([key, "include", index], "matrix_include_missing", { names: missing }));
  }
  const exclude = readEntries("exclude", valueAt(value, ["exclude"]), names, read);
  const sample = readSample(valueAt(value, ["sample"]), read);
  return { matrix: { variables: [...variables.values()], include, exclude, sample }, problems };
}

interface Reading {
  readonly problems: SpecProblem[];
  /** A bare number or word as it is written. */
  readonly rawOf: (path: SpecPath) => string | undefined;
}

function readValues(name: string, held: unknown, { problems, rawOf }: Reading): string[] {
  const path = [key, name];
  if (!namePattern.test(name)) {
    problems.push({ ...problemAt(path, "matrix_name"), about: "key" });
    return [];
  }
  if (!Array.isArray(held)) {
    problems.push(problemAt(path, "matrix_list", { name }));
    return [];
  }
  if (held.length === 0) problems.push(problemAt(path, "matrix_no_value"));
  const values = new Set<string>();
  for (const [index, value] of held.entries()) {
    const at = [...path, index];
    if (!isScalar(value)) {
      problems.push(problemAt(at, "matrix_scalar"));
      continue;
    }
    const text = toText(value, rawOf(at));
    if (values.has(text)) problems.push(givenTwice(at, name, text));
    values.add(text);
  }
  return [...values];
}

function readEntries(
  which: "include" | "exclude",
  held: unknown,
  names: readonly string[],
  { problems, rawOf }: Reading,
): Parameters[] {
  if (held === undefined) return [];
  const path = [key, which];
  if (!Array.isArray(held)) {
    problems.push(problemAt(path, "matrix_entries"));
    return [];
  }
  return held.map((entry: unknown, index) => {
    const at = [...path, index];
    const chosen: Record<string, string> = {};
    if (!isMapping(entry)) {
      problems.push(problemAt(at, "matrix_entry"));
      return chosen;
    }
    for (const [name, value] of Object.entries(entry)) {
      const place = [...at, name];
      if (!names.includes(name)) {
        const unknown = problemAt(place, "matrix_entry_name", { known: [...names] });
        problems.push({ ...unknown, about: "key" });
      } else if (isScalar(value)) chosen[name] = toText(value, rawOf(place));
      else problems.push(problemAt(place, "matrix_scalar"));
    }
    return chosen;
  });
}

function readSample(held: unknown, { problems }: Reading): Matrix["sample"] {
  if (held === undefined) return undefined;
  const fields = typeof held === "number" ? { runs: held } : Object(held);
  const { runs, seed: given, ...others } = fields;
  const seed = given ?? 0;
  const isWhole = isCount(runs, 1) && isCount(seed, 0) && Object.keys(others).length === 0;
  if (isWhole) return { runs, seed };
  problems.push(problemAt([key, "sample"], "matrix_sample_form"));
  return undefined;
}

function isCount(value: unknown, least: number): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= least;
}

function toText(value: string | number | boolean, raw: string | undefined): string {
  return typeof value === "string" ? value : (raw ?? String(value));
}
