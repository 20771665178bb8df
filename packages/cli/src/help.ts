import type { FlagDefinition } from "./context/flag-definition.ts";
import type { CommandDefinition } from "./context/command.ts";
import { nameOf } from "./context/command.ts";
import { commands } from "./commands/commands.ts";
import { commandFlags, globalFlags, versionFlag } from "./context/flags.ts";
import type { Output } from "./terminal/streams.ts";
import type { Io } from "./terminal/io.ts";
import { version } from "./text/version.ts";
import { columnsOf } from "./terminal/streams.ts";
import { fold } from "./terminal/layout.ts";
import { pad, widthOf } from "./text/width.ts";

type Row = readonly [left: string, right: string];

/**
 * The command whose help a plain `--help` asks for, none for that of the program. The parser and its table
 * are not loaded for it.
 */
export function findHelp(
  argv: readonly string[],
): { readonly command: CommandDefinition | undefined } | undefined {
  const last = argv.at(-1);
  if (argv.length > 2 || (last !== "--help" && last !== "-h")) return undefined;
  if (argv.length === 1) return { command: undefined };
  const command = commands.find((each) => nameOf(each) === argv[0]);
  return command && { command };
}

/** The help of a command, or of the program where none is given, as wide as the stream. */
export function toHelpText(
  definition: CommandDefinition | undefined,
  stream: Output,
  io: Io,
): string {
  const { help } = io.t;
  const width = columnsOf(stream);
  const flags = (all: readonly FlagDefinition[]) =>
    toRows(
      all
        .filter(([, , , terms]) => terms?.replacedBy === undefined)
        .map(([flag, en, zh]) => [flag, help.pick(en, zh)]),
      width,
    );
  if (definition === undefined) {
    const rows = commands.map((each): Row => {
      return [toUsage(each), help.pick(each.summary.en, each.summary.zh)];
    });
    return [
      fold(`qizhi ${version}: ${help.about}`, width),
      `${help.usage}:\n  $ qizhi <command> [options]`,
      `${help.commands}:\n${toRows(rows, width)}`,
      `${help.options}:\n${flags([...globalFlags, versionFlag])}`,
      fold(help.more, width),
    ].join("\n\n");
  }
  const { summary, examples, takesRest } = definition;
  const rest = takesRest ? " [-- <command>...]" : "";
  return [
    fold(help.pick(summary.en, summary.zh), width),
    `${help.usage}:\n  $ qizhi ${toUsage(definition)} [options]${rest}`,
    `${help.options}:\n${flags([...commandFlags(definition), ...globalFlags])}`,
    `${help.examples}:\n${examples.map((example) => `  $ ${example}`).join("\n")}`,
  ].join("\n\n");
}

/** What a user types: cac writes `[...jobs]` for one or more. */
function toUsage({ usage, isBare }: CommandDefinition): string {
  return usage.replaceAll(/\[\.\.\.([\w-]+)\]/g, isBare ? "[$1...]" : "<$1>...");
}

const leastColumns = 24;

/** Two columns; where the second would be too narrow, it goes beneath the first. */
function toRows(rows: readonly Row[], width: number): string {
  const widest = Math.max(...rows.map(([left]) => widthOf(left)));
  const isNarrow = width - widest - 4 < leastColumns;
  const lines = rows.map(([left, right]) =>
    isNarrow
      ? `  ${left}\n${fold(`      ${right}`, width, 6)}`
      : fold(`  ${pad(left, widest)}  ${right}`, width, widest + 4),
  );
  return lines.join("\n");
}
