import { once } from "node:events";
import { codeOf } from "@qizhi/core/internal";
import { fstatSync, writeSync } from "node:fs";
import { OutputError } from "../errors/cli-error.ts";

/** An output stream: a terminal, a file or a pipe. */
export interface Output {
  readonly isTTY: boolean;
  /** The stream of a terminal. */
  readonly terminal: NodeJS.WriteStream | undefined;
  write(text: string): void;
  /** Whether its reader is gone, as after `| head -1`: nothing more is written. */
  isGone?(): boolean;
  /** Resolves once a slow reader has taken what was written. */
  drain?(): Promise<void>;
}

/** Columns for lines on this stream; a pipe has no end of the line. */
export function columnsOf({ terminal }: Output): number {
  return terminal ? terminal.columns || 80 : Infinity;
}

/**
 * Standard output (1) or error (2) of this process. A file and a pipe are written synchronously, so that all
 * of it is out when the process ends. Once the reader is gone, as after `| head -1`, nothing more is written.
 * @throws {OutputError} a result cannot be written, as to a disk that is full.
 */
export function openOutput(fd: 1 | 2): Output {
  let stream: NodeJS.WriteStream | undefined;
  let isGone = false;
  let draining: Promise<undefined> | undefined;

  const open = () => {
    if (stream === undefined) {
      stream = fd === 1 ? process.stdout : process.stderr;
      stream.on("error", () => (isGone = true));
    }
    return stream;
  };
  const terminal = isTerminal(fd) ? open() : undefined;
  return {
    isTTY: terminal !== undefined,
    terminal,
    isGone: () => isGone,
    async drain() {
      if (stream?.writableNeedDrain !== true || isGone) return;
      // All that wait share two listeners.
      draining ??= once(stream, "drain").then(
        () => (draining = undefined),
        () => (draining = undefined),
      );
      await draining;
    },
    write(text) {
      if (isGone) return;
      if (stream !== undefined) return void stream.write(text);
      let bytes = Buffer.from(text);
      try {
        while (bytes.length > 0) bytes = bytes.subarray(writeSync(fd, bytes));
      } catch (error) {
        const code = codeOf(error);
        // A full pipe that must not block: the stream keeps the rest.
        if (code === "EAGAIN") return void open().write(bytes);
        // Windows says EOF of a pipe without a reader.
        const hasLeft = code === "EPIPE" || code === "EOF";
        // A failure of stderr can be printed nowhere, and the next write may find room.
        if (fd === 1 || hasLeft) isGone = true;
        if (fd === 1 && !hasLeft) throw new OutputError(code ?? String(error));
      }
    },
  };
}

/** Whether standard input (0), output (1) or error (2) is a terminal; opens no stream. */
export function isTerminal(fd: number): boolean {
  try {
    // The cheapest test comes first.
    return fstatSync(fd).isCharacterDevice() && process.getBuiltinModule("node:tty").isatty(fd);
  } catch {
    return false;
  }
}
