import { finding } from "../../errors/rules/spec-rules.ts";
import { type SpecProblem, valueAt } from "../../spec/explain.ts";
import type { ParsedText, SpecPath } from "../../spec/text/place.ts";
import {
  type MatrixSetting,
  isScalar,
  key,
  namePattern,
  ownKeys,
  type Parameters,
  type Variable,
} from "./matrix-setting.ts";
import { maskedValue } from "../../text/looks-secret.ts";

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

/** A matrix and what is wrong with it. */
export interface ReadMatrix {
  readonly matrix: Matrix;
  readonly problems: SpecProblem[];
}

/**
 * Reads the `matrix` of a spec.
 * @param value the value of the key.
 * @param parsed the text that it comes from: numbers stay as they are written there, `1e-3` and not 0.001.
 * @param settings `NAME=value,value` of the command line; each replaces or adds a variable.
 */
export function readMatrix(
  value: unknown,
  parsed: ParsedText,
  settings: readonly MatrixSetting[],
): ReadMatrix {
  const problems: SpecProblem[] = [];
  const read: Reading = { problems, rawOf: (path) => parsed.locate(path)?.raw };
  const isMapping = typeof value === "object" && value !== null && !Array.isArray(value);
  if (value !== undefined && !isMapping) {
    problems.push({ path: [key], about: "value", ...finding("matrix_kind") });
  }
  const fields = isMapping ? Object.entries(value) : [];
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
    const path = [key, "include", index];
    problems.push({
      path,
      about: "value",
      ...finding("matrix_include_missing", { names: missing }),
    });
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
    problems.push({ path, about: "key", ...finding("matrix_name") });
    return [];
  }
  if (!Array.isArray(held)) {
    problems.push({ path, about: "value", ...finding("matrix_list", { name }) });
    return [];
  }
  if (held.length === 0) problems.push({ path, about: "value", ...finding("matrix_no_value") });
  const values = new Set<string>();
  for (const [index, value] of held.entries()) {
    const at = [...path, index];
    if (!isScalar(value)) {
      problems.push({ path: at, about: "value", ...finding("matrix_scalar") });
      continue;
    }
    const text = toText(value, rawOf(at));
    const shown = maskedValue(name, text, 60);
    if (!values.has(text)) values.add(text);
    else {
      problems.push({
        path: at,
        about: "value",
        ...finding("matrix_value_twice", { value: shown }),
      });
    }
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
    problems.push({ path, about: "value", ...finding("matrix_entries") });
    return [];
  }
  return held.map((entry: unknown, index) => {
    const at = [...path, index];
    const chosen: Record<string, string> = {};
    if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
      problems.push({ path: at, about: "value", ...finding("matrix_entry") });
      return chosen;
    }
    for (const [name, value] of Object.entries(entry)) {
      const place = [...at, name];
      if (!names.includes(name)) {
        const known = finding("matrix_entry_name", { known: [...names] });
        problems.push({ path: place, about: "key", ...known });
      } else if (isScalar(value)) chosen[name] = toText(value, rawOf(place));
      else problems.push({ path: place, about: "value", ...finding("matrix_scalar") });
    }
    return chosen;
  });
}

function readSample(held: unknown, { problems }: Reading): Matrix["sample"] {
  if (held === undefined) return undefined;
  const isNumber = typeof held === "number";
  const runs = isNumber ? held : valueAt(held, ["runs"]);
  const seed = isNumber ? 0 : (valueAt(held, ["seed"]) ?? 0);
  const others = isNumber
    ? []
    : Object.keys(Object(held)).filter((name) => !/^(runs|seed)$/.test(name));
  if (isCount(runs, 1) && isCount(seed, 0) && others.length === 0) return { runs, seed };
  problems.push({ path: [key, "sample"], about: "value", ...finding("matrix_sample_form") });
  return undefined;
}

function isCount(value: unknown, least: number): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= least;
}

function toText(value: string | number | boolean, raw: string | undefined): string {
  return typeof value === "string" ? value : (raw ?? String(value));
}
