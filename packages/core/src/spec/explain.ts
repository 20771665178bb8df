import type * as z from "zod/mini";
import {
  type BrokenSpecRule,
  finding,
  sayRule,
  type SpecFinding,
  type SpecRule,
  type specRules,
} from "../errors/rules/spec-rules.ts";
import { noteOn } from "../errors/rules/value-rules.ts";
import { brokenFieldRule, type RuleArguments } from "../schemas/spec-rules.ts";
import { maskedExcerpt } from "../text/masked-text.ts";
import { valueAt } from "../text/json-value.ts";
import { nearest } from "../text/text.ts";
import type { SpecPath } from "./text/place.ts";
import { explainUnknownKey } from "./text/unknown-key.ts";
import { findWrongKind } from "./text/shape.ts";

type Issue = z.core.$ZodIssue;

/** A problem of a spec, before its place in a file is known. */
export type SpecProblem = SpecFinding & {
  /** Keys and indexes from the top. */
  path: (string | number)[];
  /** What it is about: the key, the value, or a field that is not there. */
  about: "key" | "value" | "missing";
  /** The known key that an unknown one was probably meant to be. */
  meant?: string | undefined;
};

/** A problem of a value. @param path its place in the spec. */
export function problemAt<Rule extends SpecRule>(
  path: SpecPath,
  rule: Rule,
  ...params: RuleArguments<typeof specRules, Rule>
): SpecProblem {
  return { path: [...path], about: "value", ...finding(rule, ...params) };
}

/** The problems of zod's issues. @param base the place of what it was asked about. */
export function explainIssues(
  issues: readonly Issue[],
  value: unknown,
  base: SpecPath = [],
): SpecProblem[] {
  const problems = issues.flatMap((issue) => explain(issue, base, value));
  // A field whose name is only mistyped is one mistake, not two.
  const meant = new Set(
    problems.flatMap((each) =>
      each.meant ? [pathKey([...each.path.slice(0, -1), each.meant])] : [],
    ),
  );
  return problems.filter(({ about, path }) => about !== "missing" || !meant.has(pathKey(path)));
}

/** The first problem at each place. @param done places about which all is said. */
export function onePerPlace(problems: readonly SpecProblem[], done: readonly SpecPath[]) {
  const seen = new Set(done.map(pathKey));
  return problems.filter(({ path }) => seen.size < seen.add(pathKey(path)).size);
}

function pathKey(path: SpecPath): string {
  return JSON.stringify(path);
}

function explain(issue: Issue, base: SpecPath, value: unknown): SpecProblem[] {
  const path = [...base, ...issue.path].filter((step) => typeof step !== "symbol");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key, index) => {
      const advice = index < 100 ? explainUnknownKey(path, key) : finding("unknown_key");
      return { path: [...path, key], about: "key", ...advice };
    });
  }
  if (issue.code === "invalid_key") {
    const broken = issue.issues.map(brokenFieldRule).find((rule) => rule !== undefined);
    return [{ path, about: "key", ...sayRule(broken ?? { rule: "not_allowed", params: {} }) }];
  }
  if (issue.code === "invalid_union") {
    const fitting = issue.errors.find((branch) => !branch.some(isWrongKindOfWhole));
    if (fitting) return fitting.flatMap((inner) => explain(inner, path, value));
  }
  return [explainValue(issue, path, valueAt(value, path))];
}

/** Whether a branch of a union refused the kind of the value, not something inside it. */
function isWrongKindOfWhole(issue: Issue): boolean {
  return issue.path.length === 0 && issue.code === "invalid_type";
}

function explainValue(issue: Issue, path: (string | number)[], value: unknown): SpecProblem {
  const broken = brokenFieldRule(issue);
  if (broken !== undefined) {
    return { path, about: value === undefined ? "missing" : "value", ...sayRule(broken) };
  }
  const field = noteOn(path);
  if (value === undefined) return { path, about: "missing", ...finding("missing", { field }) };
  return { path, about: "value", ...sayRule(findBroken(issue, path, value)) };
}

/** What is wrong with a value that zod itself refuses. */
function findBroken(issue: Issue, path: SpecPath, value: unknown): BrokenSpecRule {
  if (value === null) {
    if (path.length === 0) return { rule: "empty_spec", params: {} };
    return { rule: "empty_value", params: { field: noteOn(path) } };
  }
  if (issue.code === "invalid_value" && typeof value === "string") {
    const choices = issue.values.map(String);
    const meant = value.length > 60 ? undefined : nearest(value, choices);
    return { rule: "not_a_choice", params: { value: maskedExcerpt(value, 60), choices, meant } };
  }
  if (issue.code === "too_big") return { rule: "too_large", params: {} };
  if (issue.code === "too_small") return { rule: "too_small", params: {} };
  return { rule: "wrong_kind", params: findWrongKind(path, value) };
}
