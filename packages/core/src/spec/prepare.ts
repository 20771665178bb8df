import { SpecError, type SpecIssue } from "../errors/errors.ts";
import { inputError } from "../errors/input-errors.ts";
import { applyDefaults, type DefaultsOptions } from "./defaults/apply-defaults.ts";
import { isMapping, valueAt } from "../text/json-value.ts";
import type { SpecProblem } from "./explain.ts";
import { namedFields } from "../schemas/client-keys.ts";
import { setIn } from "./set-path.ts";
import { applyOverrides, type Origin, type SpecOverrides } from "./overrides.ts";
import { mostProblems, type ParseSpecOptions, toIssue, toMoreIssue } from "./parse.ts";
import type { SpecFinding } from "../errors/rules/spec-rules.ts";
import {
  asWritten,
  type ParsedText,
  type Position,
  type SpecPath,
  type SpecSource,
  type SpecText,
  type TextProblem,
  toPosition,
} from "./text/place.ts";
import { checkSpecText, parseSpecText, readSpecSource } from "./text/source.ts";

/** Options of `readJobSpec`. */
export interface ReadSpecOptions extends ParseSpecOptions, SpecOverrides, DefaultsOptions {}

/** A problem with its place. */
export interface PlacedIssue extends SpecIssue {
  /** Where in the text, for the order. */
  offset: number;
}

/** A spec's value with the overrides, before any field is checked. */
export interface PreparedSpec extends SpecText {
  value: unknown;
  textProblems: PlacedIssue[];
  overrideProblems: PlacedIssue[];
  /** Finds the place of a problem in the text, or the override that brought it in. */
  place(problem: SpecProblem): PlacedIssue;
  /** Finds where a field stands in the source; `undefined` for what an override put in. */
  locate(path: SpecPath): Position | undefined;
  /** Where each value comes from; see {@link ReadSpec.origins}. */
  origins(): ValueOrigin[];
  /** The texts of the defaults. */
  defaults: readonly SpecSource[];
}

/** Where a value of a spec comes from. */
export interface ValueOrigin {
  /** Keys and indexes from the top. */
  readonly path: SpecPath;
  /** Its place; none for what an override put in. */
  readonly at?: Position | undefined;
  /** The override, as typed and without secrets. */
  readonly override?: string | undefined;
}

/**
 * Parses the text of a spec and lays it over its profile and the defaults.
 * @throws {SpecError} it cannot be read, or no spec can be in it.
 * @throws {InputError} it is neither the name of a file nor a text.
 */
export async function readSpecText(
  from: string | SpecSource,
  options: DefaultsOptions,
): Promise<SpecText> {
  const isFile = typeof from === "string";
  if (!isFile && typeof valueAt(from, ["text"]) !== "string") throw inputError("spec_source");
  const source = isFile ? await readSpecSource(from) : checkSpecText(from);
  return { source, parsed: applyDefaults(await parseSpecText(source), options) };
}

/** Puts the overrides into a spec; into what is there of it, where the text is broken. */
export function prepareSpec({ source, parsed }: SpecText, options: ReadSpecOptions): PreparedSpec {
  const { text } = source;
  const ofText = parsed.problems
    .slice(0, mostProblems)
    .map(({ message, rule, params, ...at }): PlacedIssue => {
      return { path: [], message, rule, params, ...toPlace(at, text) };
    });
  const { origins, problems, ...overridden } = applyOverrides(toWritten(parsed), options);
  const value = withoutReplaced(overridden.value, origins);
  const ofOverrides = problems.map(({ label, ...found }): PlacedIssue => {
    return { ...toIssue({ ...found, about: "value" }), override: label, offset: text.length };
  });
  const locate = (path: SpecPath) => {
    if (findOrigin(origins, path)) return undefined;
    const found = parsed.locate(path);
    return found?.exact ? toFilePosition(found.value, found.source, text) : undefined;
  };
  return {
    source,
    parsed,
    value,
    textProblems: ofText,
    overrideProblems: ofOverrides,
    place: (problem) => place(problem, source, parsed, origins),
    locate,
    origins: () => listOrigins(value, locate, origins),
    defaults: options.defaults?.files.map((file) => file.source) ?? [],
  };
}

