import { excerpt } from "@qizhi/core/internal";
import type { Words } from "../errors/cli-error.ts";

/** What a known flag stands for. */
export interface FlagForm {
  /** The name of its option, such as `queueTimeout`. */
  readonly name: string;
  /** Whether a value follows. */
  readonly takesValue: boolean;
}

/** A command line by its parts. */
export interface ReadArgv {
  /** The words that are neither flags nor their values; the first names the command. */
  readonly words: readonly string[];
  /** The options by name: `true`, a value as typed, or the values of a flag that is given several times. */
  readonly values: Record<string, unknown>;
  /** Everything after `--`. */
  readonly rest: readonly string[];
  /** The first option that no command has. */
  readonly unknown: string | undefined;
  /** A flag that lacks its value, or has one that it does not take. */
  readonly problem: Words | undefined;
}

/**
 * Reads a command line. A value that begins with a dash needs `--name=--x`.
 * @param flags known flags, such as `--name` and `-h`.
 */
export function readArgv(argv: readonly string[], flags: ReadonlyMap<string, FlagForm>): ReadArgv {
  const end = argv.indexOf("--");
  const line = (end === -1 ? argv : argv.slice(0, end)).map(toWellFormed);
  const rest = end === -1 ? [] : argv.slice(end + 1);
  const [words, values]: [string[], Record<string, unknown>] = [[], {}];
  let unknown: string | undefined;
  let problem: Words | undefined;
  const add = (name: string, value: string) => {
    values[name] = values[name] === undefined ? value : [values[name], value].flat();
  };
  for (let at = 0; at < line.length; at++) {
    const word = line[at]!;
    const next = line[at + 1];
    const [typed, value] = cutAtEquals(word);
    const form = flags.get(typed);
    if (!isFlag(word)) words.push(word);
    else if (form === undefined) unknown ??= word;
    else if (!form.takesValue && value !== undefined) problem ??= ["takesNoValue", typed];
    else if (!form.takesValue) values[form.name] = true;
    else if (value !== undefined) add(form.name, value);
    else if (next === undefined || isFlag(next)) problem ??= toMissingValue(typed, next);
    else {
      add(form.name, next);
      at += 1;
    }
  }
  return { words, values, rest, unknown, problem };
}

// A lone dash means stdin.
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
