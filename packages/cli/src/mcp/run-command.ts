import { Readable } from "node:stream";
import type { Secrets } from "@qizhi/core/internal";
import type { Run } from "../context/command.ts";
import type { Connection } from "../terminal/connection.ts";
import type { Output } from "../terminal/streams.ts";
import type { Io } from "../terminal/io.ts";
import { toPlain } from "../terminal/output.ts";
import { en } from "../messages/en.ts";
import { Options } from "../context/options.ts";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { Accounts } from "../access/accounts.ts";
import { toErrorResult, toJobsResult, toResult, withoutSecrets } from "./tool-result.ts";

/** What the tools of one server share. */
export interface McpContext {
  /** The process's own; its stdout belongs to the protocol. */
  readonly io: Io & { readonly secrets: Secrets };
  /** The connection of all calls, opened by the first. */
  readonly connect: () => Promise<Connection>;
  /** In a call: aborts once its client has cancelled it or is gone. */
  readonly signal?: AbortSignal;
}

/** The output of a command. */
interface CommandAnswer {
  /** Its `--json` document. */
  readonly document: unknown;
  /** Its lines on stderr. */
  readonly notes: readonly string[];
  readonly code: number;
}

/** A command line by its parts. */
interface CommandLine {
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
  { io, connect, signal }: McpContext,
  given: { stdin?: string | undefined; onNote?: (text: string) => void } = {},
): Io {
  const silent = createOutput(() => {});
  const stderr = createOutput((text) => given.onNote?.(text.trimEnd()));
  // Commands only test `isTTY`, and a stream without it is a pipe.
  const stdin = Readable.from(given.stdin === undefined ? [] : [given.stdin]) as NodeJS.ReadStream;
  return { env: io.env, stdin, stdout: silent, stderr, t: toolWords, connect, signal };
}

// A tool has fields where its command has flags.
const toolWords = { ...en, history: { ...en.history, more: en.mcp.moreJobs } };

function createOutput(write: (text: string) => void): Output {
  return { isTTY: false, terminal: undefined, write };
}

/** The reason of a call's end before its answer. */
class CallEnded extends Error {
  override readonly name = "CallEnded";
}

/**
 * Turns errors of a tool into results that the agent can read, and hides the login in every result.
 * @param run gets the context of its call.
 */
export function guard<Input, Extra extends { readonly signal: AbortSignal }>(
  context: McpContext,
  run: (input: Input, call: McpContext, extra: Extra) => Promise<CallToolResult>,
): (input: Input, extra: Extra) => Promise<CallToolResult> {
  const { io } = context;
  return async (input, extra) => {
    const call = { ...context, signal: toCallSignal(extra.signal) };
    const result = await run(input, call, extra).catch(toErrorResult);
    // The token may be of another account, or kept by another process since.
    for (const token of keptTokens(io)) io.secrets.add(token);
    return withoutSecrets(result, io.secrets);
  };
}

/** A signal with an error as its reason: a client may give any text as that of its cancel. */
function toCallSignal(client: AbortSignal): AbortSignal {
  const ended = new AbortController();
  const end = () => ended.abort(new CallEnded("the client has cancelled the call or is gone"));
  if (client.aborted) end();
  else client.addEventListener("abort", end, { once: true });
  return ended.signal;
}

function keptTokens(io: McpContext["io"]): string[] {
  try {
    const kept = new Accounts(io).entries();
    return kept.flatMap((entry) => ("account" in entry ? [entry.account.accessToken] : []));
  } catch {
    // A token that cannot be read is in no result either.
    return [];
  }
}

/** Runs a command and answers with its document under a name. */
export async function answerOf(
  run: Run,
  line: CommandLine,
  name: string,
  context: McpContext,
): Promise<CallToolResult> {
  const { document, notes } = await runCommand(run, line, context);
  if (name !== "jobs") return toResult({ [name]: document }, notes);
  return toJobsResult({ jobs: [document].flat() }, notes);
}