/** The error of some problems, in the order of the text. */
export function toSpecError(problems: PlacedIssue[], more: number, file: string): SpecError {
  // A character that looks like another one explains what is wrong with the field on its line.
  const lineOf = ({ file: other, line }: SpecIssue) => line && `${line} ${other ?? ""}`;
  const explained = new Set(problems.flatMap((each) => (isSlip(each.rule) ? lineOf(each) : [])));
  const kept = problems.filter((each) => isSlip(each.rule) || !explained.has(lineOf(each)));
  const sorted = kept.toSorted((a, b) => a.offset - b.offset);
  const issues = sorted.map(({ offset: _offset, ...issue }): SpecIssue => issue);
  return new SpecError([...issues, ...toMoreIssue(more)], file);
}

function isSlip(rule: SpecIssue["rule"]): boolean {
  return rule === "yaml_sign" || rule === "yaml_blank" || rule === "yaml_no_space";
}

/**
 * The value of a spec as it is written: each bare number or word of an `envs` map letter for letter, so that
 * `VERSION: 1.10`, `LR: 1e-3` and a 20 digit seed reach the job so. The keys that are not for the platform are left out:
 * `$schema`, for editors, and `x-…`, for merges.
 */
function toWritten(parsed: ParsedText): unknown {
  const { value } = parsed;
  if (!isMapping(value)) return value;
  const fields = Object.entries(value).filter(
    ([key, held]) => !key.startsWith("x-") && !(key === "$schema" && typeof held === "string"),
  );
  const kept = Object.fromEntries(fields);
  const { envs } = kept;
  if (!isMapping(envs)) return kept;
  const written = Object.entries(envs).map(([name, held]) => {
    return [name, asWritten(held, ["envs", name], parsed)];
  });
  return { ...kept, envs: Object.fromEntries(written) };
}

function place(
  problem: SpecProblem,
  { text }: SpecSource,
  parsed: ParsedText,
  origins: Origin[],
): PlacedIssue {
  const { path, about } = problem;
  const origin = findOrigin(origins, path);
  if (origin) return { ...toIssue(problem), override: origin.label, offset: text.length };
  const found = parsed.locate(path);
  const offset = (about === "key" ? found?.key : undefined) ?? found?.value ?? 0;
  return { ...toIssue(problem), ...toPlace({ offset, source: found?.source }, text) };
}

/** Where a problem stands, and its order: what is not in the spec's own text comes last. */
function toPlace({ offset, source, override }: Omit<TextProblem, keyof SpecFinding>, text: string) {
  if (override !== undefined) return { override, offset: text.length };
  const order = source === undefined ? offset : text.length + offset;
  return { ...toFilePosition(offset, source, text), offset: order };
}

function toFilePosition(offset: number, source: SpecSource | undefined, text: string): Position {
  if (source === undefined) return toPosition(text, offset);
  return { ...toPosition(source.text, offset), file: source.name };
}

/** Takes out a name where an override gave the id, and the other way round. */
function withoutReplaced(given: unknown, origins: Origin[]): unknown {
  let value = given;
  for (const { key, path } of namedFields) {
    const [isName, isId] = [[key], path].map((each) => {
      return findOrigin(origins, each) !== undefined && valueAt(given, each) !== undefined;
    });
    const replaced = isName ? path : [key];
    if (isName === isId || valueAt(value, replaced) === undefined) continue;
    const outcome = setIn(value, replaced, undefined);
    if (outcome.ok) value = outcome.value;
  }
  return value;
}

/** The last override that set this field or something around it. */
function findOrigin(origins: Origin[], path: SpecPath): Origin | undefined {
  return origins.findLast((origin) => origin.path.every((step, depth) => step === path[depth]));
}

/** Where each single value of a spec comes from, in the order of the spec. */
function listOrigins(
  value: unknown,
  locate: PreparedSpec["locate"],
  overrides: Origin[],
): ValueOrigin[] {
  const list = (held: unknown, path: SpecPath): ValueOrigin[] => {
    const isGroup = typeof held === "object" && held !== null;
    if (isGroup) {
      return Object.entries(held).flatMap(([key, inner]) =>
        list(inner, [...path, Array.isArray(held) ? Number(key) : key]),
      );
    }
    if (held === undefined) return [];
    return [{ path, at: locate(path), override: findOrigin(overrides, path)?.label }];
  };
  return list(value, []);
}
