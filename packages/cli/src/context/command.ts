import type { Io } from "../terminal/io.ts";
import type { Options } from "./options.ts";

/** What a command gets. */
export interface CommandInput {
  /** Positional arguments after the command's name. */
  readonly args: readonly string[];
  readonly options: Options;
  /** Everything after `--`. */
  readonly rest: readonly string[];
  readonly io: Io;
}

/** Runs a command and gives the exit code. Throws what ends as an error message. */
export type Run = (input: CommandInput) => Promise<number>;

/** When a flag means something; a command line where it would do nothing is refused. */
export interface FlagTerms {
  /** One of these flags, or of these arguments such as `[file]`, has to stand beside it. */
  readonly needs?: readonly string[];
  /** None of these flags or arguments may stand beside it. */
  readonly conflicts?: readonly string[];
  /** The kinds of call that know it: an action of `sweep`, or a `job` or `sweep` that is submitted. */
  readonly kinds?: readonly string[];
  /** A kind of call where it needs nothing beside it. */
  readonly freeFor?: string;
}

/** A flag in cac's form, what it does in English and in Chinese, and when it means something. */
export type FlagDefinition = readonly [flag: string, en: string, zh: string, terms?: FlagTerms];

/** A command as the table lists it; its code is loaded when it is called. */
export interface CommandDefinition {
  /** Name and arguments, in cac's form. */
  readonly usage: string;
  readonly summary: { readonly en: string; readonly zh: string };
  readonly options: readonly FlagDefinition[];
  /** What the first argument may be, for a command whose flags depend on it. */
  readonly actions?: readonly string[];
  /** Two real command lines. */
  readonly examples: readonly string[];
  /** Whether `-- command…` means something to it. */
  readonly takesRest?: boolean;
  readonly load: () => Promise<Run>;
}

/** The name of a command. */
export function nameOf({ usage }: Pick<CommandDefinition, "usage">): string {
  return usage.split(" ", 1)[0] ?? "";
}
