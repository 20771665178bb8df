import { parseDuration, visibleText } from "@qizhi/core";
import { inputError } from "./cli-error.ts";

// cac casts numbers (`--name 007` gives 7). A mark before each value keeps it text.
const mark = "\u{E000}";

/** What a known flag is to cac. */
export interface FlagForm {
  /** cac's own name of it; cac takes `--dry-run x` for a value, but not `--dryRun x`. */
  readonly name: string;
  /** Whether a value follows. */
  readonly takesValue: boolean;
}

/**
 * Rewrites a command line so that cac reads it as typed: known flags under cac's own names, values
 * marked so that they stay text, also where they look like a number or a flag.
 * @param flags known flags, such as `--name`.
 */
export function prepareArgv(
  argv: readonly string[],
  flags: ReadonlyMap<string, FlagForm>,
): string[] {
  const prepared: string[] = [];
  let isValue = false;
  for (const [at, word] of argv.entries()) {
    if (isValue) {
      prepared.push(mark + word);
      isValue = false;
      continue;
    }
    if (word === "--") return [...prepared, ...argv.slice(at)];
    if (!word.startsWith("-")) {
      prepared.push(word);
      continue;
    }
    const cut = word.indexOf("=");
    const form = flags.get(cut === -1 ? word : word.slice(0, cut));
    // cac drops a lone dash, which means stdin.
    if (form === undefined) prepared.push(word === "-" ? mark + word : word);
    else if (cut === -1) prepared.push(form.name);
    else prepared.push(`${form.name}=${mark}${word.slice(cut + 1)}`);
    isValue = form !== undefined && form.takesValue && cut === -1;
  }
  return prepared;
}

/** Takes the mark off again. */
export function unmark<Value>(value: Value): Value | string {
  return typeof value === "string" && value.startsWith(mark) ? value.slice(mark.length) : value;
}

/** The options of a command line, every value the very text that was typed. */
export class Options {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  /** Whether a flag is given. */
  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  /** The value of an option that is given once. @throws {InputError} it is given twice, or is empty. */
  text(name: string): string | undefined {
    const value = this.#values[name];
    if (Array.isArray(value)) throw inputError((say) => say.givenTwice(toFlag(name), value.length));
    return this.list(name)[0];
  }

  /** The values of an option that may be repeated. */
  list(name: string): string[] {
    const value = this.#values[name];
    if (value === undefined) return [];
    return (Array.isArray(value) ? value : [value]).map((entry) => {
      if (typeof entry === "string" && entry !== "") return entry;
      throw inputError((say) => say.needsValue(toFlag(name)));
    });
  }

  /** A duration in ms. @throws {InputError} it has no unit. */
  duration(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const ms = parseDuration(text);
    if (ms !== undefined) return ms;
    throw inputError(
      (say) => say.notADuration(toFlag(name), visibleText(text)),
      (say) => say.durationForm,
    );
  }

  /** A whole number of at least `least`. @throws {InputError} it is not one. */
  integer(name: string, least: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && Number.isSafeInteger(value)) return value;
    throw inputError((say) => say.notAnInteger(toFlag(name), visibleText(text), least));
  }
}

/** The flag of an option's name: `queueTimeout` is `--queue-timeout`. */
export function toFlag(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
