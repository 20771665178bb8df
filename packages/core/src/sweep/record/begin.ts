import type { JobSpec } from "../../schemas/job-spec.ts";
import { parseJobSpec } from "../../spec/parse.ts";
import type { SweepPlan } from "../define/runs.ts";
import type { BeginRecord, SweepRecord, SweepSettings } from "./records.ts";

/** A plan as the record of the beginning has it: fields that all runs share are there once. */
export function fromPlan({ name, variables, runs }: SweepPlan) {
  const { common, own } = splitSpecs(runs.map(({ spec }) => spec));
  return {
    name,
    variables: [...variables],
    common,
    runs: runs.map(({ index, name: runName, parameters }, at) => {
      return { index, name: runName, parameters, own: own[at] ?? {} };
    }),
  };
}

/** The plan of a record. @throws {SpecError} a spec in it is damaged. */
export function toPlan(begin: BeginRecord): SweepPlan {
  return {
    name: begin.name,
    variables: begin.variables,
    runs: begin.runs.map(({ index, name, parameters, own }) => {
      const spec = parseJobSpec(
        { ...begin.common, ...own },
        { allowUnknown: true, allowMasked: true },
      );
      return { index, name, parameters, spec };
    }),
  };
}

/**
 * The settings of a sweep: those that it began with, and what replaces them.
 * @param replacing without it what the sweep was last resumed with.
 */
export function toSettings(
  { settings }: BeginRecord,
  records: readonly SweepRecord[],
  replacing?: SweepSettings,
): SweepSettings {
  const resumed = records.map((each) => (each.kind === "sweep:resume" ? each.settings : undefined));
  const last = replacing ?? resumed.findLast((each) => each !== undefined) ?? {};
  const given = Object.entries(last).filter(([, value]) => value !== undefined);
  return { ...settings, ...Object.fromEntries(given) };
}

/** The fields that all specs share, and for each spec the others. */
function splitSpecs(specs: readonly JobSpec[]): {
  common: Record<string, unknown>;
  own: Record<string, unknown>[];
} {
  const [first = {}] = specs;
  const shared = new Set(
    Object.entries(first).flatMap(([key, value]) => {
      const text = JSON.stringify(value);
      const isShared = specs.every((spec) => JSON.stringify(Reflect.get(spec, key)) === text);
      return isShared ? [key] : [];
    }),
  );
  const pick = (spec: object, isWanted: (key: string) => boolean) =>
    Object.fromEntries(Object.entries(spec).filter(([key]) => isWanted(key)));
  return {
    common: pick(first, (key) => shared.has(key)),
    own: specs.map((spec) => pick(spec, (key) => !shared.has(key))),
  };
}
