import { isQizhiError } from "@qizhi/core";
import { excerpt, nearest, visibleText } from "@qizhi/core/internal";
import { type CAC, cac, type Command } from "cac";
import { inputError, OutputError, type Words } from "./errors/cli-error.ts";
import {
  commandFlags,
  type CommandDefinition,
  globalFlags,
  nameOf,
  versionFlag,
} from "./context/command.ts";
import { commands, synonyms } from "./commands/commands.ts";
import { exitCode, exitCodeOf, toErrorJson } from "./errors/exit-code.ts";
import { Interruption } from "./terminal/signals.ts";
import type { Io } from "./terminal/io.ts";
import { printError, printJson, printLines, printNote, printResult } from "./terminal/io.ts";
import type { Messages } from "./messages/en.ts";
import { longForm, Options, toFlag, toName, unmark } from "./context/options.ts";
import { guessOutputFormat, takeOutputFormat, withFormat } from "./terminal/output.ts";
import { type FlagForm, type ReadArgv, readArgv } from "./context/read-argv.ts";
import { version } from "./text/version.ts";

/**
 * Runs one command line.
 * @param argv the words after the program's name.
 * @returns the exit code.
 */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(argv, io);
  } catch (error) {
    if (error instanceof Interruption) return error.exitCode;
    return reportError(error, argv, io);
  }
}

/** Prints an error, as a document too where the command line asks for one. @returns its exit code. */
export async function reportError(
  thrown: unknown,
  argv: readonly string[],
  io: Io,
): Promise<number> {
  const isLost = thrown instanceof Error && "syscall" in thrown && thrown.syscall === "uv_cwd";
  const error = isLost ? inputError("folderGone", "goElsewhere") : thrown;
  printError(io, error);
  const format = guessOutputFormat(argv);
  if (format === "text" || !isQizhiError(error)) return exitCodeOf(error);
  const formatted = await withFormat(io, format);
  try {
    printJson(formatted, { error: toErrorJson(error) });
  } catch (failure) {
    if (!(failure instanceof OutputError)) throw failure;
    printError(io, failure);
  }
  // It says more than that the document could not be written.
  return exitCodeOf(error);
}

async function dispatch(argv: readonly string[], io: Io): Promise<number> {
  const { cli, byName } = createTable(argv);
  const read = readLine(argv, cli);
  cli.parse(["", "qizhi", ...read.argv], { run: false });
  const { matchedCommand: command, options } = cli;
  const args = cli.args.map(unmark);
  const { problem } = read;
  if (problem !== undefined) throw inputError(problem, ["seeHelp", command?.name]);
  if (options["version"]) {
    printResult(io, version);
    return exitCode.ok;
  }
  const isHelp = command === undefined && args[0] === "help";
  const name = command?.name ?? args[isHelp ? 1 : 0];
  const definition = byName.get(name ?? "");
  if (isHelp || options["help"]) {
    if (name !== undefined && definition === undefined) refuseWord(name, cli);
    const { toHelpText } = await import("./help.ts");
    printResult(io, toHelpText(definition, io.stdout, io));
    return exitCode.ok;
  }
  if (command === undefined || definition === undefined) {
    const word = args[0] ?? read.unknown;
    if (word !== undefined) refuseWord(word, cli);
    const { toHelpText } = await import("./help.ts");
    printLines(io, toHelpText(undefined, io.stderr, io));
    return exitCode.usage;
  }
  const { "--": rest = [], ...given } = options;
  const values: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(given)) {
    values[key] = Array.isArray(value) ? value.map(unmark) : unmark(value);
  }
  checkUsage({ cli, command, definition, args, flags: Object.keys(values), rest, ...read });
  takeEarlierNames(values, definition, io);
  const toOptions = () =>
    new Options(values, commandFlags(definition), toArguments(definition, args));
  checkFlags(
    toOptions(),
    command,
    definition.actions?.find((each) => each === args[0]),
  );
  const format = takeOutputFormat(values);
  const run = await definition.load();
  return run({ args, options: toOptions(), rest, io: await withFormat(io, format) });
}

function createTable(argv: readonly string[]): {
  cli: CAC;
  byName: Map<string, CommandDefinition>;
} {
  const cli = cac("qizhi");
  const byName = new Map<string, CommandDefinition>();
  // Only the named command: registering the flags of all takes longer than the rest of the parsing.
  const named = commands.filter((each) => nameOf(each) === argv[0]);
  for (const definition of named.length > 0 ? named : commands) {
    const command = cli.command(definition.usage, "");
    for (const [flag] of commandFlags(definition)) command.option(flag, "");
    byName.set(command.name, definition);
  }
  for (const [flag] of [...globalFlags, versionFlag]) cli.option(flag, "");
  return { cli, byName };
}

