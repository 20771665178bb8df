import { isQizhiError, visibleText } from "@qizhi/core";
import type { Messages } from "./messages/en.ts";

/**
 * What a command talks to. stdout takes the result only; everything else goes to stderr.
 */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Texts in the user's language. */
  readonly t: Messages;
}

/** Writes a result line or document to stdout. */
export function printResult(io: Io, text: string): void {
  io.stdout.write(`${text}\n`);
}

/** Writes one JSON document to stdout. */
export function printJson(io: Io, value: unknown): void {
  printResult(io, JSON.stringify(value, undefined, 2));
}

/** Writes a line of news to stderr. Text of the platform in it must have gone through `visibleText`. */
export function printNote(io: Io, text: string): void {
  io.stderr.write(`${text}\n`);
}

/** Writes an error to stderr: what failed, and the next step on a line of its own. */
export function printError(io: Io, error: unknown): void {
  if (isQizhiError(error)) {
    const hint = error.hint ? `\n  ${error.hint}` : "";
    printNote(io, `${io.t.error}: ${error.summary}${hint}`);
    return;
  }
  // A fault of ours: the one case where a stack helps.
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  printNote(io, `${io.t.internalError}: ${stack.split("\n").map(visibleText).join("\n")}`);
}

/** Reads all of stdin. */
export async function readStdin(io: Io): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of io.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
