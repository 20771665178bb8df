import type { FlagDefinition } from "./context/options.ts";
import {
  type CommandDefinition,
  commandFlags,
  globalFlags,
  nameOf,
  versionFlag,
} from "./context/command.ts";
import { commands, groups } from "./commands/commands.ts";
import { commonFlags } from "./context/flags.ts";
import { columnsOf, type Output } from "./terminal/streams.ts";
import type { Io } from "./terminal/io.ts";
import { version } from "./text/version.ts";
import { fold, pad, widthOf } from "./text/width.ts";

/** A heading stands alone. */
type Row = readonly [left: string, right?: string];

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
    const rows = Object.entries(groups).flatMap(([group, all]): Row[] => [
      [help.heading(help.groups[group as keyof typeof groups])],
      ...all.map((each): Row => [toUsage(each), help.pick(each.summary.en, each.summary.zh)]),
    ]);
    return [
      fold(`qizhi ${version}${io.t.colon}${help.about}`, width),
      `${help.heading(help.usage)}\n  $ qizhi <command> [options]`,
      toRows(rows, width),
      `${help.heading(help.options)}\n${flags([...globalFlags, versionFlag, ...commonFlags])}`,
      fold(help.more, width),
    ].join("\n\n");
  }
  const { summary, examples, takesRest } = definition;
  const own = [...commandFlags(definition), ...globalFlags.slice(-1)].filter(
    ([, , , terms]) => !terms?.isCommon,
  );
  const rest = takesRest ? " [-- <command>...]" : "";
  return [
    fold(help.pick(summary.en, summary.zh), width),
    `${help.heading(help.usage)}\n  $ qizhi ${toUsage(definition)} [options]${rest}`,
    `${help.heading(help.options)}\n${flags(own)}`,
    `${help.heading(help.examples)}\n${examples.map((example) => `  $ ${example}`).join("\n")}`,
    fold(help.common, width),
  ].join("\n\n");
}

/** What a user types: cac writes `[...jobs]` for one or more. */
function toUsage({ usage, isBare }: CommandDefinition): string {
  return usage.replaceAll(/\[\.\.\.([\w-]+)\]/g, isBare ? "[$1...]" : "<$1>...");
}

const leastColumns = 24;

/** Two columns; where the second would be too narrow, it goes beneath the first. */
function toRows(rows: readonly Row[], width: number): string {
  const widest = Math.max(
    ...rows.map(([left, right]) => (right === undefined ? 0 : widthOf(left))),
  );
  const isNarrow = width - widest - 4 < leastColumns;
  const lines = rows.map(([left, right], at) =>
    right === undefined
      ? `${at > 0 ? "\n" : ""}${left}`
      : isNarrow
        ? `  ${left}\n${fold(`      ${right}`, width, 6)}`
        : fold(`  ${pad(left, widest)}  ${right}`, width, widest + 4),
  );
  return lines.join("\n");
}
