import { isQizhiError } from "@qizhi/core";
import { excerpt, nearest, visibleText } from "@qizhi/core/internal";
import { inputError, OutputError, type Words } from "./errors/cli-error.ts";
import {
  argumentsOf,
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
import { formsOf, type ReadArgv, readArgv } from "./context/read-argv.ts";
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
  error: unknown,
  argv: readonly string[],
  io: Io,
): Promise<number> {
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
  const line = readLine(argv);
  const { definition, args, values, problem, unknown } = line;
  const isHelp = definition === undefined && args[0] === "help";
  const name = definition ? nameOf(definition) : args[isHelp ? 1 : 0];
  if (problem !== undefined) throw inputError(problem, ["seeHelp", definition && name]);
  if (values["version"]) {
    printResult(io, version);
    return exitCode.ok;
  }
  if (isHelp || values["help"]) {
    const about = findCommand(name);
    if (name !== undefined && about === undefined) refuseWord(name);
    const { toHelpText } = await import("./help.ts");
    printResult(io, toHelpText(about, io.stdout, io));
    return exitCode.ok;
  }
  if (definition === undefined) {
    const word = args[0] ?? unknown;
    if (word !== undefined) refuseWord(word);
    const { toHelpText } = await import("./help.ts");
    printLines(io, toHelpText(undefined, io.stderr, io));
    return exitCode.usage;
  }
  checkUsage(definition, line);
  takeEarlierNames(values, definition, io);
  const toOptions = () =>
    new Options(values, commandFlags(definition), argumentsOf(definition).slice(0, args.length));
  checkFlags(toOptions(), definition, args);
  const format = takeOutputFormat(values);
  const run = await definition.load();
  const { rest = [] } = line;
  return run({ args, options: toOptions(), rest, io: await withFormat(io, format) });
}

/** A command line with its command; `args` are those behind the command's name. */
interface Line extends ReadArgv {
  readonly definition: CommandDefinition | undefined;
}

/** Reads a line by the flags of its command, also where that stands behind flags: a letter may mean another elsewhere. */
function readLine(argv: readonly string[]): Line {
  const first = findCommand(argv[0]);
  const all = first ? [] : commands.flatMap(commandFlags);
  const read = (own: readonly FlagDefinition[]) =>
    readArgv(argv, formsOf([...programFlags, ...all, ...own]));
  const definition = first ?? findCommand(read([]).args[0]);
  if (definition === undefined) return { ...read([]), definition };
  const { args, ...line } = read(commandFlags(definition));
  return { ...line, args: args.slice(1), definition };
}

const programFlags = [...globalFlags, versionFlag];

function findCommand(name: string | undefined): CommandDefinition | undefined {
  return commands.find((each) => nameOf(each) === name);
}

function refuseWord(word: string): never {
  const isFlag = word.startsWith("-");
  const [typed = ""] = isFlag ? word.split("=", 1) : [word];
  const known = isFlag
    ? formsOf([...programFlags, ...commands.flatMap(commandFlags)]).keys()
    : commands.map(nameOf);
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
function checkUsage(definition: CommandDefinition, { args, values, unknown, rest }: Line): void {
  const name = nameOf(definition);
  const refuse = (what: Words) => {
    throw inputError(what, ["seeHelp", name]);
  };
  const known = [...commandFlags(definition), ...programFlags].map(([form]) => form);
  const other = Object.keys(values).find((each) => known.every((form) => toName(form) !== each));
  const stranger = unknown ?? (other === undefined ? undefined : toFlag(other));
  if (stranger !== undefined) refuse((say) => describeUnknown(stranger, name, known, say));
  const all = argumentsOf(definition);
  const [wanted = ""] = all;
  const isVariadic = wanted.startsWith("[...");
  const isNeeded = wanted.startsWith("<") || (isVariadic && !definition.isBare);
  if (isNeeded && args.length === 0) {
    refuse(["needsArgument", name, wanted.replace(/^[<[.]+(.*).$/, "<$1>")]);
  }
  if (!isVariadic && args.length > all.length) {
    refuse(["takesNotThat", name, visibleText(args.at(-1) ?? "")]);
  }
  if (rest?.length && !definition.takesRest) refuse(["takesNothingAfterDashes", name]);
  // An unset variable of a shell leaves nothing there, and the spec's own command would run.
  if (definition.takesRest && rest?.length === 0) refuse(["needsValue", "--"]);
}

function describeUnknown(
  option: string,
  command: string,
  known: readonly string[],
  t: Messages,
): string {
  const [typed = ""] = option.split("=", 1);
  const near = nearest(typed.slice(0, 60), known.map(longForm));
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

/** Refuses a duration without a unit, and flags that would do nothing. */
function checkFlags(options: Options, definition: CommandDefinition, [first]: readonly string[]) {
  for (const [form] of commandFlags(definition)) {
    if (form.includes("<duration>")) options.duration(toName(form));
  }
  const action = definition.actions?.find((each) => each === first);
  options.checkTerms(action, nameOf(definition));
}
