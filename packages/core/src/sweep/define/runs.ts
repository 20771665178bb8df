import type { ClientKeys } from "../../schemas/client-keys.ts";
import type { JobSpec } from "../../schemas/job-spec.ts";
import type { SpecProblem } from "../../spec/explain.ts";
import { checkJobSpec, mostProblems, type ParseSpecOptions } from "../../spec/parse.ts";
import { findTemplates, fillTemplates } from "../../spec/matrix-places.ts";
import { findBareDurations } from "../../spec/read.ts";
import { looksSecret } from "../../text/looks-secret.ts";
import { maskedValue } from "../../text/masked-text.ts";
import type { Parameters } from "./matrix.ts";
import { maskSpec } from "../../spec/mask-spec.ts";

/** One run of a sweep: a job that is to be created. */
export interface SweepRun {
  /** Its place in the sweep, from 1. */
  readonly index: number;
  /** Its name, which no other run of the sweep has. */
  readonly name: string;
  /** Its values of the matrix, as written. */
  readonly parameters: Parameters;
  /** The checked spec. */
  readonly spec: JobSpec;
}

/** What a sweep is to do. */
export interface SweepPlan {
  /** Name of the spec, as written. */
  readonly name: string;
  /** The variables, in the order of the matrix. */
  readonly variables: readonly string[];
  /** The runs, in the order in which they are created. */
  readonly runs: readonly SweepRun[];
}

/** A problem with the values of the first run that has it, unless all have it. */
type RunProblem = SpecProblem & { run: string | undefined };

interface CheckedRun {
  readonly spec: JobSpec;
  readonly client: ClientKeys;
  readonly parameters: Parameters;
  /** The fields that hold a duration without a unit, the values of the run included. */
  readonly bareDurations: ReadonlySet<string>;
}

/** Checks every run; a problem that all of them have is one of the spec. */
export function checkRuns(
  template: unknown,
  all: readonly Parameters[],
  options: ParseSpecOptions,
): { runs: CheckedRun[]; problems: RunProblem[]; more: number } {
  const found = new Map<string, { problem: SpecProblem; first: Parameters; count: number }>();
  let more = 0;
  const runs = all.flatMap((parameters) => {
    const filled = fillTemplates(template, parameters);
    const result = checkJobSpec(filled, options);
    if (result.ok) return [{ ...result, parameters, bareDurations: findBareDurations(filled) }];
    more = Math.max(more, result.more);
    for (const problem of result.problems) {
      const id = JSON.stringify([problem.path, problem.message]);
      const entry = found.get(id);
      if (entry) entry.count += 1;
      else found.set(id, { problem, first: parameters, count: 1 });
    }
    return [];
  });
  const problems = [...found.values()].slice(0, mostProblems).map(({ problem, first, count }) => {
    const run = count === all.length ? undefined : formatParameters(first);
    return { ...problem, run };
  });
  return { runs, problems, more: more + Math.max(0, found.size - mostProblems) };
}

/** The values of a run on one line: `lr=1e-3 seed=2`. */
function formatParameters(parameters: Parameters): string {
  const parts = Object.entries(parameters).map(
    ([name, value]) => `${name}=${maskedValue(name, value, 60)}`,
  );
  return parts.join(" ");
}

/** The plan of checked runs. @param name of the spec, as written. */
export function toPlan(
  name: unknown,
  variables: string[],
  checked: readonly CheckedRun[],
): SweepPlan {
  const named = checked.map(({ spec, parameters }) => ({ name: spec.name, parameters }));
  const unique = nameRuns(named, findTemplates(name, variables).used);
  const runs = checked.map(({ spec, parameters }, index) => {
    const runName = unique[index] ?? spec.name;
    return { index: index + 1, name: runName, parameters, spec: { ...spec, name: runName } };
  });
  const shown = typeof name === "string" ? name : (runs[0]?.spec.name ?? "");
  return { name: shown, variables, runs };
}

const longestValue = 24;
const longestTail = 80;

/**
 * Names for the runs of a sweep, each different from the others. Names that are different already, because
 * the spec's name holds the variables, stay; else the values that differ are put behind them, such as
 * `demo-lr-1e-3-seed-2`, in letters, digits, `.`, `_` and `-` (wire 4). A variable whose values look like secrets
 * is left out: everybody who sees the job reads its name.
 */
function nameRuns(
  runs: readonly { readonly name: string; readonly parameters: Parameters }[],
  namedInSpec: ReadonlySet<string>,
): string[] {
  const names = runs.map(({ name }) => name);
  if (new Set(names).size === names.length) return names;
  const distinct = Object.keys(runs[0]?.parameters ?? {}).filter((name) => {
    const values = new Set(runs.map(({ parameters }) => parameters[name] ?? ""));
    const isOpen = ![...values].some((value) => looksSecret(name, value));
    return !namedInSpec.has(name) && values.size > 1 && isOpen;
  });
  const withTails = runs.map(({ name, parameters }) => {
    const tail = distinct.map((each) => `-${each}-${toPlain(parameters[each] ?? "")}`).join("");
    return tail.length > longestTail ? name : name + tail;
  });
  return numberEqual(withTails);
}

function toPlain(value: string): string {
  const plain = value.replaceAll(/[^A-Za-z0-9._-]+/g, "_").slice(0, longestValue);
  return plain === "" ? "_" : plain;
}

/** Appends a number to each name that occurs more than once. */
function numberEqual(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const taken = new Set(names.filter((name) => counts.get(name) === 1));
  const width = String(names.length).length;
  return names.map((name, index) => {
    if (counts.get(name) === 1) return name;
    let number = index + 1;
    const toName = () => `${name}-${String(number).padStart(width, "0")}`;
    while (taken.has(toName())) number += names.length;
    taken.add(toName());
    return toName();
  });
}

/**
 * A copy of a run for a log: {@link maskSpec} of its spec, and `***` for each of its values that looks like a secret,
 * by its name in the matrix as well, wherever in the run it stands.
 * @returns the copy and how many values of the spec were masked.
 */
export function maskRun(run: SweepRun): { readonly shown: SweepRun; readonly masked: number } {
  const secrets = Object.entries(run.parameters)
    .flatMap(([name, value]) => (looksSecret(name, value) ? [value] : []))
    // One may be a part of another.
    .toSorted((a, b) => b.length - a.length);
  const hide = (text: string) => secrets.reduce((rest, each) => rest.replaceAll(each, "***"), text);
  const { shown: spec, masked } = maskSpec(run.spec, hide);
  const entries = Object.entries(run.parameters).map(([name, value]) => [name, hide(value)]);
  return {
    shown: { ...run, name: hide(run.name), parameters: Object.fromEntries(entries), spec },
    masked,
  };
}
