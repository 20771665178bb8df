import { isQizhiError } from "@qizhi/core";
import { excerpt, nearest, visibleText } from "@qizhi/core/internal";
import { inputError, type Words } from "./errors/cli-error.ts";
import { type CommandDefinition, nameOf } from "./context/command.ts";
import { commands, synonyms } from "./commands/commands.ts";
import { exitCode, exitCodeOf, toErrorJson } from "./errors/exit-code.ts";
import { commandFlags, globalFlags, versionFlag } from "./context/flags.ts";
import { Interruption } from "./terminal/signals.ts";
import type { Io } from "./terminal/io.ts";
import { printError, printJson, printLines, printNote, printResult } from "./terminal/io.ts";
import type { Messages } from "./messages/en.ts";
import { longForm, Options, toFlag, toName } from "./context/options.ts";
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
    const code = exitCodeOf(error);
    const format = guessOutputFormat(argv);
    if (format !== "text" && isQizhiError(error)) {
      printJson(await withFormat(io, format), { error: toErrorJson(error) });
    }
    printError(io, error);
    return code;
  }
}

async function dispatch(argv: readonly string[], io: Io): Promise<number> {
  const named = findCommand(argv[0]);
  const flags = toForms(named ? [named] : commands);
  const read = readArgv(argv, flags);
  const { words, values, rest, unknown, problem } = read;
  const command = findCommand(words[0]);
  if (problem !== undefined) throw inputError(problem, ["seeHelp", command && nameOf(command)]);
  if (values["version"]) {
    printResult(io, version);
    return exitCode.ok;
  }
  const isHelp = command === undefined && words[0] === "help";
  if (isHelp || values["help"]) {
    const name = words[isHelp ? 1 : 0];
    const about = findCommand(name);
    if (name !== undefined && about === undefined) refuseWord(name, flags);
    const { toHelpText } = await import("./help.ts");
    printResult(io, toHelpText(about, io.stdout, io));
    return exitCode.ok;
  }
  if (command === undefined) {
    const word = words[0] ?? unknown;
    if (word !== undefined) refuseWord(word, flags);
    const { toHelpText } = await import("./help.ts");
    printLines(io, toHelpText(undefined, io.stderr, io));
    return exitCode.usage;
  }
  checkUsage(command, read);
  takeEarlierNames(values, command, io);
  const args = words.slice(1);
  const wanted = command.usage.split(" ").slice(1, words.length);
  const toOptions = () => new Options(values, commandFlags(command), wanted);
  checkFlags(toOptions(), command, args[0]);
  const format = takeOutputFormat(values);
  const run = await command.load();
  return run({ args, options: toOptions(), rest, io: await withFormat(io, format) });
}

function findCommand(name: string | undefined): CommandDefinition | undefined {
  return commands.find((each) => nameOf(each) === name);
}

/** The flags of some commands and of all, as they are typed. */
function toForms(of: readonly CommandDefinition[]): ReadonlyMap<string, FlagForm> {
  const all = [...globalFlags, versionFlag, ...of.flatMap(commandFlags)];
  return new Map(
    all.flatMap(([form]) => {
      const read = { name: toName(form), takesValue: form.includes("<") };
      return (form.match(/(?<!\S)--?[\w-]+/g) ?? []).map((flag) => [flag, read] as const);
    }),
  );
}

function refuseWord(word: string, flags: ReadonlyMap<string, FlagForm>): never {
  const isFlag = word.startsWith("-");
  const typed = isFlag ? word.split("=", 1)[0]! : word;
  const near =
    synonyms.get(typed) ??
    nearest(typed.slice(0, 60), isFlag ? [...flags.keys()] : commands.map(nameOf));
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
function checkUsage(command: CommandDefinition, { words, values, unknown, rest }: ReadArgv): void {
  const [name = "", ...wanted] = command.usage.split(" ");
  const refuse = (what: Words) => {
    throw inputError(what, ["seeHelp", name]);
  };
  const forms = [...commandFlags(command), ...globalFlags, versionFlag].map(([form]) => form);
  const known = new Set(forms.map(toName));
  const other = Object.keys(values).find((flag) => !known.has(flag));
  const stranger = unknown ?? (other === undefined ? undefined : toFlag(other));
  if (stranger !== undefined) refuse((say) => describeUnknown(stranger, name, forms, say));
  const [first = ""] = wanted;
  const isSeveral = first.startsWith("[...");
  const isNeeded = first.startsWith("<") || (isSeveral && !command.isBare);
  if (isNeeded && words.length === 1) {
    refuse(["needsArgument", name, first.replace(/^\[\.{3}(.+)\]$/, "<$1>")]);
  }
  if (!isSeveral && words.length > wanted.length + 1) {
    refuse(["takesNotThat", name, visibleText(words.at(-1) ?? "")]);
  }
  if (rest.length > 0 && !command.takesRest) refuse(["takesNothingAfterDashes", name]);
}

function describeUnknown(
  option: string,
  command: string,
  forms: readonly string[],
  t: Messages,
): string {
  const [typed = ""] = option.split("=", 1);
  const near = nearest(typed.slice(0, 60), forms.map(longForm));
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
function checkFlags(options: Options, command: CommandDefinition, first: string | undefined): void {
  for (const [form] of commandFlags(command)) {
    if (form.includes("<duration>")) options.duration(toName(form));
  }
  options.checkTerms(command.actions?.find((each) => each === first));
}
