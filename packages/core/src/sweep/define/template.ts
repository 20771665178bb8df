import { SpecError } from "../../errors/errors.ts";
import { finding } from "../../errors/rules/spec-rules.ts";
import { mapTexts, matrixPlace, nameInPlace } from "../../spec/matrix-places.ts";
import type { SpecPath } from "../../spec/text/place.ts";
import { toTyped } from "../../spec/set-path.ts";
import type { Parameters } from "./matrix.ts";

/**
 * A copy of a spec's value with the values of a run put in. A text that is one `{{ matrix.NAME }}` and
 * nothing else becomes a number or a flag where the field wants one.
 */
export function fillTemplates(value: unknown, parameters: Parameters): unknown {
  return mapTexts(value, [], (text, path) => {
    let isWhole = false;
    if (filledLength(text, parameters) > longestFilled) throw refuseTooLong(path);
    const filled = text.replaceAll(matrixPlace, (whole, inner: string) => {
      const name = nameInPlace(inner);
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

function filledLength(text: string, parameters: Parameters): number {
  let length = text.length;
  for (const [, inner = ""] of text.matchAll(matrixPlace)) {
    length += parameters[nameInPlace(inner) ?? ""]?.length ?? 0;
  }
  return length;
}

function refuseTooLong(path: SpecPath): SpecError {
  return new SpecError([{ path: [...path], ...finding("matrix_too_long") }]);
}
