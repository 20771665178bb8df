import { finding } from "../../errors/rules/spec-rules.ts";
import type { SpecProblem } from "../../spec/explain.ts";
import { maskedSetting, maskedValue } from "../../text/looks-secret.ts";

/** One choice of values: the text of each variable by its name. */
export type Parameters = Readonly<Record<string, string>>;

/** A variable of a matrix. */
export interface Variable {
  readonly name: string;
  /** Its values, each as written. */
  readonly values: readonly string[];
}

/** The keys of a matrix that are no variables. */
export const ownKeys = new Set(["include", "exclude", "sample"]);
export const namePattern = /^[A-Za-z_][A-Za-z0-9_-]*$/;
/** The key of the matrix in a spec. */
export const key = "matrix";

/** Whether a value may be one of a variable. */
export function isScalar(value: unknown): value is string | number | boolean {
  return ["string", "boolean"].includes(typeof value) || Number.isFinite(value);
}

/** One `--matrix` of a command line. */
export interface MatrixSetting extends Variable {
  /** As it was typed, for messages. */
  readonly label: string;
}

/**
 * Parses `lr=1e-3,1e-4`; values with a comma are given as a JSON list, such as `note=["a,b","c"]`.
 * @returns the problem when it is not of that form.
 */
export function parseMatrixSetting(setting: string): MatrixSetting | SpecProblem {
  const equals = setting.indexOf("=");
  const name = setting.slice(0, Math.max(0, equals));
  const text = setting.slice(equals + 1);
  const label = `--matrix ${maskedSetting(setting, 60)}`;
  const list = text.startsWith("[") ? parseList(text) : text.split(",").map((part) => part.trim());
  const isSound =
    namePattern.test(name) && !ownKeys.has(name) && list !== undefined && !list.includes("");
  if (!isSound) return { path: [key], about: "value", ...finding("matrix_setting_form") };
  const seen = new Set<string>();
  const twice = list.find((value) => seen.size === seen.add(value).size);
  if (twice === undefined) return { name, values: list, label };
  const found = finding("matrix_value_twice", { value: maskedValue(name, twice, 60) });
  return { path: [key, name], about: "value", ...found };
}

function parseList(text: string): string[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    if (!Array.isArray(list) || list.length === 0) return undefined;
    return list.every(isScalar) ? list.map(String) : undefined;
  } catch {
    return undefined;
  }
}
