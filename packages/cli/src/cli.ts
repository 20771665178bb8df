import { nearest, visibleText } from "@qizhi/core";
import type { CAC, Command } from "cac";
import { cac } from "cac";
import type { Words } from "./cli-error.ts";
import { inputError } from "./cli-error.ts";
import type { CommandDefinition } from "./command.ts";
import { commands } from "./commands.ts";
import { exitCode, exitCodeOf } from "./exit-code.ts";
import { Interruption } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { printError, printJson, printResult } from "./io.ts";
import type { Messages } from "./messages/en.ts";
import type { FlagForm } from "./options.ts";
import { guessOutputFormat, outputFlag, takeOutputFormat, withFormat } from "./output.ts";
import { Options, prepareArgv, toFlag, unmark } from "./options.ts";
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
  const { cli, byName } = createTable(io);
  cli.parse(["", "qizhi", ...prepareArgv(argv, knownFlags(cli))], { run: false });
  if (cli.options["help"] || cli.options["version"]) return exitCode.ok;
  const command = cli.matchedCommand;
  if (command === undefined) return refuseCommand(argv, cli);
  const definition = byName.get(command.name);
  if (definition === undefined) throw new Error(`no such command in the table: ${command.name}`);
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(cli.options)) {
    values[name] = Array.isArray(value) ? value.map(unmark) : unmark(value);
  }
  const args = cli.args.map(unmark);
  const rest: string[] = cli.options["--"] ?? [];
  checkUsage({ cli, command, definition, values, rest });
  const format = takeOutputFormat(values);
  const run = await definition.load();
  return run({ args, options: new Options(values), rest, io: await withFormat(io, format) });
}

function createTable(io: Io): { cli: CAC; byName: Map<string, CommandDefinition> } {
  const cli = cac("qizhi");
  const byName = new Map<string, CommandDefinition>();
  const { help } = io.t;
  for (const definition of commands) {
    const command = cli.command(
      definition.usage,
      help.pick(definition.summary.en, definition.summary.zh),
    );
    const isDocument = definition.options.some(([flag]) => flag === "--json");
    for (const [flag, en, zh] of [...definition.options, ...(isDocument ? [outputFlag] : [])]) {
      command.option(flag, help.pick(en, zh));
    }
    for (const example of definition.examples) command.example(`  $ ${example}`);
    byName.set(command.name, definition);
  }
  cli.option("--lang <language>", help.lang);
  cli.option("--debug", help.debug);
  cli.version(version, "-V, --version");
  cli.help((sections) => sections.flatMap((section) => toSection(section, io)));
  // cac words these two itself.
  for (const option of cli.globalCommand.options) {
    if (option.name === "help") option.description = help.help;
    if (option.name === "version") option.description = help.version;
  }
  cli.globalCommand.outputVersion = () => printResult(io, version);
  return { cli, byName };
}

/** A section of cac's help under its title in the user's language; one that only repeats is dropped. */
function toSection({ title, body }: { title?: string; body: string }, { t: { help } }: Io) {
  if (title === undefined) return [{ body }];
  const titles = new Map([
    ["Usage", help.usage],
    ["Commands", help.commands],
    ["Options", help.options],
    ["Examples", help.examples],
  ]);
  const shown = titles.get(title);
  return shown === undefined ? [] : [{ title: shown, body: body.replaceAll(/ +$/gm, "") }];
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

function refuseCommand(argv: readonly string[], cli: CAC): number {
  const word = cli.args[0] ?? argv.find((argument) => argument.startsWith("-"));
  if (word === undefined) {
    cli.outputHelp();
    return exitCode.usage;
  }
  const near = nearest(
    word,
    cli.commands.map(({ name }) => name),
  );
  const shown = visibleText(word);
  throw inputError(
    (say) => {
      const what = word.startsWith("-") ? say.noOptionAlone(shown) : say.noCommand(shown);
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
