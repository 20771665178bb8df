import { Readable } from "node:stream";
import type { Secrets } from "@qizhi/core/internal";
import type { Run } from "../context/command.ts";
import type { Connection } from "../terminal/connection.ts";
import type { Output } from "../terminal/streams.ts";
import type { Io } from "../terminal/io.ts";
import { toPlain } from "../terminal/output.ts";
import { en } from "../messages/en.ts";
import { Options } from "../context/options.ts";

/** What the tools of one server share. */
export interface McpContext {
  /** The process's own; its stdout belongs to the protocol. */
  readonly io: Io & { readonly secrets: Secrets };
  /** The connection of all calls, opened by the first. */
  readonly connect: () => Promise<Connection>;
}

/** The output of a command. */
export interface CommandAnswer {
  /** Its `--json` document. */
  readonly document: unknown;
  /** Its lines on stderr. */
  readonly notes: readonly string[];
  readonly code: number;
}

/** A command line by its parts. */
export interface CommandLine {
  readonly args?: readonly string[];
  /** Options by name, as the command reads them. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** What the command finds on stdin; by default nothing. */
  readonly stdin?: string | undefined;
}

/**
 * Runs a command as its own command line would, with `--json`, and captures its output. It asks nothing and
 * speaks English.
 */
export async function runCommand(
  run: Run,
  line: CommandLine,
  context: McpContext,
): Promise<CommandAnswer> {
  const notes: string[] = [];
  let document: unknown;
  const io: Io = {
    ...toToolIo(context, { stdin: line.stdin, onNote: (text) => notes.push(text) }),
    writeDocument: (value) => {
      document = value;
      return "";
    },
  };
  const options = new Options({ ...line.values, json: true });
  const code = await run({ args: line.args ?? [], options, rest: [], io });
  return { document: toPlain(document), notes: notes.filter((note) => note !== ""), code };
}

/** An {@link Io} for a tool: nothing of it reaches the protocol's streams. */
export function toToolIo(
  { io, connect }: McpContext,
  given: { stdin?: string | undefined; onNote?: (text: string) => void } = {},
): Io {
  const silent = createOutput(() => {});
  const stderr = createOutput((text) => given.onNote?.(text.trimEnd()));
  // Commands only test `isTTY`, and a stream without it is a pipe.
  const stdin = Readable.from(given.stdin === undefined ? [] : [given.stdin]) as NodeJS.ReadStream;
  return { env: io.env, stdin, stdout: silent, stderr, t: en, connect };
}

function createOutput(write: (text: string) => void): Output {
  return { isTTY: false, terminal: undefined, write };
}
