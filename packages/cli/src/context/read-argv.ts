import { excerpt } from "@qizhi/core/internal";
import type { Words } from "../errors/cli-error.ts";
import { mark } from "./options.ts";

/** A known flag as cac sees it. */
export interface FlagForm {
  /** cac's own name of it: cac reads a value in `--dry-run x`, but not in `--dryRun x`. */
  readonly name: string;
  /** Whether a value follows. */
  readonly takesValue: boolean;
}

/** A command line before cac reads it. */
export interface ReadArgv {
  /** The same line in the one order and form that cac reads as typed. */
  readonly argv: string[];
  /** The first option that no command has. */
  readonly unknown: string | undefined;
  /** A flag that lacks its value, or has one that it does not take. */
  readonly problem: Words | undefined;
}

/**
 * Rewrites a command line so that cac reads it as typed: arguments first, where cac does not turn them into
 * numbers, then known flags under cac's own names with marked values, once each where they take none. A
 * value that begins with a dash needs `--name=--x`.
 * @param flags known flags, such as `--name` and `-h`.
 */
export function readArgv(words: readonly string[], flags: ReadonlyMap<string, FlagForm>): ReadArgv {
  const end = words.indexOf("--");
  const line = end === -1 ? words : words.slice(0, end);
  const [args, given, unknown]: [string[], string[], string[]] = [[], [], []];
  let problem: Words | undefined;
  for (let at = 0; at < line.length; at++) {
    const word = toWellFormed(line[at]!);
    if (!isFlag(word)) {
      // cac drops a lone dash, which means stdin.
      args.push(/^[-\u{E000}]/u.test(word) ? mark + word : word);
      continue;
    }
    const [typed, value] = cutAtEquals(word);
    const form = flags.get(typed);
    const next = line[at + 1];
    if (form === undefined) unknown.push(word);
    else if (!form.takesValue && value !== undefined) problem ??= ["takesNoValue", typed];
    else if (!form.takesValue && !given.includes(form.name)) given.push(form.name);
    else if (form.takesValue && value !== undefined) given.push(`${form.name}=${mark}${value}`);
    else if (form.takesValue && next !== undefined && !isFlag(next)) {
      given.push(`${form.name}=${mark}${toWellFormed(next)}`);
      at += 1;
    } else if (form.takesValue) problem ??= toMissingValue(typed, next);
  }
  const rest = end === -1 ? [] : words.slice(end);
  return { argv: [...args, ...given, ...rest], unknown: unknown[0], problem };
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
