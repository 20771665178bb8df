import { problemAt, type SpecProblem } from "../../spec/explain.ts";
import { createRandom } from "../../text/random.ts";
import { type Matrix, type Parameters } from "./matrix.ts";

/** The most runs of a sweep. */
const mostRuns = 10_000;
// The most combinations of a grid that a sample is taken from.
const mostCombinations = 1_000_000;

/**
 * The runs of a matrix, in the order of its lists (the last one changes fastest), included ones last.
 * A sample keeps that order, too.
 */
export function expandMatrix(matrix: Matrix): { runs: Parameters[]; problems: SpecProblem[] } {
  const { variables, include, exclude, sample } = matrix;
  // A matrix of included runs alone has no grid.
  const hasGrid = variables.some(({ values }) => values.length > 0);
  const total = hasGrid ? variables.reduce((product, { values }) => product * values.length, 1) : 0;
  const most = sample ? mostCombinations : mostRuns;
  if (total > most) {
    return {
      runs: [],
      problems: [problemAt(["matrix"], "matrix_too_many", { runs: total, most })],
    };
  }
  const grid = Array.from({ length: total }, (_, index) => toCombination(matrix, index));
  const kept = grid.filter((each) => !exclude.some((entry) => isWithin(entry, each)));
  const problems = exclude.flatMap((entry, index) => {
    const isUsed = grid.some((each) => isWithin(entry, each));
    return isUsed ? [] : problemAt(["matrix", "exclude", index], "matrix_excludes_nothing");
  });
  if (sample && sample.runs > kept.length) {
    const combinations = kept.length;
    problems.push(problemAt(["matrix", "sample"], "matrix_sample_too_many", { combinations }));
  }
  const chosen = sample ? takeSample(kept, sample.runs, sample.seed) : kept;
  const runs = [...chosen, ...include];
  if (runs.length === 0 && problems.length === 0) {
    problems.push(problemAt(["matrix"], "matrix_no_run"));
  }
  if (runs.length > mostRuns) {
    const { length } = runs;
    problems.push(problemAt(["matrix"], "matrix_too_many", { runs: length, most: mostRuns }));
  } else problems.push(...findTwice(matrix, chosen));
  return { runs, problems };
}

/** Included runs that are the same as another: each would be a second job. */
function findTwice({ variables, include }: Matrix, chosen: readonly Parameters[]): SpecProblem[] {
  const toKey = (run: Parameters) => JSON.stringify(variables.map(({ name }) => run[name]));
  const seen = new Set(chosen.map(toKey));
  return include.flatMap((run, index) => {
    const isNew = seen.size < seen.add(toKey(run)).size;
    return isNew ? [] : problemAt(["matrix", "include", index], "matrix_run_twice");
  });
}

function toCombination({ variables }: Matrix, index: number): Parameters {
  const chosen: [string, string][] = [];
  let rest = index;
  for (const { name, values } of variables.toReversed()) {
    chosen.push([name, values[rest % values.length]!]);
    rest = Math.floor(rest / values.length);
  }
  return Object.fromEntries(chosen.toReversed());
}

function isWithin(entry: Parameters, combination: Parameters): boolean {
  const names = Object.entries(entry);
  return names.length > 0 && names.every(([name, value]) => combination[name] === value);
}

/** A random choice of entries, the same for the same seed, in their order. */
function takeSample<Entry>(entries: readonly Entry[], count: number, seed: number): Entry[] {
  const random = createRandom(seed);
  const order = entries.map((_, index) => index);
  const end = Math.min(count, order.length);
  for (let at = 0; at < end; at++) {
    const other = at + Math.floor(random() * (order.length - at));
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  return order
    .slice(0, end)
    .toSorted((a, b) => a - b)
    .map((index) => entries[index]!);
}
