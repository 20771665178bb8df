import type { JobSpec } from "@qizhi/core";
import { visibleText } from "@qizhi/core";
import type { LocalPlatform } from "@qizhi/core/local";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { Io } from "../terminal/io.ts";
import { printLines, printNote } from "../terminal/io.ts";

const shownLines = 100;
const shownBytes = 64 * 1024;

/** Shows the last lines that each node of a local job printed, and tells when there were more. */
export function printLogs(
  { logFile }: Pick<LocalPlatform, "logFile">,
  jobId: string,
  spec: JobSpec,
  io: Io,
): void {
  const nodes = spec.framework_config[0]?.instance_count ?? 1;
  for (let node = 0; node < nodes; node++) {
    const { lines, isWhole } = readTail(logFile(jobId, node));
    if (!isWhole) printNote(io, io.t.earlierLines(io.t.node(node)));
    for (const line of lines) {
      if (line !== "") printLines(io, `${io.t.node(node)} | ${visibleText(line)}`);
    }
  }
}

function readTail(file: string): { lines: string[]; isWhole: boolean } {
  let handle: number;
  try {
    handle = openSync(file, "r");
  } catch {
    return { lines: [], isWhole: true };
  }
  try {
    const { size } = fstatSync(handle);
    const buffer = Buffer.alloc(Math.min(size, shownBytes));
    const count = readSync(handle, buffer, 0, buffer.length, size - buffer.length);
    const lines = buffer.subarray(0, count).toString().trimEnd().split("\n");
    // The first one may begin in the middle.
    if (count < size) lines.shift();
    return {
      lines: lines.slice(-shownLines),
      isWhole: count === size && lines.length <= shownLines,
    };
  } finally {
    closeSync(handle);
  }
}
