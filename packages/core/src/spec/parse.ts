import { SpecError, type SpecIssue } from "../errors/errors.ts";
import { finding } from "../errors/rules/spec-rules.ts";
import { findInexactNumbers, findNonJsonValues, valueAt } from "../text/json-value.ts";
import { excerpt } from "../text/text.ts";
import type { ClientKeys } from "../schemas/client-keys.ts";
import { type JobSpec, jobSpecSchema, openJobSpecSchema } from "../schemas/job-spec.ts";
import { explainIssues, onePerPlace, problemAt, type SpecProblem } from "./explain.ts";
import type { KnownId } from "../ids/known-ids.ts";
import { readClientKeys } from "./client-keys.ts";
import { findMasked, toJson } from "./masked.ts";
import type { SpecPath } from "./text/place.ts";

/** Options of {@link parseJobSpec}. */
export interface ParseSpecOptions {
  /**
   * Lets keys through that this package does not know, because the platform's API is alpha.
   * @default false
   */
  allowUnknown?: boolean | undefined;
  /** Lets `***` through in the place of a secret: for a record that holds no secrets. @default false */
  allowMasked?: boolean | undefined;
  /** Gives the ids of the platform that names in a file may stand for; see `openIds`. @default none */
  ids?: (() => readonly KnownId[]) | undefined;
}

/**
 * Checks a value as a job spec.
 * @throws {SpecError} with **all** problems, in the order of the value's keys.
 */
export function parseJobSpec(value: unknown, options: ParseSpecOptions = {}): JobSpec {
  const known = copyChecked(value, options);
  if (known !== undefined) return known;
  const checked = checkJobSpec(value, options, "object");
  if (checked.ok) return checked.spec;
  const issues = checked.problems.map(toIssue);
  throw new SpecError([...issues, ...toMoreIssue(checked.more)]);
}

// The JSON of each spec that passed: one that was changed since is checked again.
const checkedSpecs = new WeakMap<object, { json: string; allowUnknown: boolean }>();

/** A copy of a spec that was checked before and is unchanged. */
function copyChecked(value: unknown, { allowUnknown }: ParseSpecOptions): JobSpec | undefined {
  const checked = checkedSpecs.get(Object(value));
  if (checked === undefined || (checked.allowUnknown && !allowUnknown)) return undefined;
  return toJson(value) === checked.json ? JSON.parse(checked.json) : undefined;
}

/** A problem as an error lists it. */
export function toIssue({ path, message, rule, params }: SpecProblem): SpecIssue {
  return { path, message, rule, params };
}

/** The most problems that one error lists; the rest are counted. */
export const mostProblems = 100;

/** The issue that counts the problems which are not listed. */
export function toMoreIssue(more: number): SpecIssue[] {
  return more > 0 ? [{ path: [], ...finding("more", { count: more }) }] : [];
}

/** Outcome of {@link checkJobSpec}; `more` counts the problems past the first 100. */
export type CheckedSpec = { problems: SpecProblem[]; more: number } & (
  | { ok: true; spec: JobSpec; client: ClientKeys }
  | { ok: false }
);

/** {@link parseJobSpec} that returns its problems; a file may have all keys of the client. */
export function checkJobSpec(
  value: unknown,
  options: ParseSpecOptions,
  from: "file" | "object" = "file",
): CheckedSpec {
  try {
    const { ids = () => [], allowUnknown = false, allowMasked = false } = options;
    const { fields, client, problems: ofKeys, open } = readClientKeys(value, from, ids);
    const parsed = (allowUnknown ? openJobSpecSchema() : jobSpecSchema()).safeParse(fields);
    const ofFields = parsed.success ? [] : explainIssues(parsed.error.issues, fields);
    // Read off the fields as they are written, so that no other problem hides what would be lost.
    const ofLost = allowMasked
      ? []
      : [...findMasked(fields, client.extra), ...findDoubleVariables(fields)];
    const found = [...ofKeys, ...ofFields, ...findPrototypeKeys(value), ...ofLost];
    const problems = onePerPlace(found, open);
    if (parsed.success && problems.length === 0) {
      const spec = withClientKeys(parsed.data, client);
      // What is in memory goes out as it is there: its text is long read.
      if (from === "file" && !allowMasked) problems.push(...findInexact(spec));
      if (problems.length === 0) problems.push(...findNonJson(spec));
      if (problems.length === 0) {
        if (!allowMasked) checkedSpecs.set(spec, { json: JSON.stringify(spec), allowUnknown });
        return { ok: true, spec, client, problems, more: 0 };
      }
    }
    const shown = inOrder(problems, value).slice(0, mostProblems);
    return { ok: false, problems: shown, more: problems.length - shown.length };
  } catch (error) {
    // Only a value with code of its own (a getter, a proxy) comes here.
    const reason = excerpt(error instanceof Error ? error.message : "", 200);
    return { ok: false, problems: [problemAt([], "unreadable", { reason })], more: 0 };
  }
}

