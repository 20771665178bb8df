import { SpecError } from "../../errors/errors.ts";
import { problemAt, type SpecProblem } from "../../spec/explain.ts";
import {
  type PlacedIssue,
  type PreparedSpec,
  prepareSpec,
  readSpecText,
  toSpecError,
  type ReadSpecOptions,
} from "../../spec/prepare.ts";
import { toIssue } from "../../spec/parse.ts";
import { keepBeside, type ReadSpec } from "../../spec/read.ts";
import type { SpecSource, SpecText } from "../../spec/text/place.ts";
import { maskedSetting } from "../../text/masked-text.ts";
import { isMapping, valueAt } from "../../text/json-value.ts";
import { excerpt } from "../../text/text.ts";
import { expandMatrix } from "./combinations.ts";
import { type MatrixSetting, parseMatrixSetting, readMatrix } from "./matrix.ts";
import { checkRuns, type SweepPlan, toPlan } from "./runs.ts";
import { findTemplates } from "../../spec/matrix-places.ts";

/** Options of {@link readSweep}. */
export interface ReadSweepOptions extends ReadSpecOptions {
  /** `NAME=value,value`: adds a variable to the matrix or replaces its values. */
  matrix?: readonly string[] | undefined;
}

/** A sweep with where it came from; `client` has the values of the first run. */
export interface ReadSweep extends Omit<ReadSpec, "spec" | "bareDurations"> {
  plan: SweepPlan;
  /** The fields of each run that hold a duration without a unit. */
  bareDurations: readonly ReadonlySet<string>[];
  origins: NonNullable<ReadSpec["origins"]>;
  defaults: readonly SpecSource[];
}

/**
 * Reads a spec with a `matrix` beside the job's own keys, puts the overrides in, and expands every run.
 * @throws {SpecError} with **all** problems and their places; one that only some runs have names the first.
 */
export async function readSweep(
  from: string | SpecSource,
  options: ReadSweepOptions = {},
): Promise<ReadSweep> {
  return checkSweep(await readSpecText(from, options), options);
}

/** {@link readSweep} of a parsed text. */
export function checkSweep(text: SpecText, options: ReadSweepOptions): ReadSweep {
  const prepared = prepareSpec(text, options);
  try {
    return toSweep(prepared, options);
  } catch (error) {
    if (error instanceof SpecError) keepBeside(error, prepared);
    throw error;
  }
}

function toSweep(prepared: PreparedSpec, options: ReadSweepOptions): ReadSweep {
  const { source, parsed, place, locate, textProblems, overrideProblems } = prepared;
  const { name: file } = source;
  if (parsed.broken) throw toSpecError(textProblems, 0, file);
  const settings = readSettings(options.matrix ?? [], source);
  const { matrix, problems } = readMatrix(
    valueAt(parsed.value, ["matrix"]),
    parsed,
    settings.variables,
  );
  const { matrix: _matrix, ...fields } = Object(prepared.value);
  const template = isMapping(prepared.value) ? fields : prepared.value;
  const names = matrix.variables.map(({ name }) => name);
  const { used, problems: ofTemplates } = findTemplates(template, names);
  // One problem for each name; a variable that is wrong in itself is not reported as unused.
  const sound = names.filter((name) => !problems.some(({ path }) => path[1] === name));
  problems.push(...ofTemplates, ...findUnused(sound, used));
  const early = [
    ...textProblems,
    ...problems.map((problem) => placeOrLabel(problem, settings.variables, place)),
    ...settings.problems,
    ...overrideProblems,
  ];
  if (early.length > 0) throw toSpecError(early, 0, file);
  const expanded = expandMatrix(matrix);
  if (expanded.problems.length > 0) throw toSpecError(expanded.problems.map(place), 0, file);
  const runs = checkRuns(template, expanded.runs, options, (found, more) => {
    return toSpecError(
      found.map(({ run, ...problem }) => ({ ...place(problem), ...(run && { run }) })),
      more,
      file,
    );
  });
  return {
    client: runs[0]?.client ?? {},
    source,
    locate,
    origins: prepared.origins,
    defaults: prepared.defaults,
    ids: options.ids,
    bareDurations: runs.map((run) => run.bareDurations),
    plan: toPlan(valueAt(template, ["name"]), names, runs),
  };
}

function readSettings(
  matrix: readonly string[],
  { text }: SpecSource,
): { variables: MatrixSetting[]; problems: PlacedIssue[] } {
  const variables: MatrixSetting[] = [];
  const problems: PlacedIssue[] = [];
  const refuse = (problem: SpecProblem, override: string) =>
    problems.push({ ...toIssue(problem), override, offset: text.length });
  for (const setting of matrix) {
    const read = parseMatrixSetting(setting);
    if (!("values" in read)) refuse(read, `--matrix ${maskedSetting(setting, 60)}`);
    else if (variables.some(({ name }) => name === read.name)) {
      refuse(problemAt(["matrix"], "given_twice", { name: excerpt(read.name, 60) }), read.label);
    } else variables.push(read);
  }
  return { variables, problems };
}

function findUnused(names: readonly string[], used: ReadonlySet<string>): SpecProblem[] {
  return names
    .filter((name) => !used.has(name))
    .map((name) => ({
      ...problemAt(["matrix", name], "matrix_unused", { name: excerpt(name, 60) }),
      about: "key",
    }));
}

/** The place of a problem; a variable of the command line has a label instead. */
function placeOrLabel(
  problem: SpecProblem,
  settings: readonly MatrixSetting[],
  place: (problem: SpecProblem) => PlacedIssue,
): PlacedIssue {
  const placed = place(problem);
  const setting = settings.findLast(
    ({ name }) => problem.path[0] === "matrix" && problem.path[1] === name,
  );
  if (setting === undefined) return placed;
  const { line: _line, column: _column, ...rest } = placed;
  return { ...rest, override: setting.label };
}
