import { chooseLanguage, loadMessages } from "../messages/language.ts";
import { columnsOf, openOutput, type Output } from "./streams.ts";
import { type Environment, withCleanLogin } from "../text/secret-text.ts";
import { isQizhiError, type KnownError } from "@qizhi/core";
import { type Secrets, visibleText } from "@qizhi/core/internal";
import { OutputError, sayError } from "../errors/cli-error.ts";
import type { Connection } from "./connection.ts";
import type { Messages } from "../messages/en.ts";
import { escapeCommands, escapeUnsafe } from "../text/unsafe-text.ts";
import { fold } from "../text/width.ts";

/** This process's streams and environment, and the texts in the language that the command line asks for. */
export async function openIo(argv: readonly string[]): Promise<Io> {
  const t = await loadMessages(chooseLanguage(argv, process.env));
  return {
    env: withCleanLogin(process.env),
    // Opened on use: few commands read stdin.
    get stdin() {
      return process.stdin;
    },
    stdout: openOutput(1),
    stderr: openOutput(2),
    t,
  };
}

/** What a command talks to. stdout takes the result only; everything else goes to stderr. */
export interface Io {
  readonly env: Environment;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly t: Messages;
  /** Writes a document in another format than JSON. */
  readonly writeDocument?: (value: unknown) => string;
  /** The secrets that no result may hold, for a server of many calls. */
  readonly secrets?: Secrets;
  /** A connection that is open already, for a server of many calls. */
  readonly connect?: () => Promise<Connection>;
  /** Ends a call that nobody waits for any more: nothing is sent afterwards. */
  readonly signal?: AbortSignal | undefined;
}

export function printResult(io: Io, text: string): void {
  io.stdout.write(`${escapeCommands(text)}\n`);
}

/** Writes one document to stdout: as JSON, or in the format that was asked for. */
export function printJson(io: Io, value: unknown): void {
  const write = io.writeDocument ?? ((document) => JSON.stringify(document, undefined, 2));
  // Terminals obey these characters, and neither JSON nor YAML escapes them by itself.
  const text = escapeUnsafe(write(value));
  printResult(io, text);
}

/** Writes one document alone, and several as a list. */
export function printDocuments(documents: readonly unknown[], io: Io): void {
  printJson(io, documents.length === 1 ? documents[0] : documents);
}

/**
 * Writes a note to stderr, broken between words where the terminal ends; indented lines, such as commands to
 * copy, stay as they are. Text of the platform in it must have gone through `visibleText`.
 */
export function printNote(io: Io, text: string): void {
  const width = columnsOf(io.stderr);
  const lines = text.split("\n").map((line) => (line.startsWith(" ") ? line : fold(line, width)));
  printLines(io, lines.join("\n"));
}

/** Writes lines that are laid out already, such as a table, to stderr. */
export function printLines(io: Io, text: string): void {
  const print = claims.get(io.stderr);
  if (print) print(text);
  else io.stderr.write(`${escapeCommands(text)}\n`);
}

const claims = new WeakMap<Output, (text: string) => void>();

/** Sends what {@link printLines} writes through a view that owns the end of the terminal. @returns gives stderr back. */
export function claimStderr(io: Pick<Io, "stderr">, print: (text: string) => void): () => void {
  claims.set(io.stderr, print);
  return () => void claims.delete(io.stderr);
}

const mostNamed = 5;

/** Writes the errors of jobs to stderr, an error of several jobs once; each names its jobs. */
export function printJobErrors(
  io: Io,
  jobs: readonly { readonly jobId: string; readonly error?: KnownError | undefined }[],
): void {
  const groups = new Map<string, { error: KnownError; jobIds: string[] }>();
  for (const { jobId, error } of jobs) {
    if (error === undefined) continue;
    const { summary, hint = "" } = sayError(error, io.t);
    const group = groups.get(`${summary}\n${hint}`) ?? { error, jobIds: [] };
    group.jobIds.push(jobId);
    groups.set(`${summary}\n${hint}`, group);
  }
  for (const { error, jobIds } of groups.values()) {
    const named = jobIds.slice(0, mostNamed).map(visibleText).join(", ");
    const more = jobIds.length > mostNamed ? ` … (${jobIds.length})` : "";
    const isNamed = jobIds.length === 1 && error.message.includes(jobIds[0]!);
    printError(io, error, jobs.length > 1 && !isNamed ? `${named}${more}` : undefined);
  }
}

/**
 * Writes an error to stderr: what failed, and the next step on a line of its own.
 * @param about the subject of the error, where its own words do not name it.
 */
export function printError(io: Io, error: unknown, about?: string): void {
  if (isQizhiError(error)) {
    const { summary: words, hint: said } = sayError(error, io.t);
    const summary = about === undefined ? words : about + io.t.colon + words;
    const next = nextStep(error, said, io);
    const width = columnsOf(io.stderr);
    const steps = next ? next.split("\n").map((line) => fold(`  ${line}`, width, 2)) : [];
    // Problems stand a line each, behind their places.
    const what = summary
      .split("\n")
      .map((line) => (isProblem.test(line) ? fold(line, width, 4) : line));
    return printNote(io, [`${io.t.error}${io.t.colon}${what.join("\n")}`, ...steps].join("\n"));
  }
  if (error instanceof OutputError) {
    const { failed, isDone } = io.t.write;
    const what = failed("stdout", visibleText(error.reason));
    return printNote(io, `${io.t.error}${io.t.colon}${what}\n  ${isDone}`);
  }
  // Any other error is a bug of this program, for which a stack helps.
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const shown = stack.split("\n").map(visibleText).join("\n");
  printLines(io, `${io.t.internalError}${io.t.colon}${shown}`);
}

const isProblem = /^ {2}\S+:\d+:\d+ /;

/** What to do about an error, by its hint: the library cannot know where a refused token came from; the CLI does. */
export function nextStep(
  error: KnownError,
  hint: string | undefined,
  { env, t }: Pick<Io, "env" | "t">,
): string | undefined {
  if (error.code === "submission_unknown") return `${hint}\n  ${t.journal.seeUnresolved}`;
  const isRefused = error.code === "auth" && error.reason === "token_refused";
  if (!isRefused || env["QIZHI_PASSWORD"]) return hint;
  return env["QIZHI_TOKEN"] ? t.account.newToken : t.account.refusedHint;
}

const mostStdinBytes = 8 * 1_048_576;

/** Reads all of stdin, or a little over 8 MB of one without an end. */
export async function readStdin(io: Io): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of io.stdin) {
    chunks.push(Buffer.from(chunk));
    bytes += chunks.at(-1)!.length;
    // The readers refuse far less; a device has no end.
    if (bytes > mostStdinBytes) break;
  }
  return Buffer.concat(chunks);
}
