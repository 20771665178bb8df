import { codeOf } from "@qizhi/core/internal";
import { fstatSync, writeSync } from "node:fs";
import type { Output } from "./streams.ts";
import { OutputError } from "../errors/output-error.ts";

/**
 * Standard output (1) or error (2) of this process. Only a terminal's is opened as a stream of Node, which
 * takes 4 ms (measured). Once its reader is gone, as after `| head -1`, it writes nothing more.
 * @throws {OutputError} a result cannot be written, as to a disk that is full.
 */
export function openOutput(fd: 1 | 2): Output {
  let stream: NodeJS.WriteStream | undefined;
  let isGone = false;

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
    write(text) {
      if (isGone) return;
      if (stream !== undefined) return void stream.write(text);
      let bytes = Buffer.from(text);
      try {
        while (bytes.length > 0) bytes = bytes.subarray(writeSync(fd, bytes));
      } catch (error) {
        const code = codeOf(error);
        // A pipe that is full and must not block: the stream keeps the rest.
        if (code === "EAGAIN") return void open().write(bytes);
        isGone = true;
        // EOF is what Windows says of a pipe without a reader; of stderr there is nobody to tell.
        if (fd === 1 && code !== "EPIPE" && code !== "EOF")
          throw new OutputError(code ?? String(error));
      }
    },
  };
}

/** Whether standard input (0), output (1) or error (2) is a terminal; opens no stream. */
export function isTerminal(fd: number): boolean {
  try {
    // First, as it need not load anything.
    return fstatSync(fd).isCharacterDevice() && process.getBuiltinModule("node:tty").isatty(fd);
  } catch {
    return false;
  }
}
