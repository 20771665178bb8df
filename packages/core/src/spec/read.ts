import { SpecError, type SpecIssue } from "../errors.ts";
import type { JobSpec } from "../schemas/job-spec.ts";
import { keepEnvText } from "./env-text.ts";
import { type SpecProblem, valueAt } from "./explain.ts";
import { parseJsonText } from "./json-text.ts";
import { applyOverrides, type Origin, type SpecOverrides } from "./overrides.ts";
import {
  checkJobSpec,
  mostProblems,
  type ParseSpecOptions,
  toIssue,
  toMoreIssue,
} from "./parse.ts";
import { type ParsedText, type Position, type SpecPath, toPosition } from "./place.ts";
import { checkSpecText, readSpecSource, type SpecSource } from "./source.ts";

/** Options of {@link readJobSpec}. */
export interface ReadSpecOptions extends ParseSpecOptions, SpecOverrides {}

/** A job spec with where it came from. */
export interface ReadSpec {
  /** The checked spec: the body of `train_job/create`. */
  spec: JobSpec;
  /** Name and text of the source. */
  source: SpecSource;
  /** Finds where a field stands in the source; `undefined` for what an override put in. */
  locate(path: SpecPath): Position | undefined;
}

interface Problem extends SpecIssue {
  offset: number;
}

/**
 * Reads a job spec from a YAML or JSON file, or from a text such as that of stdin, puts the overrides in
 * and checks it.
 * @throws {SpecError} with **all** problems and their places, in the order of the file. A problem that an
 * override brought in names the override instead of a place.
 */
export async function readJobSpec(
  from: string | SpecSource,
  options: ReadSpecOptions = {},
): Promise<ReadSpec> {
  const source = typeof from === "string" ? await readSpecSource(from) : checkSpecText(from);
  const parsed = await parseText(source);
  const { text, name } = source;
  const ofText = parsed.problems
    .slice(0, mostProblems)
    .map(({ offset, message, rule, params }): Problem => {
      return { path: [], message, rule, params, ...toPosition(text, offset), offset };
    });
  if (parsed.broken) throw toSpecError(ofText, 0, name);
  const written = withoutSchemaKey(keepEnvText(parsed));
  const { value, origins, problems } = applyOverrides(written, options, {
    allowUnknown: options.allowUnknown ?? false,
  });
  const ofOverrides = problems.map(({ label, ...found }): Problem => {
    return { ...toIssue({ ...found, about: "value" }), override: label, offset: text.length };
  });
  const checked = checkJobSpec(value, options);
  const ofFields = checked.ok
    ? []
    : checked.problems.map((each) => place(each, source, parsed, origins));
  const all = [...ofText, ...ofFields, ...ofOverrides];
  if (!checked.ok) throw toSpecError(all, checked.more, name);
  if (all.length > 0) throw toSpecError(all, 0, name);
  return {
    spec: checked.spec,
    source,
    locate: (path) => {
      if (findOrigin(origins, path)) return undefined;
      const found = parsed.locate(path);
      return found?.exact ? toPosition(text, found.value) : undefined;
    },
  };
}

/** Drops a top-level `$schema`, which tells an editor how to help with a JSON file. */
function withoutSchemaKey(value: unknown): unknown {
  if (typeof valueAt(value, ["$schema"]) !== "string") return value;
  return Object.fromEntries(Object.entries(value ?? {}).filter(([key]) => key !== "$schema"));
}

async function parseText(source: SpecSource): Promise<ParsedText> {
  const extension = /\.(json|ya?ml)$/i.exec(source.name)?.[1]?.toLowerCase();
  const looksLikeJson = /^\s*[{[]/.test(source.text);
  if (extension === "json" || looksLikeJson) {
    const json = parseJsonText(source.text);
    if (!json.broken || extension === "json") return json;
    // YAML's own {a: 1} begins like JSON.
    const yaml = await readYaml(source.text);
    return yaml.broken && extension === undefined ? json : yaml;
  }
  return readYaml(source.text);
}

// On demand: most runs in CI read JSON or fail before, and the parser costs start-up time.
async function readYaml(text: string): Promise<ParsedText> {
  const { parseYamlText } = await import("./yaml-text.ts");
  return parseYamlText(text);
}

function place(
  problem: SpecProblem,
  { text }: SpecSource,
  parsed: ParsedText,
  origins: Origin[],
): Problem {
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

function toSpecError(problems: Problem[], more: number, file: string): SpecError {
  const sorted = problems.toSorted((a, b) => a.offset - b.offset);
  const issues = sorted.map(({ offset: _offset, ...issue }): SpecIssue => issue);
  return new SpecError([...issues, ...toMoreIssue(more)], file);
}
