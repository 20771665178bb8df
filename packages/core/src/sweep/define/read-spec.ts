import { readSpecText } from "../../spec/prepare.ts";
import { checkJob, type ReadSpec } from "../../spec/read.ts";
import type { SpecSource, SpecText } from "../../spec/text/place.ts";
import { checkSweep, type ReadSweep, type ReadSweepOptions } from "./read-sweep.ts";
import { findTemplates } from "../../spec/matrix-places.ts";
import type { SpecWarning } from "../../spec/spec-warning.ts";
import { findSpecWarnings, inLines, type WarningContext } from "../../spec/warnings.ts";
import { valueAt } from "../../text/json-value.ts";

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
