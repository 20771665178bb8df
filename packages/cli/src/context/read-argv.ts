import { excerpt } from "@qizhi/core/internal";
import type { Words } from "../errors/cli-error.ts";
import { toName } from "./options.ts";

/** A command line, read by the flags that it may have. */
export interface ReadArgv {
  /** The words that are neither flags nor their values. */
  readonly args: readonly string[];
  /** What the flags give, by the names of {@link toName}: `true`, a text as typed, or a list of several. */
  readonly values: Record<string, unknown>;
  /** Everything after `--`; nothing without it. */
  readonly rest: readonly string[] | undefined;
  /** The first option that no command has. */
  readonly unknown: string | undefined;
  /** A flag that lacks its value, or has one that it does not take. */
  readonly problem: Words | undefined;
}

/**
 * Reads a command line. A value that begins with a dash needs `--name=--x`.
 * @param flags the forms of known flags by each way to write them, such as `--name` and `-n`.
 */
export function readArgv(words: readonly string[], flags: ReadonlyMap<string, string>): ReadArgv {
  const end = words.indexOf("--");
  const line = end === -1 ? words : words.slice(0, end);
  const args: string[] = [];
  const values: ReadArgv["values"] = {};
  let unknown: string | undefined;
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
    if (form === undefined) unknown ??= word;
    else if (!form.includes("<")) {
      if (value === undefined) values[toName(form)] = true;
      else problem ??= ["takesNoValue", typed];
    } else if (value !== undefined) add(form, value);
    else if (next !== undefined && !isFlag(next)) {
      add(form, toWellFormed(next));
      at += 1;
    } else problem ??= toMissingValue(typed, next);
  }
  return { args, values, rest: end === -1 ? undefined : words.slice(end + 1), unknown, problem };

  function add(form: string, value: string): void {
    const name = toName(form);
    const before = values[name];
    values[name] = before === undefined ? value : [before, value].flat();
  }
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
  return ["needsValueNotFlag", flag, excerpt(next, 60)];
}

// Half of a surrogate pair can be neither in a file name nor in a URL.
function toWellFormed(word: string): string {
  return word.replaceAll(/\p{Surrogate}/gu, "\u{FFFD}");
}
