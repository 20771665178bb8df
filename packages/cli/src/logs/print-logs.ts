import { once } from "node:events";
import { isQizhiError } from "@qizhi/core";
import { type LogChunk, readLogs, visibleText } from "@qizhi/core/internal";
import type { Options } from "../context/options.ts";
import { sayError } from "../errors/cli-error.ts";
import { type Connection, toCommand } from "../terminal/connection.ts";
import { type Io, printLines, printNote } from "../terminal/io.ts";
import { createTheme } from "../terminal/style.ts";
import type { Output } from "../terminal/streams.ts";
import { escapeUnsafe } from "../text/unsafe-text.ts";
import type { Messages } from "../messages/en.ts";
import { createLogOpener, findFolder } from "./open-logs.ts";

/** Prints lines of a node; of several jobs under a name of its job. */
export type LogPrinter = (chunk: LogChunk, job?: string) => void;

/**
 * Prints lines of nodes as text, each node in its colour; a mark on stderr says where a later round begins.
 * @param how.hasNames each line begins with its node.
 * @param how.stream decides the colours.
 */
export function createLogPrinter(
  how: { hasNames: boolean; stream: Output; write: (text: string) => void },
  io: Io,
): LogPrinter {
  const { hasNames, stream, write } = how;
  const theme = createTheme(stream, io.env);
  const marks = createTheme(io.stderr, io.env);
  const nodes = new Map<string, { readonly index: number; round: number }>();
  return ({ run: { node, host, round }, lines }, job) => {
    const name = job === undefined ? nameOf(node, io.t) : `${job} ${nameOf(node, io.t)}`;
    const known = nodes.get(name) ?? { index: nodes.size, round: 1 };
    nodes.set(name, known);
    if (known.round !== round) {
      printLines(io, marks.paint("faint", io.t.logs.round(name, round, visibleText(host ?? ""))));
    }
    known.round = round;
    const start = hasNames ? `${theme.paintNode(known.index, `${name} |`)} ` : "";
    write(lines.map((line) => `${start}${line}\n`).join(""));
  };
}

/** A printer of notes: on stderr, beside what a command prints. */
export function createNotePrinter(io: Io): LogPrinter {
  const write = (text: string) => printLines(io, text.trimEnd());
  return createLogPrinter({ hasNames: true, stream: io.stderr, write }, io);
}

/** A node as a line names it; one without a rank by its host. */
export function nameOf(node: string, t: Messages): string {
  return /^\d+$/.test(node) ? t.node(Number(node)) : visibleText(node);
}

/** Prints lines of nodes as one object a line. */
export function createJsonPrinter(io: Io): (chunk: LogChunk, jobId: string) => void {
  return ({ run: { node, host = null, round }, lines }, jobId) => {
    const objects = lines.map((line) => ({ job_id: jobId, node, host, round, line }));
    const texts = io.writeDocument
      ? [`${io.writeDocument(objects)}\n`]
      : objects.map((each) => `${JSON.stringify(each)}\n`);
    io.stdout.write(escapeUnsafe(texts.join("")));
  };
}

/** What is printed of a job's logs while it is waited for. */
export type LogFollower = ReturnType<typeof followLogs>;

/** Prints on stderr what the nodes of a job print while it runs; where that cannot be seen, how it can. */
export function followLogs(
  connection: Connection,
  jobId: string,
  { options, io }: { options: Options; io: Io },
) {
  const left = new AbortController();
  const opener = createLogOpener(options, io);
  let finish = () => {};
  const until = new Promise<void>((resolve) => (finish = resolve));
  const run = async () => {
    const folder = await findFolder(connection, jobId, undefined);
    if (folder === undefined) return printNote(io, io.t.logs.none(visibleText(jobId)));
    const source = await opener.open(folder);
    if (source === undefined) {
      printNote(io, io.t.logs.elsewhere(visibleText(folder)));
      return printNote(io, io.t.logs.seeLogs(toCommand(connection, "logs", visibleText(jobId))));
    }
    const print = createNotePrinter(io);
    const pollMs = connection.keepsJobs ? 1000 : 200;
    const how = { until, signal: left.signal, allRounds: true, pollMs };
    for await (const chunk of readLogs(source, how)) {
      if (left.signal.aborted) return;
      print(chunk);
    }
  };
  const done = run()
    .catch((error: unknown) => {
      if (left.signal.aborted) return;
      const why = isQizhiError(error) ? sayError(error, io.t).summary : visibleText(String(error));
      printNote(io, io.t.logs.unreadable(why));
    })
    .finally(opener.close);
  return {
    /** Prints what is left, once the job has ended, or until the signal aborts. */
    async end(signal: AbortSignal): Promise<void> {
      finish();
      await Promise.race([done, once(signal, "abort")]);
    },
    /** Prints nothing more. */
    leave(): void {
      left.abort();
      opener.close();
    },
  };
}
