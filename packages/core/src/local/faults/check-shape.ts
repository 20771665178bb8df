import type * as z from "zod/mini";
import { inputError } from "../../errors/input-errors.ts";
import { excerpt, nearest } from "../../text/text.ts";

/**
 * Checks what a caller gave, to its depth.
 * @param of the function that it was given to.
 * @throws {InputError} it has a key or a value that there is not; the error tells all of them.
 */
export function checkShape<T>(of: string, schema: z.ZodMiniType<T>, given: unknown): T {
  const { data, error } = schema.safeParse(given, { error: explain });
  if (error === undefined) return data as T;
  const issues = error.issues.flatMap(flatten).map(({ path, message }) => {
    const place = excerpt(path.map(String).join("."), 100);
    return place === "" ? message : `${place}: ${message}`;
  });
  const shown = [...issues.slice(0, mostShown), ...(issues.length > mostShown ? ["…"] : [])];
  throw inputError("options_wrong", { of, issues: shown.join("; ") });
}

const mostShown = 20;

/** The issues of that form of a value which it was meant to have, where there is one. */
function flatten(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  const meant = issue.code === "invalid_union" && issue.errors.find((form) => form.every(isInner));
  if (!meant) return [issue];
  return meant
    .flatMap(flatten)
    .map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

function isInner({ code, path }: z.core.$ZodIssue): boolean {
  return path.length > 0 || code === "unrecognized_keys";
}

function explain(issue: z.core.$ZodRawIssue): string {
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(Object(issue.inst)._zod.def.shape);
    return issue.keys.map((key) => sayUnknown(key, known)).join(", ");
  }
  const { input } = issue;
  if (issue.code === "invalid_union" && "options" in issue) {
    const kind = Reflect.get(Object(input), String(issue.discriminator));
    return sayUnknown(String(kind), (issue.options as unknown[]).map(String));
  }
  const wanted = nameWanted(issue);
  // In the place of credentials may be a password.
  const isShown = wanted !== "text" && wanted !== "a mapping" && Object(input) !== input;
  return `expected ${wanted}${isShown ? `, got ${show(input)}` : ""}`;
}

function sayUnknown(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  const advice = meant === undefined ? `there are ${known.join(", ")}` : `write ${meant}`;
  return `there is no ${excerpt(key, 40)} (${advice})`;
}

const nouns: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  number: "a number",
  object: "a mapping",
  record: "a mapping",
  string: "text",
};

function nameWanted(issue: z.core.$ZodIssue | z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_value":
      return issue.values.map(String).join(" or ");
    case "invalid_union":
      return issue.errors.flatMap(([first]) => (first ? [nameWanted(first)] : [])).join(" or ");
    case "too_small":
      return issue.origin === "number"
        ? `at least ${issue.minimum}`
        : `${nouns[issue.origin]} that is not empty`;
    case "too_big":
      return `at most ${issue.maximum}`;
    case "invalid_type":
      return nouns[issue.expected] ?? issue.expected;
    default:
      return issue.code === "custom" ? String(issue.params?.["wanted"]) : "another value";
  }
}

function show(value: unknown): string {
  return excerpt(typeof value === "string" ? JSON.stringify(value) : String(value), 40);
}
