import type * as z from "zod/mini";
import { excerpt, nearest } from "../text.ts";
import { noteOn } from "./field-notes.ts";
import type { SpecPath } from "./place.ts";
import { explainUnknownKey } from "./unknown-key.ts";
import { describeWrongKind } from "./wrong-kind.ts";

type Issue = z.core.$ZodIssue;

/** A problem of a spec, before its place in a file is known. */
export interface SpecProblem {
  /** Keys and indexes from the top. */
  path: (string | number)[];
  /** What is wrong and what is wanted. */
  message: string;
  /** What it is about: the key, the value, or a field that is not there. */
  about: "key" | "value" | "missing";
  /** The known key that an unknown one was probably meant to be. */
  meant?: string | undefined;
}

// zod/mini carries no language; this is what it says where the schema has no words of its own.
const wordless = "Invalid input";

/** Puts zod's issues into words, one problem for each field. */
export function explainIssues(issues: readonly Issue[], value: unknown): SpecProblem[] {
  const problems = issues.flatMap((issue) => explain(issue, [], value));
  // A field whose name is only mistyped is one mistake, not two.
  const meant = new Set(
    problems.flatMap((each) =>
      each.meant ? [pathKey([...each.path.slice(0, -1), each.meant])] : [],
    ),
  );
  const seen = new Set<string>();
  return problems.filter((problem) => {
    const key = pathKey(problem.path);
    const isRepeated = seen.has(key) || (problem.about === "missing" && meant.has(key));
    seen.add(key);
    return !isRepeated;
  });
}

function pathKey(path: SpecPath): string {
  return JSON.stringify(path);
}

/** The value at a path, or `undefined`. */
export function valueAt(value: unknown, path: SpecPath): unknown {
  let held = value;
  for (const step of path) {
    if (typeof held !== "object" || held === null || !Object.hasOwn(held, step)) return undefined;
    held = Reflect.get(held, step);
  }
  return held;
}

function explain(issue: Issue, base: SpecPath, value: unknown): SpecProblem[] {
  const path = [...base, ...issue.path].filter((step) => typeof step !== "symbol");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key, index) => {
      const advice = index < 100 ? explainUnknownKey(path, key) : { message: "unknown key" };
      return { path: [...path, key], about: "key", ...advice };
    });
  }
  if (issue.code === "invalid_key") {
    const message = issue.issues[0]?.message ?? "is not allowed here";
    return [{ path, about: "key", message }];
  }
  if (issue.code === "invalid_union") {
    const fitting = issue.errors.find((branch) => !branch.some(isWrongKindOfWhole));
    if (fitting) return fitting.flatMap((inner) => explain(inner, path, value));
  }
  return [explainValue(issue, path, valueAt(value, path))];
}

/** Whether a branch of a union refused the value for what it is, not for something inside it. */
function isWrongKindOfWhole(issue: Issue): boolean {
  return issue.path.length === 0 && issue.code === "invalid_type";
}

function explainValue(issue: Issue, path: (string | number)[], value: unknown): SpecProblem {
  if (issue.message !== wordless) {
    return { path, message: issue.message, about: value === undefined ? "missing" : "value" };
  }
  const note = noteOn(path);
  if (value === undefined) {
    return { path, message: note ? `is missing: ${note}` : "is missing", about: "missing" };
  }
  if (value === null) {
    const fields = "a job spec has fields such as name and command";
    const advice = path.length === 0 ? fields : (note ?? "give a value, or leave the key out");
    return { path, message: `is empty: ${advice}`, about: "value" };
  }
  if (issue.code === "invalid_value" && typeof value === "string") {
    return { path, message: explainChoice(value, issue.values.map(String)), about: "value" };
  }
  const isSizeIssue = issue.code === "too_big" || issue.code === "too_small";
  const size = issue.code === "too_big" ? "is too large" : "is too small";
  const message = isSizeIssue ? size : describeWrongKind(path, value);
  return { path, message, about: "value" };
}

function explainChoice(value: string, choices: string[]): string {
  const meant = value.length > 60 ? undefined : nearest(value, choices);
  const advice = meant ? `; did you mean ${meant}?` : "";
  return `is "${excerpt(value, 60)}", wanted one of ${choices.join(", ")}${advice}`;
}
