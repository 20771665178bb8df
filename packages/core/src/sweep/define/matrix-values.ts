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
