import { parseDuration, visibleText } from "@qizhi/core/internal";
import { inputError } from "../errors/cli-error.ts";

/** When a flag means something; a command line where it would do nothing is refused. */
export interface FlagTerms {
  /** The flag requires one of these flags, or of these arguments such as `[file]`. */
  readonly needs?: readonly string[];
  /** The flag excludes these flags and arguments. */
  readonly conflicts?: readonly string[];
  /** The kinds of call that have the flag: an action of `sweep`, or a `job` or `sweep` that is submitted. */
  readonly kinds?: readonly string[];
  /** A kind of call in which `needs` does not hold. */
  readonly freeFor?: string;
  /** The flag that has taken its place and gets its value: it still works, is in no help, and says so. */
  readonly replacedBy?: string;
  /** Whether most commands have it, so that only the help of the program shows it. */
  readonly isCommon?: boolean;
  /** The values of the flag, for the completion. */
  readonly choices?: readonly string[];
}

/** A flag in cac's form, what it does in English and in Chinese, and when it means something. */
export type FlagDefinition = readonly [flag: string, en: string, zh: string, terms?: FlagTerms];

/** The same flags where they mean something under these terms only. */
export function under(terms: FlagTerms, flags: readonly FlagDefinition[]): FlagDefinition[] {
  return flags.map(([flag, en, zh, own]) => {
    const conflicts = [...(own?.conflicts ?? []), ...(terms.conflicts ?? [])];
    return [flag, en, zh, { ...own, ...terms, ...(conflicts.length > 0 && { conflicts }) }];
  });
}

/** cac casts numbers (`--name 007` gives 7). This before each value keeps it text. */
export const mark = "\u{E000}";

/** Takes the mark off again. */
export function unmark<Value>(value: Value): Value | string {
  return typeof value === "string" && value.startsWith(mark) ? value.slice(mark.length) : value;
}

/** The options of a command line; every value is the text as typed. */
export class Options {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #flags: readonly FlagDefinition[];
  readonly #args: readonly string[];

  /**
   * @param flags the command's flags with their terms, for {@link checkTerms}.
   * @param args the given arguments, as the command's usage names them: `[file]`.
   */
  constructor(
    values: Readonly<Record<string, unknown>>,
    flags: readonly FlagDefinition[] = [],
    args: readonly string[] = [],
  ) {
    this.#values = values;
    this.#flags = flags;
    this.#args = args;
  }

  /**
   * Refuses flags that would do nothing on this command line.
   * @param kind the kind of the call, once it is known; see `FlagTerms`.
   * @param command the command whose action the kind is.
   * @throws {InputError} a flag lacks another one, stands beside one that it does not go with, or belongs
   * to calls of another kind.
   */
  checkTerms(kind?: string, command = ""): void {
    const given = new Set([...Object.keys(this.#values).map(toFlag), ...this.#args]);
    for (const [form, , , terms] of this.#flags) {
      const flag = longForm(form);
      if (terms === undefined || !given.has(flag)) continue;
      const { needs, conflicts = [], kinds, freeFor } = terms;
      if (kind !== undefined && kinds?.includes(kind) === false) {
        throw inputError(["flagOfKind", flag, kinds, kind, command]);
      }
      const conflict = conflicts.find((other) => given.has(other));
      if (conflict !== undefined) {
        throw inputError(["flagConflicts", flag, conflict.replace(/^\[\.{3}(.+)\]$/, "<$1>")]);
      }
      const isFree = freeFor !== undefined && (kind === undefined || kind === freeFor);
      if (needs === undefined || isFree || needs.some((other) => given.has(other))) continue;
      throw inputError(["flagNeeds", flag, needs]);
    }
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  /** The value of an option that is given once. @throws {InputError} it is given twice, or is empty. */
  text(name: string): string | undefined {
    const value = this.#values[name];
    if (Array.isArray(value)) throw inputError(["givenTwice", toFlag(name), value.length]);
    return this.list(name)[0];
  }

  /** The values of an option that may be repeated. */
  list(name: string): string[] {
    const value = this.#values[name];
    if (value === undefined) return [];
    return (Array.isArray(value) ? value : [value]).map((entry) => {
      if (typeof entry === "string" && entry !== "") return entry;
      throw inputError(["needsValue", toFlag(name)]);
    });
  }

  /** A duration in ms. @throws {InputError} it has no unit. */
  duration(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const ms = parseDuration(text);
    if (ms !== undefined) return ms;
    throw inputError(["notADuration", toFlag(name), visibleText(text)], "durationForm");
  }

  /** A whole number of at least `least`. @throws {InputError} it is not one. */
  integer(name: string, least: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && Number.isSafeInteger(value)) return value;
    throw inputError(["notAnInteger", toFlag(name), visibleText(text), least]);
  }
}

/** The long form of a flag in cac's form: `--help` of `-h, --help`. */
export function longForm(flag: string): string {
  return /--[\w-]+/.exec(flag)?.[0] ?? flag;
}

/** The option's name of a flag in cac's form: `--queue-timeout <duration>` is `queueTimeout`. */
export function toName(form: string): string {
  return longForm(form)
    .slice(2)
    .replace(/-([a-z])/g, (_dash, letter: string) => letter.toUpperCase());
}

/** The flag of an option's name: `queueTimeout` is `--queue-timeout`. */
export function toFlag(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
