import type { JobSpec } from "../schemas/job-spec.ts";
import type { SpecOverrides } from "./overrides.ts";
import { checkJobSpec, type ParseSpecOptions } from "./parse.ts";
import type { Position, SpecPath } from "./place.ts";
import { prepareSpec, toSpecError } from "./prepare.ts";
import type { SpecSource } from "./source.ts";

/** Options of {@link readJobSpec}. */
export interface ReadSpecOptions extends ParseSpecOptions, SpecOverrides {}

/** A job spec with where it came from. */
export interface ReadSpec {
  /** The checked spec: the body of `train_job/create`. */
  spec: JobSpec;
  /** Name and text of the source. */
  source: SpecSource;
  /** Finds where a field stands in the source; `undefined` for what an override put in. */
  locate(path: SpecPath): Position | undefined;
}

/**
 * Reads a job spec from a YAML or JSON file, or from a text such as that of stdin, puts the overrides in
 * and checks it.
 * @throws {SpecError} with **all** problems and their places, in the order of the file. A problem that an
 * override brought in names the override instead of a place.
 */
export async function readJobSpec(
  from: string | SpecSource,
  options: ReadSpecOptions = {},
): Promise<ReadSpec> {
  const prepared = await prepareSpec(from, options);
  const { source, textProblems, overrideProblems, place, locate } = prepared;
  const checked = checkJobSpec(prepared.value, options);
  const ofFields = checked.ok ? [] : checked.problems.map(place);
  const problems = [...textProblems, ...ofFields, ...overrideProblems];
  if (!checked.ok) throw toSpecError(problems, checked.more, source.name);
  if (problems.length > 0) throw toSpecError(problems, 0, source.name);
  return { spec: checked.spec, source, locate };
}
