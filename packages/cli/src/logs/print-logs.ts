import { excerpt, type LogChunk, visibleText } from "@qizhi/core/internal";
import { type Io, printLines } from "../terminal/io.ts";
import { createTheme } from "../terminal/style.ts";
import type { Output } from "../terminal/streams.ts";
import { escapeUnsafe } from "../text/unsafe-text.ts";
import type { Messages } from "../messages/en.ts";
import { shortIds } from "../view/jobs-table.ts";

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

/** What the lines of several jobs begin with: each job's name, and its id where that is no other job's name. */
export function toJobNames(
  jobs: readonly { readonly jobId: string; readonly name: string | undefined }[],
): string[] {
  const short = shortIds(jobs.map(({ jobId }) => jobId));
  return jobs.map(({ jobId, name }, at) => {
    const id = visibleText(short.get(jobId) ?? jobId);
    if (name === undefined) return id;
    const isOther = jobs.some((other, index) => index !== at && other.name === name);
    return isOther ? `${excerpt(name, 40)} ${id}` : excerpt(name, 40);
  });
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
