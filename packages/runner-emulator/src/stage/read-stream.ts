import { Buffer } from "node:buffer";
import type { ChildProcess } from "node:child_process";
import { createLineSplitter, type StreamName } from "../text/lines.ts";

/** Reads one pipe of a process line by line. */
export type Reader = { closed: Promise<void>; stop: () => void; text: () => string };

/** Begins to read; while it is muted, nothing is kept. */
export function readStream(
  child: ChildProcess,
  name: StreamName,
  { isMuted, onLine }: { isMuted: () => boolean; onLine: (line: string) => void },
): Reader {
  const stream = child[name];
  const splitter = createLineSplitter();
  const chunks: Uint8Array[] = [];
  let isOver = false;
  const take = (lines: string[]): void => {
    if (!isMuted()) lines.forEach(onLine);
  };
  const finish = (): void => {
    if (isOver) return;
    isOver = true;
    take(splitter.end());
  };
  const closed = new Promise<void>((resolve) => {
    stream?.on("data", (chunk: Buffer) => {
      if (isOver) return;
      if (!isMuted()) chunks.push(chunk);
      take(splitter.push(chunk));
    });
    stream?.once("close", () => {
      finish();
      resolve();
    });
  });
  return {
    closed,
    text: () => Buffer.concat(chunks).toString("utf8"),
    stop: () => {
      finish();
      stream?.destroy();
    },
  };
}
