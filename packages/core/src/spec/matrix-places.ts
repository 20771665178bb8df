import { finding, type SpecFinding } from "../errors/rules/spec-rules.ts";
import { excerpt, nearest } from "../text/text.ts";
import type { SpecProblem } from "./explain.ts";
import type { SpecPath } from "./text/place.ts";

// Not after a dollar sign: that one belongs to a workflow. Not other {{ … }}: templates of other tools.
/** A place for a value of a matrix. */
export const matrixPlace = /(?<!\$)\{\{\s*matrix\b([^{}]*)\}\}/g;
const form = /^\s*\.\s*([A-Za-z_][A-Za-z0-9_-]*)\s*$/;

/** The name in such a place. @param inner what stands behind the word in it. */
export function nameInPlace(inner: string): string | undefined {
  return form.exec(inner)?.[1];
}

/** Finds the `{{ matrix.NAME }}` of a spec: which names are used, and what is wrong with them. */
export function findTemplates(
  value: unknown,
  known: readonly string[],
): { used: Set<string>; problems: SpecProblem[] } {
  const used = new Set<string>();
  const problems: SpecProblem[] = [];
  mapTexts(value, [], (text, path) => {
    for (const [whole, inner = ""] of text.matchAll(matrixPlace)) {
      const name = nameInPlace(inner);
      if (name !== undefined) used.add(name);
      if (name === undefined) {
        problems.push(toProblem(path, finding("matrix_template", { shown: excerpt(whole, 60) })));
      } else if (!known.includes(name)) problems.push(unknownName(path, name, known));
    }
    return text;
  });
  return { used, problems };
}

function unknownName(path: SpecPath, name: string, known: readonly string[]): SpecProblem {
  const near = nearest(name, known);
  const found = finding("matrix_unknown", {
    name: excerpt(name, 60),
    known: [...known],
    ...(near !== undefined && { near }),
  });
  return toProblem(path, found);
}

function toProblem(path: SpecPath, found: SpecFinding): SpecProblem {
  return { path: [...path], about: "value", ...found };
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
