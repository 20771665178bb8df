import { SpecError, type SpecIssue } from "../errors/errors.ts";
import { keepEnvText } from "./env-text.ts";
import type { SpecProblem } from "./explain.ts";
import { applyOverrides, type Origin, type SpecOverrides } from "./overrides.ts";
import { mostProblems, type ParseSpecOptions, toIssue, toMoreIssue } from "./parse.ts";
import { type ParsedText, type Position, type SpecPath, toPosition } from "./text/place.ts";
import { checkSpecText, readSpecSource, type SpecSource } from "./text/source.ts";

/** Options of `readJobSpec`. */
export interface ReadSpecOptions extends ParseSpecOptions, SpecOverrides {}

/** A problem with its place. */
export interface PlacedIssue extends SpecIssue {
  /** Where in the text, for the order. */
  offset: number;
}

/** The text of a spec, parsed. */
export interface SpecText {
  source: SpecSource;
  parsed: ParsedText;
}

/** A spec's value with the overrides, before any field is checked. */
export interface PreparedSpec extends SpecText {
  /** The value, overrides included. */
  value: unknown;
  textProblems: PlacedIssue[];
  /** Overrides that could not be applied. */
  overrideProblems: PlacedIssue[];
  /** Finds the place of a problem in the text, or the override that brought it in. */
  place(problem: SpecProblem): PlacedIssue;
  /** Finds where a field stands in the source; `undefined` for what an override put in. */
  locate(path: SpecPath): Position | undefined;
}

/** Parses the text of a spec. @throws {SpecError} it cannot be read, or no spec can be in it. */
export async function readSpecText(from: string | SpecSource): Promise<SpecText> {
  const source = typeof from === "string" ? await readSpecSource(from) : checkSpecText(from);
  return { source, parsed: await parseText(source) };
}

/** Puts the overrides into a spec. @throws {SpecError} the text could not be parsed. */
export function prepareSpec({ source, parsed }: SpecText, options: ReadSpecOptions): PreparedSpec {
  const { text, name } = source;
  const ofText = parsed.problems
    .slice(0, mostProblems)
    .map(({ offset, message, rule, params }): PlacedIssue => {
      return { path: [], message, rule, params, ...toPosition(text, offset), offset };
    });
  if (parsed.broken) throw toSpecError(ofText, 0, name);
  const written = withoutForeignKeys(keepEnvText(parsed));
  const { value, origins, problems } = applyOverrides(written, options, {
    allowUnknown: options.allowUnknown ?? false,
  });
  const ofOverrides = problems.map(({ label, ...found }): PlacedIssue => {
    return { ...toIssue({ ...found, about: "value" }), override: label, offset: text.length };
  });
  return {
    source,
    parsed,
    value,
    textProblems: ofText,
    overrideProblems: ofOverrides,
    place: (problem) => place(problem, source, parsed, origins),
    locate: (path) => {
      if (findOrigin(origins, path)) return undefined;
      const found = parsed.locate(path);
      return found?.exact ? toPosition(text, found.value) : undefined;
    },
  };
}

/** The error of some problems, in the order of the text. */
export function toSpecError(problems: PlacedIssue[], more: number, file: string): SpecError {
  // A character that looks like another one explains what is wrong with the field on its line.
  const explained = new Set(problems.flatMap(({ rule, line }) => (isSlip(rule) ? line : [])));
  const kept = problems.filter(({ rule, line }) => isSlip(rule) || !explained.has(line));
  const sorted = kept.toSorted((a, b) => a.offset - b.offset);
  const issues = sorted.map(({ offset: _offset, ...issue }): SpecIssue => issue);
  return new SpecError([...issues, ...toMoreIssue(more)], file);
}

function isSlip(rule: SpecIssue["rule"]): boolean {
  return rule === "yaml_sign" || rule === "yaml_blank" || rule === "yaml_no_space";
}

/** Drops the keys that are not for the platform: `$schema`, for editors, and `x-…`, for merges. */
function withoutForeignKeys(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const isForeign = ([key, held]: [string, unknown]) =>
    key.startsWith("x-") || (key === "$schema" && typeof held === "string");
  const fields = Object.entries(value);
  return fields.some(isForeign)
    ? Object.fromEntries(fields.filter((field) => !isForeign(field)))
    : value;
}

/** Parses a text as JSON or YAML, by its file's name and its first character. */
async function parseText(source: SpecSource): Promise<ParsedText> {
  const extension = /\.(json|ya?ml)$/i.exec(source.name)?.[1]?.toLowerCase();
  const looksLikeJson = /^\s*[{[]/.test(source.text);
  if (extension === "json" || looksLikeJson) {
    const { parseJsonText } = await import("./text/json-text.ts");
    const json = parseJsonText(source.text);
    if (!json.broken || extension === "json") return json;
    // YAML's own {a: 1} begins like JSON.
    const yaml = await readYaml(source.text);
    return yaml.broken && extension === undefined ? json : yaml;
  }
  return readYaml(source.text);
}

// On demand, as many runs fail before: the parser costs start-up time.
async function readYaml(text: string): Promise<ParsedText> {
  const { parseYamlText } = await import("./text/yaml-text.ts");
  return parseYamlText(text);
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
  return { ...toIssue(problem), ...toPosition(text, offset), offset };
}

/** The last override that set this field or something around it. */
function findOrigin(origins: Origin[], path: SpecPath): Origin | undefined {
  return origins.findLast((origin) => origin.path.every((step, depth) => step === path[depth]));
}
