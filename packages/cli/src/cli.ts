import { nearest, visibleText } from "@qizhi/core";
import type { CAC, Command } from "cac";
import { cac } from "cac";
import type { Words } from "./cli-error.ts";
import { inputError } from "./cli-error.ts";
import type { CommandDefinition } from "./command.ts";
import { nameOf } from "./command.ts";
import { commands } from "./commands.ts";
import { exitCode, exitCodeOf } from "./exit-code.ts";
import { commandFlags, globalFlags, versionFlag } from "./flags.ts";
import { Interruption } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { printError, printJson, printLines, printResult } from "./io.ts";
import type { Messages } from "./messages/en.ts";
import type { FlagForm } from "./options.ts";
import { Options, prepareArgv, toFlag, unmark } from "./options.ts";
import { guessOutputFormat, takeOutputFormat, withFormat } from "./output.ts";
import { version } from "./version.ts";

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
    if (format !== "text" && error instanceof Error && "toJSON" in error) {
      printJson(await withFormat(io, format), {
        error: { ...Object(JSON.parse(JSON.stringify(error))), exit_code: code },
      });
    }
    printError(io, error);
    return code;
  }
}

async function dispatch(argv: readonly string[], io: Io): Promise<number> {
  const { cli, byName } = createTable(argv);
  cli.parse(["", "qizhi", ...prepareArgv(argv, knownFlags(cli))], { run: false });
  const { matchedCommand: command, options } = cli;
  const args = cli.args.map(unmark);
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
  if (command === undefined || definition === undefined) return refuseCommand(argv, cli, io);
  const values: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(options)) {
    values[key] = Array.isArray(value) ? value.map(unmark) : unmark(value);
  }
  const rest: string[] = options["--"] ?? [];
  checkUsage({ cli, command, definition, values, rest });
  const format = takeOutputFormat(values);
  const run = await definition.load();
  return run({ args, options: new Options(values), rest, io: await withFormat(io, format) });
}

function createTable(argv: readonly string[]): {
  cli: CAC;
  byName: Map<string, CommandDefinition>;
} {
  const cli = cac("qizhi");
  const byName = new Map<string, CommandDefinition>();
  // The others' 300 flags would take 3 ms (measured).
  const named = commands.filter((each) => nameOf(each) === argv[0]);
  for (const definition of named.length > 0 ? named : commands) {
    const command = cli.command(definition.usage, "");
    for (const [flag] of commandFlags(definition)) command.option(flag, "");
    byName.set(command.name, definition);
  }
  for (const [flag] of [...globalFlags, versionFlag]) cli.option(flag, "");
  return { cli, byName };
}

function knownFlags(cli: CAC): ReadonlyMap<string, FlagForm> {
  const flags = new Map<string, FlagForm>();
  for (const { options } of [cli.globalCommand, ...cli.commands]) {
    for (const { rawName, name } of options) {
      const takesValue = rawName.includes("<");
      const [flag] = rawName.match(/--[\w-]+/) ?? [];
      if (flag !== undefined) flags.set(flag, { name: `--${name}`, takesValue });
    }
  }
  return flags;
}

async function refuseCommand(argv: readonly string[], cli: CAC, io: Io): Promise<number> {
  const known = knownFlags(cli);
  const isUnknown = (each: string) => each.startsWith("-") && !known.has(each.split("=")[0]!);
  const word = cli.args[0] ?? argv.find(isUnknown);
  if (word !== undefined) refuseWord(word, cli);
  const { toHelpText } = await import("./help.ts");
  printLines(io, toHelpText(undefined, io.stderr, io));
  return exitCode.usage;
}

function refuseWord(word: string, cli: CAC): never {
  const isFlag = word.startsWith("-");
  const near = nearest(
    word,
    isFlag ? [...knownFlags(cli).keys()] : cli.commands.map(({ name }) => name),
  );
  const shown = visibleText(word);
  throw inputError(
    (say) => {
      const what = isFlag ? say.noOptionAlone(shown) : say.noCommand(shown);
      return what + (near ? say.didYouMean(near) : "");
    },
    (say) => say.seeHelp(),
  );
}

interface Usage {
  cli: CAC;
  command: Command;
  definition: CommandDefinition;
  values: Readonly<Record<string, unknown>>;
  rest: readonly string[];
}

function checkUsage({ cli, command, definition, values, rest }: Usage): void {
  const { name } = command;
  const refuse = (what: Words) => {
    throw inputError(what, (say) => say.seeHelp(name));
  };
  const known = [...command.options, ...cli.globalCommand.options];
  for (const [key, value] of Object.entries(values)) {
    if (key === "--") continue;
    const option = known.find(({ names }) => names.includes(key));
    if (option === undefined) refuse((say) => describeUnknown(key, name, known, say));
    else if (option.required && value === true) refuse((say) => say.needsValue(option.rawName));
    else if (option.isBoolean && typeof value !== "boolean")
      refuse((say) => say.takesNoValue(option.rawName));
  }
  const [wanted] = command.args;
  const { args } = cli;
  // cac has no form for "one or more", so a variadic argument counts as needed.
  const isNeeded = wanted !== undefined && (wanted.required || wanted.variadic);
  if (isNeeded && args.length === 0) refuse((say) => say.needsArgument(name, `<${wanted.value}>`));
  if (!wanted?.variadic && args.length > command.args.length) {
    refuse((say) => say.takesNotThat(name, visibleText(args.at(-1) ?? "")));
  }
  if (rest.length > 0 && !definition.takesRest) refuse((say) => say.takesNothingAfterDashes(name));
}

function describeUnknown(
  key: string,
  command: string,
  known: readonly { rawName: string }[],
  t: Messages,
): string {
  const typed = key.length === 1 ? `-${key}` : toFlag(key);
  const flags = known.flatMap(({ rawName }) => rawName.match(/--[\w-]+/g) ?? []);
  const near = nearest(typed, flags);
  return t.noOption(command, visibleText(typed)) + (near ? t.didYouMean(near) : "");
}
