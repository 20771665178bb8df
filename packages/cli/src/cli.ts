import { isQizhiError } from "@qizhi/core";
import { excerpt, nearest, visibleText } from "@qizhi/core/internal";
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
import { type FlagDefinition, longForm, Options, toFlag, toName } from "./context/options.ts";
import { guessOutputFormat, takeOutputFormat, withFormat } from "./terminal/output.ts";
import { type ReadArgv, readArgv } from "./context/read-argv.ts";
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
async function reportError(thrown: unknown, argv: readonly string[], io: Io): Promise<number> {
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
  const read = readLine(argv);
  const { values, problem } = read;
  const command = findCommand(read.args[0]);
  const args = read.args.slice(command === undefined ? 0 : 1);
  if (problem !== undefined) throw inputError(problem, ["seeHelp", command && nameOf(command)]);
  if (values["version"]) {
    printResult(io, version);
    return exitCode.ok;
  }
  const isHelp = command === undefined && args[0] === "help";
  if (isHelp || values["help"]) {
    const word = args[isHelp ? 1 : 0];
    const about = command ?? findCommand(word);
    if (about === undefined && word !== undefined) refuseWord(word);
    const { toHelpText } = await import("./help.ts");
    printResult(io, toHelpText(about, io.stdout, io));
    return exitCode.ok;
  }
  if (command === undefined) {
    const word = args[0] ?? read.unknown;
    if (word !== undefined) refuseWord(word);
    const { toHelpText } = await import("./help.ts");
    printLines(io, toHelpText(undefined, io.stderr, io));
    return exitCode.usage;
  }
  checkUsage(command, args, read);
  takeEarlierNames(values, command, io);
  const names = command.usage.split(" ").slice(1, args.length + 1);
  const options = new Options(values, commandFlags(command), names);
  checkDurations(options, command);
  options.checkTerms(
    command.actions?.find((each) => each === args[0]),
    nameOf(command),
  );
  const format = takeOutputFormat(values);
  const run = await command.load();
  return run({ args, options, rest: read.rest ?? [], io: await withFormat(io, format) });
}

function findCommand(name: string | undefined): CommandDefinition | undefined {
  return commands.find((each) => nameOf(each) === name);
}

/** Reads a line by the flags of its command, also where that stands behind flags: a letter may mean another elsewhere. */
function readLine(argv: readonly string[]): ReadArgv {
  const first = findCommand(argv[0]);
  if (first !== undefined) return readArgv(argv, formsOf([first]));
  const read = readArgv(argv, formsOf(commands));
  const own = findCommand(read.args[0]);
  return own === undefined ? read : readArgv(argv, formsOf([...commands, own]));
}

const flagsOfAll: readonly FlagDefinition[] = [...globalFlags, versionFlag];

/** The forms of flags by each way to write them; those of later commands win. */
function formsOf(some: readonly CommandDefinition[]): ReadonlyMap<string, string> {
  const flags = [...flagsOfAll, ...some.flatMap(commandFlags)];
  return new Map(
    flags.flatMap(([form]) =>
      (form.match(/(?<!\S)--?[\w-]+/g) ?? []).map((way) => [way, form] as const),
    ),
  );
}

function refuseWord(word: string): never {
  const isFlag = word.startsWith("-");
  const typed = isFlag ? word.split("=", 1)[0]! : word;
  const known = isFlag ? [...formsOf(commands).keys()] : commands.map(nameOf);
  const near = synonyms.get(typed) ?? nearest(typed.slice(0, 60), known);
  const shown = excerpt(typed, 60);
  throw inputError(
    (say) => {
      const what = isFlag ? say.noOptionAlone(shown) : say.noCommand(shown);
      return what + (near ? say.didYouMean(near) : "");
    },
    ["seeHelp"],
  );
}

/** Refuses unknown options and arguments, and missing ones. */
function checkUsage(
  command: CommandDefinition,
  args: readonly string[],
  { values, unknown, rest }: ReadArgv,
): void {
  const [name = "", ...wanted] = command.usage.split(" ");
  const refuse = (what: Words) => {
    throw inputError(what, ["seeHelp", name]);
  };
  const flags = [...commandFlags(command), ...flagsOfAll].map(([form]) => longForm(form));
  const stranger =
    unknown ??
    Object.keys(values)
      .map(toFlag)
      .find((flag) => !flags.includes(flag));
  if (stranger !== undefined) refuse((say) => describeUnknown(stranger, name, flags, say));
  const [first = ""] = wanted;
  const isVariadic = first.startsWith("[...");
  const isNeeded = first.startsWith("<") || (isVariadic && !command.isBare);
  if (isNeeded && args.length === 0) {
    refuse(["needsArgument", name, `<${first.replaceAll(/[<>[\].]/g, "")}>`]);
  }
  if (!isVariadic && args.length > wanted.length) {
    refuse(["takesNotThat", name, visibleText(args.at(-1) ?? "")]);
  }
  if (rest?.length && !command.takesRest) refuse(["takesNothingAfterDashes", name]);
  // An unset variable of a shell leaves nothing there, and the spec's own command would run.
  if (rest?.length === 0 && command.takesRest) refuse(["needsValue", "--"]);
}

function describeUnknown(
  option: string,
  command: string,
  flags: readonly string[],
  t: Messages,
): string {
  const [typed = ""] = option.split("=", 1);
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

/** Refuses a duration without a unit. */
function checkDurations(options: Options, command: CommandDefinition): void {
  for (const [form] of commandFlags(command)) {
    if (form.includes("<duration>")) options.duration(toName(form));
  }
}
