import { type FlagDefinition, longForm } from "../context/options.ts";
import { type CommandDefinition, commandFlags, globalFlags, nameOf } from "../context/command.ts";
import { statusWords } from "../history/filters.ts";
import { outputFormats } from "../terminal/output.ts";
import { shells } from "../commands/tools/completion.ts";

/** A word that could stand at the cursor. */
export interface Candidate {
  readonly value: string;
  readonly about?: string;
}

/** All that could stand at the cursor. */
export interface Candidates {
  readonly candidates: readonly Candidate[];
  /** The shell offers files too. */
  readonly files: boolean;
  /** The shell puts no space after the word. */
  readonly open: boolean;
}

/** A job or a sweep. */
export interface Named {
  readonly id: string;
  readonly name: string;
  readonly about: string;
}

/** What completion reads. */
export interface Surroundings {
  readonly commands: readonly CommandDefinition[];
  /** Chooses the user's language. */
  readonly pick: (en: string, zh: string) => string;
  /** The jobs and the sweeps of the history, oldest first. */
  readonly jobs: () => readonly Named[];
  readonly sweeps: () => readonly Named[];
  /** What `@last` is: the ids of its sweep and of its job. */
  readonly last: () => readonly (string | undefined)[];
  readonly accounts: () => readonly string[];
  /** Names of the profiles in the defaults. */
  readonly profiles: readonly string[];
  /** Paths of a spec's fields. */
  readonly fields: () => readonly string[];
}

const nothing: Candidates = { candidates: [], files: false, open: false };
const files: Candidates = { ...nothing, files: true };

/** Finds what the last word could become. @param words the words after the program's name. */
export function findCandidates(words: readonly string[], around: Surroundings): Candidates {
  const current = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const everyFlag = [...around.commands.flatMap(commandFlags), ...globalFlags];
  const name = before.find((word, at) => isArgument(word, before[at - 1], everyFlag));
  const command = around.commands.find((each) => nameOf(each) === name);
  const own = command === undefined ? [] : commandFlags(command);
  const flags = [...own, ...globalFlags].filter(([, , , terms]) => !terms?.replacedBy);
  if (before.includes("--")) return files;
  const cut = current.indexOf("=");
  if (current.startsWith("--") && cut > 0) {
    const flag = current.slice(0, cut);
    const found = takesValue(flag, flags) ? valuesOf(flag, flags, around) : nothing;
    const candidates = found.candidates.map((each) => ({
      ...each,
      value: `${flag}=${each.value}`,
    }));
    return startingWith(current, { ...found, candidates });
  }
  const last = before.at(-1) ?? "";
  if (takesValue(last, flags)) return startingWith(current, valuesOf(last, flags, around));
  if (current.startsWith("-")) {
    const given = new Set(before.map((word) => definitionOf(word, flags)));
    const open = flags.filter((flag) => flag[1].includes("repeatable") || !given.has(flag));
    const candidates = open.map(([form, en, zh]) => {
      return { value: longForm(form), about: around.pick(en, zh) };
    });
    return startingWith(current, { ...nothing, candidates });
  }
  if (command === undefined) {
    if (name !== undefined) return nothing;
    const shown = around.commands.filter(({ isEarlier }) => !isEarlier);
    const candidates = shown.map((each) => {
      const { en, zh } = each.summary;
      return { value: nameOf(each), about: around.pick(en, zh) };
    });
    return startingWith(current, { ...nothing, candidates });
  }
  return startingWith(current, argumentsOf(command, positionOf(before, flags), before, around));
}

/** The flag that a word names, as `--output` or `-o`. */
function definitionOf(word: string, flags: readonly FlagDefinition[]): FlagDefinition | undefined {
  return flags.find(([form]) => form.split(/[ ,]+/).includes(word));
}

function takesValue(word: string, flags: readonly FlagDefinition[]): boolean {
  return definitionOf(word, flags)?.[0].includes("<") ?? false;
}

/** Whether a word is neither a flag nor the value of the one before it. */
function isArgument(
  word: string,
  last: string | undefined,
  flags: readonly FlagDefinition[],
): boolean {
  return !word.startsWith("-") && !takesValue(last ?? "", flags);
}

function valuesOf(
  word: string,
  flags: readonly FlagDefinition[],
  around: Surroundings,
): Candidates {
  const of = (values: readonly string[]) => {
    return { ...nothing, candidates: values.map((value) => ({ value })) };
  };
  const [form = "", , , terms] = definitionOf(word, flags) ?? [];
  switch (longForm(form)) {
    case "--output":
      return of(outputFormats);
    case "--status":
      return of(statusWords);
    case "--account":
      return of(around.accounts());
    case "--set":
      return { ...of(around.fields().map((field) => `${field}=`)), open: true };
    case "--profile":
      return of(around.profiles.filter((name) => plainName.test(name)));
    default:
      return /<(?:file|folder|spec)>/.test(form) ? files : of(terms?.choices ?? []);
  }
}

/** Which argument the cursor is at, from 0. */
function positionOf(before: readonly string[], flags: readonly FlagDefinition[]): number {
  return before.filter((word, at) => isArgument(word, before[at - 1], flags)).length - 1;
}

function argumentsOf(
  { usage, actions = [] }: CommandDefinition,
  position: number,
  before: readonly string[],
  around: Surroundings,
): Candidates {
  const wanted = usage.split(" ").slice(1);
  const argument = wanted[position] ?? wanted.find((each) => each.startsWith("[..."));
  if (argument === undefined) return nothing;
  const of = (candidates: readonly Candidate[]) => ({
    ...nothing,
    candidates: candidates.filter(({ value }) => !before.includes(value)),
  });
  if (/action/.test(argument)) return of(actions.map((value) => ({ value })));
  // Commands that take several jobs take sweeps too.
  const named = (all: readonly Named[]) => of(namedCandidates(all, around.last()));
  if (/jobs/.test(argument)) return named([...around.sweeps(), ...around.jobs()]);
  if (/job|other/.test(argument)) return named(around.jobs());
  if (/sweep/.test(argument)) return named(around.sweeps());
  if (/shell/.test(argument)) return { ...nothing, candidates: shells.map((value) => ({ value })) };
  return /spec|file/.test(argument) ? files : nothing;
}

// A name that a shell would split or expand is not offered; such a job has its id.
const plainName = /^[\p{L}\p{N}_][\p{L}\p{N}_.+-]*$/u;

/** `@last`, names that one thing has, and ids, the newest first. */
function namedCandidates(
  all: readonly Named[],
  lastIds: readonly (string | undefined)[],
): Candidate[] {
  const known = all.toReversed();
  if (known.length === 0) return [];
  const last = all.find(({ id }) => lastIds.includes(id));
  const count = new Map<string, number>();
  for (const { name } of known) count.set(name, (count.get(name) ?? 0) + 1);
  const named = known.flatMap(({ name, about }) => {
    return count.get(name) === 1 && plainName.test(name) ? [{ value: name, about }] : [];
  });
  const ids = known.map(({ id, about }) => ({ value: id, about }));
  const candidates = [{ value: "@last", ...(last && { about: last.about }) }, ...named, ...ids];
  return candidates.filter(({ value }) => /^[\p{L}\p{N}_.@+-]+$/u.test(value));
}

function startingWith(current: string, found: Candidates): Candidates {
  return {
    ...found,
    candidates: found.candidates.filter(({ value }) => value.startsWith(current)),
  };
}
