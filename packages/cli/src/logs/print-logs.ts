import type { LogChunk } from "@qizhi/core/internal";
import { visibleText } from "@qizhi/core";
import { type Io, printLines } from "../terminal/io.ts";
import { createTheme } from "../terminal/style.ts";
import type { Output } from "../terminal/streams.ts";
import { escapeUnsafe } from "../text/unsafe-text.ts";
import type { Messages } from "../messages/en.ts";

/** How lines of nodes are printed. */
export interface LogStyle {
  /** Whether each line begins with its node. */
  readonly hasNames: boolean;
  /** Stands before the node's name. @default nothing */
  readonly prefix?: string;
  /** The stream that decides the colours. */
  readonly stream: Output;
  readonly write: (text: string) => void;
}

/** Prints lines of nodes as text, each node in its colour; a mark on stderr says where a later round begins. */
export function createLogPrinter(
  { hasNames, prefix = "", stream, write }: LogStyle,
  io: Io,
): (chunk: LogChunk) => void {
  const theme = createTheme(stream, io.env);
  const marks = createTheme(io.stderr, io.env);
  const seen = new Map<string, number>();
  return ({ run: { node, host, round }, lines }) => {
    if (seen.get(node) !== round && round > 1) {
      const mark = io.t.logs.round(nameOf(node, io.t), round, visibleText(host ?? ""));
      printLines(io, marks.paint("faint", mark));
    }
    if (!seen.has(node)) seen.set(node, round);
    seen.set(node, round);
    const index = [...seen.keys()].indexOf(node);
    const name = hasNames ? `${theme.paintNode(index, `${prefix}${nameOf(node, io.t)} |`)} ` : "";
    write(lines.map((line) => `${name}${line}\n`).join(""));
  };
}

/** A node as a line names it; one without a rank by its host. */
export function nameOf(node: string, t: Messages): string {
  return /^\d+$/.test(node) ? t.node(Number(node)) : visibleText(node);
}

/** Prints lines of nodes as one object a line. */
export function createJsonPrinter(jobId: string, io: Io): (chunk: LogChunk) => void {
  return ({ run: { node, host = null, round }, lines }) => {
    const objects = lines.map((line) => ({ job_id: jobId, node, host, round, line }));
    const texts = io.writeDocument
      ? [`${io.writeDocument(objects)}\n`]
      : objects.map((each) => `${JSON.stringify(each)}\n`);
    io.stdout.write(escapeUnsafe(texts.join("")));
  };
}
