import { SpecError } from "../../errors/errors.ts";
import { problemAt, type SpecProblem } from "../../spec/explain.ts";
import { findTemplates } from "../../spec/matrix-places.ts";
import { toIssue } from "../../spec/parse.ts";
import {
  type PlacedIssue,
  type PreparedSpec,
  prepareSpec,
  readSpecText,
  toSpecError,
  type ReadSpecOptions,
} from "../../spec/prepare.ts";
import { checkJob, keepBeside, type ReadSpec } from "../../spec/read.ts";
import type { SpecWarning } from "../../spec/spec-warning.ts";
import type { SpecSource, SpecText } from "../../spec/text/place.ts";
import { findSpecWarnings, inLines, type WarningContext } from "../../spec/warnings.ts";
import { isMapping, valueAt } from "../../text/json-value.ts";
import { maskedSetting } from "../../text/masked-text.ts";
import { excerpt } from "../../text/text.ts";
import { expandMatrix } from "./combinations.ts";
import { parseMatrixSetting, readMatrix, type Variable } from "./matrix.ts";
import { checkRuns, type SweepPlan, toPlan } from "./runs.ts";

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

/** A spec that is parsed and not checked yet. */
export type ParsedSpec =
  /** @throws {SpecError} as `readJobSpec` does. */
  | { readonly kind: "job"; check(): Promise<ReadSpec> }
  /** @throws {SpecError} as `readSweep` does. */
  | { readonly kind: "sweep"; check(): Promise<ReadSweep> };

/**
 * Parses a spec and says whether it is a sweep: it has a `matrix` or a `{{ matrix.NAME }}`, or the options
 * bring a matrix.
 * @throws {SpecError} the text cannot be read.
 */
export async function readSpec(
  from: string | SpecSource,
  options: ReadSweepOptions = {},
): Promise<ParsedSpec> {
  const text = await readSpecText(from, options);
  if (!options.matrix?.length && !isSweep(text, options)) {
    return { kind: "job", check: async () => checkJob(text, options) };
  }
  return { kind: "sweep", check: async () => checkSweep(text, options) };
}

function isSweep(
  { source, parsed: { value, broken } }: SpecText,
  { defaults }: ReadSweepOptions,
): boolean {
  const texts = [source, ...(defaults?.files.map((file) => file.source) ?? [])];
  if (broken || !texts.some(({ text }) => text.includes("matrix"))) return false;
  const { used, problems } = findTemplates(value, []);
  return valueAt(value, ["matrix"]) !== undefined || used.size > 0 || problems.length > 0;
}

function checkSweep(text: SpecText, options: ReadSweepOptions): ReadSweep {
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
  const { matrix, problems } = readMatrix(parsed, settings.variables);
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
  const { runs, problems: ofRuns, more } = checkRuns(template, expanded.runs, options);
  const placed = ofRuns.map(({ run, ...problem }) => ({ ...place(problem), ...(run && { run }) }));
  if (placed.length > 0) throw toSpecError(placed, more, file);
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

/** One `--matrix` of a command line. */
interface MatrixSetting extends Variable {
  /** As it was typed, for messages. */
  readonly label: string;
}

function readSettings(
  matrix: readonly string[],
  { text }: SpecSource,
): { variables: MatrixSetting[]; problems: PlacedIssue[] } {
  const variables: MatrixSetting[] = [];
  const problems: PlacedIssue[] = [];
  for (const setting of matrix) {
    const label = `--matrix ${maskedSetting(setting, 60)}`;
    const refuse = (problem: SpecProblem) =>
      problems.push({ ...toIssue(problem), override: label, offset: text.length });
    const read = parseMatrixSetting(setting);
    if (!("values" in read)) refuse(read);
    else if (variables.some(({ name }) => name === read.name)) {
      refuse(problemAt(["matrix"], "given_twice", { name: excerpt(read.name, 60) }));
    } else variables.push({ ...read, label });
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

/** Finds what is legal and unwise in a spec, be it a job or a sweep. */
export function findWarnings(read: ReadSpec | ReadSweep, context: WarningContext): SpecWarning[] {
  return "plan" in read ? findSweepWarnings(read, context) : findSpecWarnings(read, context);
}

/**
 * Finds what is legal and unwise in the runs of a sweep; a warning that several runs have is given once.
 * @param context where it runs.
 */
export function findSweepWarnings(
  { plan, bareDurations: ofRuns, ...read }: ReadSweep,
  context: WarningContext = {},
): SpecWarning[] {
  const found = new Map<string, SpecWarning>();
  for (const [index, { spec }] of plan.runs.entries()) {
    const bareDurations = ofRuns[index];
    for (const warning of findSpecWarnings({ spec, ...read, bareDurations }, context)) {
      found.set(JSON.stringify(warning), warning);
    }
  }
  return inLines([...found.values()]);
}