/** An empty `extra` asks for nothing, and so does a `log_dir` that is off: the spec is the same without them. */
function withClientKeys(
  spec: JobSpec,
  { extra = {}, log_dir: logDir = "off" }: ClientKeys,
): JobSpec {
  return {
    ...spec,
    ...(Object.keys(extra).length > 0 && { extra }),
    ...(logDir !== "off" && { log_dir: logDir }),
  };
}

/** Keys named `__proto__`, which zod leaves out without a word. */
function findPrototypeKeys(value: unknown): SpecProblem[] {
  const places = [
    [],
    ["envs"],
    ["framework_config", 0],
    ["envs", 0],
    ["dataset_info", 0],
    ["extra"],
  ];
  return places.flatMap((place): SpecProblem[] => {
    const path = [...place, "__proto__"];
    const isThere = valueAt(value, path) !== undefined;
    return isThere ? [{ ...problemAt(path, "not_a_key"), about: "key" }] : [];
  });
}

/** Variables that a list has twice: one of the two values would be lost. */
function findDoubleVariables(fields: unknown): SpecProblem[] {
  const seen = new Set<string>();
  const envs = valueAt(fields, ["envs"]);
  const entries: unknown[] = Array.isArray(envs) ? envs : [];
  return entries.flatMap((entry, index) => {
    const name = valueAt(entry, ["name"]);
    if (typeof name !== "string" || seen.size < seen.add(name).size) return [];
    return problemAt(["envs", index, "name"], "given_twice", { name: excerpt(name, 60) });
  });
}

/** What JSON cannot hold or would change: in unknown fields and `extra`, and in a caller's own objects only. */
function findNonJson(spec: JobSpec): SpecProblem[] {
  const paths = Object.entries(spec).flatMap(([key, field]): (string | number)[][] => {
    try {
      const found = findNonJsonValues(field);
      if (found.length === 0) JSON.stringify(field);
      return found.map((path) => [key, ...path]);
    } catch {
      return [[key]];
    }
  });
  return paths.map((path) => problemAt(path, "not_json_value"));
}

/** Numbers that would go out as others: in unknown fields and `extra`, of which no schema knows the kinds. */
function findInexact(spec: JobSpec): SpecProblem[] {
  return findInexactNumbers(spec).map((path) => problemAt(path, "inexact_number"));
}

/** Sorts problems by the order of their fields; missing fields come first in their mapping. */
function inOrder(problems: SpecProblem[], value: unknown): SpecProblem[] {
  // Cached for each mapping, because a file may hold thousands of keys.
  const orders = new Map<unknown, Map<string, number>>();
  const rankOf = (path: SpecPath) =>
    path.map((step, depth) => {
      if (typeof step === "number") return step;
      const parent = valueAt(value, path.slice(0, depth));
      const order = orders.get(parent) ?? toOrder(parent);
      orders.set(parent, order);
      return order.get(step) ?? -1;
    });
  const ranked = problems.map((problem) => ({ problem, rank: rankOf(problem.path) }));
  return ranked.toSorted((a, b) => compareRanks(a.rank, b.rank)).map(({ problem }) => problem);
}

function toOrder(parent: unknown): Map<string, number> {
  const keys = typeof parent === "object" && parent !== null ? Object.keys(parent) : [];
  return new Map(keys.map((key, index) => [key, index]));
}

function compareRanks(a: number[], b: number[]): number {
  for (let depth = 0; depth < Math.min(a.length, b.length); depth++) {
    const difference = a[depth]! - b[depth]!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
