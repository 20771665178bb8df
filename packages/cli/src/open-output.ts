import { fstatSync, writeSync } from "node:fs";
import type { Output } from "./io.ts";

/**
 * Standard output (1) or error (2) of this process. Only a terminal's is opened as a stream of Node, which
 * takes 4 ms (measured). Once its reader is gone, as after `| head -1`, it writes nothing more.
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
  const terminal = isDevice(fd) && open().isTTY ? open() : undefined;
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
        // A pipe that is full and must not block: the stream keeps the rest.
        if (error instanceof Error && "code" in error && error.code === "EAGAIN") {
          open().write(bytes);
        } else isGone = true;
      }
    },
  };
}

/** Whether it may be a terminal. */
function isDevice(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice();
  } catch {
    return false;
  }
}
