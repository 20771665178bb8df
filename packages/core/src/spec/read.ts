import type { ClientKeys } from "../schemas/client-keys.ts";
import type { KnownId } from "../ids/known-ids.ts";
import type { JobSpec } from "../schemas/job-spec.ts";
import type { SpecError } from "../errors/errors.ts";
import { onePerPlace, type SpecProblem } from "./explain.ts";
import { findTemplates } from "./matrix-places.ts";
import { checkJobSpec } from "./parse.ts";
import type { Position, SpecPath, SpecSource, SpecText } from "./text/place.ts";
import {
  type PlacedIssue,
  type PreparedSpec,
  prepareSpec,
  type ReadSpecOptions,
  toSpecError,
  type ValueOrigin,
} from "./prepare.ts";
import { textOf, valueAt } from "../text/json-value.ts";

/** A job spec with where it came from. */
export interface ReadSpec {
  /** The checked spec. */
  spec: JobSpec;
  /** The keys of the file that are for this client. */
  client: ClientKeys;
  /** Name and text of the source. */
  source: SpecSource;
  /** The fields that hold a duration without a unit. */
  bareDurations?: ReadonlySet<string> | undefined;
  /** Finds where a field stands in the source; `undefined` for what an override put in. */
  locate(path: SpecPath): Position | undefined;
  /** Where each single value comes from, in the order of the spec. */
  origins?: (() => readonly ValueOrigin[]) | undefined;
  /** The texts of the defaults, which a place names as its `file`. */
  defaults?: readonly SpecSource[] | undefined;
  /** Gives the known ids of the platform. */
  ids?: (() => readonly KnownId[]) | undefined;
}

/** Checks a parsed text as a job spec. @throws {SpecError} with all problems and their places. */
export function checkJob(text: SpecText, options: ReadSpecOptions): ReadSpec {
  const prepared = prepareSpec(text, options);
  const { source, textProblems, overrideProblems, place, locate } = prepared;
  if (text.parsed.broken) throw refuse(prepared, textProblems);
  const checked = checkJobSpec(prepared.value, options);
  const ofMatrix = findMatrixPlaces(prepared.value);
  const ofFields = onePerPlace(
    checked.problems,
    ofMatrix.map(({ path }) => path),
  );
  const placed = [...ofMatrix, ...ofFields].map(place);
  const problems = [...textProblems, ...placed, ...overrideProblems];
  if (!checked.ok || problems.length > 0) throw refuse(prepared, problems, checked.more);
  const bareDurations = findBareDurations(prepared.value);
  const { spec, client } = checked;
  const { origins, defaults } = prepared;
  const { ids } = options;
  return { spec, client, source, locate, bareDurations, origins, defaults, ids };
}

/** Places for the values of a matrix, which one job has none of. Where there is one, the matrix itself is wrong. */
function findMatrixPlaces(value: unknown): SpecProblem[] {
  return valueAt(value, ["matrix"]) === undefined ? findTemplates(value, []).problems : [];
}

/** The error of a spec that cannot be sent. */
function refuse(prepared: PreparedSpec, problems: PlacedIssue[], more = 0): SpecError {
  const error = toSpecError(problems, more, prepared.source.name);
  keepBeside(error, prepared);
  return error;
}

const wrongSpecs = new WeakMap<SpecError, PreparedSpec>();

/** Keeps what warnings need beside the error of a spec. */
export function keepBeside(error: SpecError, prepared: PreparedSpec): void {
  // Of a text without a value, nothing is known.
  if (prepared.parsed.value !== undefined) wrongSpecs.set(error, prepared);
}

/** The readable fields of a spec with problems, to warn about them as well. */
export function readBeside(error: SpecError): ReadSpec | undefined {
  const prepared = wrongSpecs.get(error);
  if (prepared === undefined) return undefined;
  const { value, source, locate, defaults, parsed } = prepared;
  const spec = toSound(value);
  // A limit that is not there may be in the part that could not be had.
  if (parsed.broken) spec.max_running_time_ms ??= "";
  return { spec, client: {}, source, locate, defaults, bareDurations: findBareDurations(value) };
}

/** A stand-in for a spec with problems: the fields that warnings read, where they are valid. */
function toSound(value: unknown): JobSpec {
  const text = (held: unknown) => textOf(held) ?? "";
  const groups: unknown[] = Object.values(Object(valueAt(value, ["framework_config"])));
  const envs = Object.entries(Object(valueAt(value, ["envs"]))).map(([name, held]) => {
    const isEntry = typeof held === "object" && held !== null;
    return isEntry
      ? { name: text(valueAt(held, ["name"])), value: text(valueAt(held, ["value"])) }
      : { name, value: String(held) };
  });
  const priority = valueAt(value, ["task_priority"]);
  return {
    ...Object(value),
    command: text(valueAt(value, ["command"])),
    envs,
    task_priority: Number.isInteger(priority) && Number(priority) >= 1 ? priority : 10,
    framework_config: groups.flatMap((group) => {
      const image = text(valueAt(group, ["image"]));
      const specId = textOf(valueAt(group, ["spec_id"]));
      // A place for a value of a matrix names no registry yet.
      if (image === "" || image.startsWith("{{")) return [];
      return [{ ...Object(group), image, spec_id: specId }];
    }),
  };
}

/** The fields of a spec as written that hold a duration without a unit. */
export function findBareDurations(value: unknown): ReadonlySet<string> {
  const fields = Object.entries(Object(value));
  const isBare = ([name, held]: [string, unknown]) =>
    name.endsWith("_ms") && /^\s*\d+(?:\.\d+)?\s*$/.test(String(held));
  return new Set(fields.filter(isBare).map(([name]) => name));
}
