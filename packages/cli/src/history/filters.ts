import type { Phase } from "@qizhi/core";
import type { KnownJob } from "@qizhi/core/journal";
import { phases, visibleText } from "@qizhi/core/internal";
import type { Options } from "../context/options.ts";
import { inputError } from "../errors/cli-error.ts";
import { bornAt } from "./history.ts";
import { fitsGlob, isGlob, namesOf } from "./references.ts";

/** Which jobs of the history are meant, by the flags that choose a set: an age in epoch ms, a pattern for the name. */
export interface Filters {
  readonly phases: ReadonlySet<Phase> | undefined;
  readonly since: number | undefined;
  readonly name: string | undefined;
}

const allPhases = Object.keys(phases) as Phase[];
const choices: ReadonlyMap<string, readonly Phase[]> = new Map([
  ...allPhases.map((phase): [string, Phase[]] => [phase, [phase]]),
  ["active", allPhases.filter((phase) => !phases[phase].isOver)],
]);

/** The words for statuses, a set of them included. */
export const statusWords: readonly string[] = [...choices.keys()];

/** Reads the flags that choose a set. @throws {InputError} one of the statuses is none. */
export function readFilters(options: Options): Filters {
  const words = options
    .list("status")
    .flatMap((text) => text.split(",").map((word) => word.trim()));
  const chosen = words.flatMap((word) => {
    const found = choices.get(word);
    if (found !== undefined) return found;
    throw inputError(["notAChoice", "--status", visibleText(word), statusWords.join(", ")]);
  });
  const ageMs = options.duration("since");
  return {
    phases: words.length === 0 ? undefined : new Set(chosen),
    since: ageMs === undefined ? undefined : Date.now() - ageMs,
    name: options.text("name"),
  };
}

/** Whether a job fits the filters besides its status. */
export function fitsFilters(job: KnownJob, { since, name }: Partial<Filters>): boolean {
  if (since !== undefined && bornAt(job) < since) return false;
  return name === undefined || namesOf(job).some((each) => fitsGlob(each, name));
}

/** A name as `list` filters by it: a text without a pattern may stand anywhere in the name. */
export function toListPattern(name: string | undefined): string | undefined {
  return name === undefined || isGlob(name) ? name : `*${name}*`;
}
