import { finding } from "../errors/rules/spec-rules.ts";
import { excerpt, nearest } from "../text/text.ts";
import { problemAt, type SpecProblem } from "./explain.ts";
import type { SpecPath } from "./text/place.ts";
import { SpecError } from "../errors/errors.ts";
import { toTyped } from "./set-path.ts";

// A place for a value of a matrix, and the name in it where it has the form of one. Not after a dollar sign: that one
// belongs to a workflow. Not other {{ … }}: templates of other tools.
const matrixPlace = /(?<!\$)\{\{\s*matrix\b(?:\s*\.\s*([A-Za-z_][\w-]*)\s*|[^{}]*)\}\}/g;
/** A place for a value of a workflow, which nobody fills in in a spec. */
export const workflowPlace = /\$\{\{[^{}\p{Cc}]{1,80}\}\}/u;

/** Finds the `{{ matrix.NAME }}` of a spec: which names are used, and what is wrong with them. */
export function findTemplates(
  value: unknown,
  known: readonly string[],
): { used: Set<string>; problems: SpecProblem[] } {
  const used = new Set<string>();
  const problems: SpecProblem[] = [];
  mapTexts(value, [], (text, path) => {
    for (const [whole, name] of text.matchAll(matrixPlace)) {
      if (name === undefined) {
        problems.push(problemAt(path, "matrix_template", { shown: excerpt(whole, 60) }));
        continue;
      }
      used.add(name);
      if (!known.includes(name)) problems.push(unknownName(path, name, known));
    }
    return text;
  });
  return { used, problems };
}

function unknownName(path: SpecPath, name: string, known: readonly string[]): SpecProblem {
  const near = nearest(name, known);
  return problemAt(path, "matrix_unknown", {
    name: excerpt(name, 60),
    known: [...known],
    ...(near !== undefined && { near }),
  });
}

/** A deep copy with each text replaced; keys stay. */
export function mapTexts(
  value: unknown,
  path: SpecPath,
  replace: (text: string, path: SpecPath) => unknown,
): unknown {
  if (typeof value === "string") return replace(value, path);
  if (Array.isArray(value)) {
    return value.map((entry, index) => mapTexts(entry, [...path, index], replace));
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, held]) => [key, mapTexts(held, [...path, key], replace)]),
  );
}

/**
 * A copy of a spec's value with the values of a run put in. A text that is one `{{ matrix.NAME }}` and
 * nothing else becomes a number or a flag where the field wants one.
 */
export function fillTemplates(
  value: unknown,
  parameters: Readonly<Record<string, string>>,
): unknown {
  return mapTexts(value, [], (text, path) => {
    let isWhole = false;
    if (filledLength(text, parameters) > longestFilled) {
      throw new SpecError([{ path: [...path], ...finding("matrix_too_long") }]);
    }
    const filled = text.replaceAll(matrixPlace, (whole, name: string | undefined) => {
      if (name === undefined || !Object.hasOwn(parameters, name)) return whole;
      isWhole = whole === text.trim();
      return parameters[name] ?? "";
    });
    // Blanks around a number say nothing; those of a text are a part of it.
    const typed = isWhole ? toTyped(path, filled.trim()) : filled;
    return typeof typed === "string" ? filled : typed;
  });
}

// As long as a spec may be: a text of many places and a long value would grow without bound.
const longestFilled = 1_048_576;

function filledLength(text: string, parameters: Readonly<Record<string, string>>): number {
  let length = text.length;
  for (const [, name = ""] of text.matchAll(matrixPlace)) {
    length += parameters[name]?.length ?? 0;
  }
  return length;
}
