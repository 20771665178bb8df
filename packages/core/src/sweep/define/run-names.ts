import type { Parameters } from "./matrix.ts";

const longestValue = 24;
const longestTail = 80;

/**
 * Names for the runs of a sweep, each different from the others. Names that are different already, because
 * the spec's name holds the variables, stay; else the values that differ are put behind them, such as
 * `demo-lr-1e-3-seed-2`, in letters, digits, `.`, `_` and `-` (wire 4).
 */
export function nameRuns(
  runs: readonly { readonly name: string; readonly parameters: Parameters }[],
  namedInSpec: ReadonlySet<string>,
): string[] {
  const names = runs.map(({ name }) => name);
  if (new Set(names).size === names.length) return names;
  const distinct = Object.keys(runs[0]?.parameters ?? {}).filter(
    (name) =>
      !namedInSpec.has(name) && new Set(runs.map(({ parameters }) => parameters[name])).size > 1,
  );
  const tails = runs.map(({ parameters }) =>
    distinct.map((name) => `-${name}-${toPlain(parameters[name] ?? "")}`).join(""),
  );
  const withTails = names.map((name, index) => {
    const tail = tails[index]!;
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
