import type { FlagDefinition, Options } from "./options.ts";
import type { Io } from "../terminal/io.ts";

/** The input of a command. */
export interface CommandInput {
  /** Positional arguments after the command's name. */
  readonly args: readonly string[];
  readonly options: Options;
  /** Everything after `--`. */
  readonly rest: readonly string[];
  readonly io: Io;
}

/** Runs a command and gives the exit code. What it throws is printed as an error. */
export type Run = (input: CommandInput) => Promise<number>;

/** A command as the table lists it; its code is loaded when it is called. */
export interface CommandDefinition {
  /** Name and arguments: `<needed>`, `[optional]`, and `[...several]`, of which one is needed unless `isBare`. */
  readonly usage: string;
  readonly summary: { readonly en: string; readonly zh: string };
  readonly options: readonly FlagDefinition[];
  /** The values of the first argument, for a command whose flags depend on it. */
  readonly actions?: readonly string[];
  /** Whether it means something without an argument. */
  readonly isBare?: boolean;
  /** Whether it is an earlier form, which the completion does not offer. */
  readonly isEarlier?: boolean;
  /** Two real command lines. */
  readonly examples: readonly string[];
  /** Whether it takes `-- command…`. */
  readonly takesRest?: boolean;
  readonly load: () => Promise<Run>;
}

/** The arguments of a command as its usage names them: `[file]`. */
export function argumentsOf({ usage }: Pick<CommandDefinition, "usage">): string[] {
  return usage.split(" ").slice(1);
}

/** The name of a command. */
export function nameOf({ usage }: Pick<CommandDefinition, "usage">): string {
  return usage.split(" ", 1)[0] ?? "";
}