/** Reads a line by the flags of its command, also where that stands behind flags: a letter may mean another elsewhere. */
function readLine(argv: readonly string[], cli: CAC): ReadArgv {
  const read = readArgv(argv, knownFlags(cli));
  const own = cli.commands.find(({ name }) => name === read.argv[0]);
  if (own === undefined || cli.commands.length === 1) return read;
  return readArgv(argv, knownFlags(cli, own));
}

/** The flags of the table; those of one command win. */
function knownFlags(cli: CAC, own?: Command): ReadonlyMap<string, FlagForm> {
  const flags = new Map<string, FlagForm>();
  for (const { options } of [cli.globalCommand, ...cli.commands, ...(own ? [own] : [])]) {
    for (const { rawName, name } of options) {
      const takesValue = rawName.includes("<");
      for (const flag of rawName.match(/(?<!\S)--?[\w-]+/g) ?? []) {
        flags.set(flag, { name: `--${name}`, takesValue });
      }
    }
  }
  return flags;
}

function refuseWord(word: string, cli: CAC): never {
  const isFlag = word.startsWith("-");
  const typed = isFlag ? word.split("=", 1)[0]! : word;
  const near =
    synonyms.get(typed) ??
    nearest(
      typed.slice(0, 60),
      isFlag ? [...knownFlags(cli).keys()] : cli.commands.map(({ name }) => name),
    );
  const shown = excerpt(typed, 60);
  throw inputError(
    (say) => {
      const what = isFlag ? say.noOptionAlone(shown) : say.noCommand(shown);
      return what + (near ? say.didYouMean(near) : "");
    },
    ["seeHelp"],
  );
}

interface Usage {
  cli: CAC;
  command: Command;
  definition: CommandDefinition;
  /** The line as cac reads it. */
  argv: readonly string[];
  args: readonly string[];
  /** The given options, by cac's names. */
  flags: readonly string[];
  /** The first option that no command has. */
  unknown: string | undefined;
  rest: readonly string[];
}

/** Refuses unknown options and arguments, and missing ones. */
function checkUsage(usage: Usage): void {
  const { cli, command, definition, argv, args, flags, unknown, rest } = usage;
  const { name } = command;
  const refuse = (what: Words) => {
    throw inputError(what, ["seeHelp", name]);
  };
  const known = [...command.options, ...cli.globalCommand.options];
  const other = flags.find((flag) => known.every(({ names }) => !names.includes(flag)));
  const stranger = unknown ?? (other === undefined ? undefined : toFlag(other));
  if (stranger !== undefined) refuse((say) => describeUnknown(stranger, name, known, say));
  const [wanted] = command.args;
  // cac has no form for "one or more", so a variadic argument counts as needed.
  const isNeeded = wanted?.required || (wanted?.variadic && !definition.isBare);
  if (isNeeded && args.length === 0) refuse(["needsArgument", name, `<${wanted?.value}>`]);
  if (!wanted?.variadic && args.length > command.args.length) {
    refuse(["takesNotThat", name, visibleText(args.at(-1) ?? "")]);
  }
  if (rest.length > 0 && !definition.takesRest) refuse(["takesNothingAfterDashes", name]);
  // An unset variable of a shell leaves nothing there, and the spec's own command would run.
  if (definition.takesRest && rest.length === 0 && argv.at(-1) === "--")
    refuse(["needsValue", "--"]);
}

function describeUnknown(
  option: string,
  command: string,
  known: readonly { rawName: string }[],
  t: Messages,
): string {
  const [typed = ""] = option.split("=", 1);
  const flags = known.flatMap(({ rawName }) => rawName.match(/--[\w-]+/g) ?? []);
  const near = nearest(typed.slice(0, 60), flags);
  return t.noOption(command, excerpt(typed, 60)) + (near ? t.didYouMean(near) : "");
}

/** Gives flags of an earlier name their present one, and says so. */
function takeEarlierNames(values: Record<string, unknown>, { options }: CommandDefinition, io: Io) {
  for (const [form, , , { replacedBy } = {}] of options) {
    const old = toName(form);
    if (replacedBy === undefined || !Object.hasOwn(values, old)) continue;
    const { [old]: value, [toName(replacedBy)]: present = [] } = values;
    values[toName(replacedBy)] = value === true ? true : [present, value].flat();
    delete values[old];
    printNote(io, io.t.deprecated(longForm(form), replacedBy));
  }
}

/** The given arguments, as the command's usage names them. */
function toArguments({ usage }: CommandDefinition, args: readonly string[]): string[] {
  return usage.split(" ").slice(1, args.length + 1);
}

/** Refuses a duration without a unit, and flags that would do nothing. */
function checkFlags(options: Options, command: Command, action: string | undefined): void {
  for (const { name, rawName } of command.options) {
    if (rawName.includes("<duration>")) options.duration(name);
  }
  options.checkTerms(action, command.name);
}
