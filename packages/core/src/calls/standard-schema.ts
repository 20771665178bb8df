import { excerpt } from "../text/text.ts";

/**
 * A schema by Standard Schema (https://standardschema.dev), as zod from 3.24 on, zod/mini, valibot and arktype have
 * it. These three declarations are all of it that is used.
 */
export interface StandardSchema<Input = unknown, Output = unknown> {
  readonly "~standard": {
    readonly version: 1;
    /** Name of the schema's library. */
    readonly vendor: string;
    /** Checks a value, and gives it as the schema makes it. */
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    /** For the compiler alone. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a check gives: the value, or what is wrong with it. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

/** One thing that is wrong with a value. */
export type StandardIssue = {
  readonly message: string;
  /** Where in the value: keys and indexes from the top. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
};

/** A schema of this library: a Standard Schema that also answers at once. */
export interface Schema<Output, Input = unknown> extends StandardSchema<Input, Output> {
  /** Gives the value as the schema makes it. @throws what is wrong, as `issues`. */
  parse(value: unknown): Output;
  /** Gives the value as the schema makes it, or what is wrong. */
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: Output }
    | { readonly success: false; readonly error: { readonly issues: readonly StandardIssue[] } };
}

/** A schema that is made when it is first used. */
export function lazySchema<Output, Input>(
  make: () => Schema<Output, Input>,
): Schema<Output, Input> {
  return {
    get "~standard"() {
      return make()["~standard"];
    },
    parse: (value) => make().parse(value),
    safeParse: (value) => make().safeParse(value),
  };
}

/** Checks a value. */
export async function validate<Output>(
  schema: StandardSchema<unknown, Output>,
  value: unknown,
): Promise<StandardResult<Output>> {
  return schema["~standard"].validate(value);
}

/** The keys that lead to what is wrong. */
export function pathOf({ path = [] }: StandardIssue): PropertyKey[] {
  return path.map((step) => (typeof step === "object" ? step.key : step));
}

const mostShown = 5;

/** What is wrong, each problem with its path, on one line: `job.id: expected string`. */
export function sayIssues(issues: readonly StandardIssue[]): string {
  const shown = issues.slice(0, mostShown).map((issue) => {
    const path = pathOf(issue).map(String).join(".");
    return excerpt(path === "" ? issue.message : `${path}: ${issue.message}`, 200);
  });
  return [...shown, ...(issues.length > mostShown ? ["…"] : [])].join("; ");
}
