import { excerpt } from "@qizhi/core/internal";
import type { Words } from "../errors/cli-error.ts";
import { type FlagDefinition, toName } from "./options.ts";

/** A known flag. */
interface FlagForm {
  /** The option's name, such as `queueTimeout`. */
  readonly name: string;
  /** Whether a value follows. */
  readonly takesValue: boolean;
}

/** The flags of some definitions by all their spellings, such as `--name` and `-n`; of equal ones the last counts. */
export function formsOf(flags: readonly FlagDefinition[]): Map<string, FlagForm> {
  return new Map(
    flags.flatMap(([form]) => {
      const known = { name: toName(form), takesValue: form.includes("<") };
      return (form.match(/(?<!\S)--?[\w-]+/g) ?? []).map((flag) => [flag, known] as const);
    }),
  );
}

/** A command line by its parts. */
export interface ReadArgv {
  readonly args: readonly string[];
  /** The given options by their names: `true`, a value as typed, or several. */
  readonly values: Record<string, true | string | string[]>;
  /** What stands after `--`; `undefined` without one. */
  readonly rest: readonly string[] | undefined;
  /** The first option that is not known. */
  readonly unknown: string | undefined;
  /** A flag that lacks its value, or has one that it does not take. */
  readonly problem: Words | undefined;
}

/** Parts a command line. A value that begins with a dash needs `--name=--x`. */
export function readArgv(words: readonly string[], flags: ReadonlyMap<string, FlagForm>): ReadArgv {
  const end = words.indexOf("--");
  const line = end === -1 ? words : words.slice(0, end);
  const [args, unknown]: [string[], string[]] = [[], []];
  const values: ReadArgv["values"] = {};
  let problem: Words | undefined;
  for (let at = 0; at < line.length; at++) {
    const word = toWellFormed(line[at]!);
    if (!isFlag(word)) {
      args.push(word);
      continue;
    }
    const [typed, value] = cutAtEquals(word);
    const form = flags.get(typed);
    const next = line[at + 1];
    if (form === undefined) unknown.push(word);
    else if (!form.takesValue && value !== undefined) problem ??= ["takesNoValue", typed];
    else if (!form.takesValue) values[form.name] = true;
    else if (value !== undefined) addValue(values, form.name, value);
    else if (next !== undefined && !isFlag(next)) {
      addValue(values, form.name, toWellFormed(next));
      at += 1;
    } else problem ??= toMissingValue(typed, next);
  }
  const rest = end === -1 ? undefined : words.slice(end + 1);
  return { args, values, rest, unknown: unknown[0], problem };
}

function addValue(values: ReadArgv["values"], name: string, value: string): void {
  const before = values[name];
  values[name] = before === undefined || before === true ? value : [before, value].flat();
}

function isFlag(word: string): boolean {
  return word.startsWith("-") && word !== "-";
}

function cutAtEquals(word: string): [flag: string, value: string | undefined] {
  const cut = word.indexOf("=");
  return cut === -1 ? [word, undefined] : [word.slice(0, cut), word.slice(cut + 1)];
}

function toMissingValue(flag: string, next: string | undefined): Words {
  if (next === undefined) return ["needsValue", flag];
  const meant = excerpt(next, 60);
  return ["needsValueNotFlag", flag, meant];
}

// Half of a surrogate pair can be neither in a file name nor in a URL.
function toWellFormed(word: string): string {
  return word.replaceAll(/\p{Surrogate}/gu, "\u{FFFD}");
}
