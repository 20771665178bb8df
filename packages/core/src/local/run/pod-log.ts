import { reasonOf } from "../../text/error-code.ts";
import { execFile } from "node:child_process";
import { closeSync, constants, fstatSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import { promisify } from "node:util";
import { openPrivateFile } from "../../journal/private-file.ts";

const endOfLog = (mostBytes: number) =>
  `\n[local platform] The log ends here: it has reached its limit of ${mostBytes} bytes.\n`;

/** The output of a node on its way to a file that does not grow without limit. */
export type PodLog = Awaited<ReturnType<typeof openPodLog>>;

/**
 * Opens the log of a node, which is added to.
 * @param mostBytes the largest size of the file; its last line says when more was written.
 * @param onFailure called once when the file cannot be written, as on a full disk; nothing is kept then.
 */
export async function openPodLog(
  file: string,
  mostBytes: number,
  onFailure: (reason: string) => void,
) {
  const pipe = await openPipe(`${file}.pipe`);
  let log: number;
  try {
    const { O_APPEND, O_CREAT, O_WRONLY } = constants;
    log = openPrivateFile(file, O_WRONLY | O_APPEND | O_CREAT);
  } catch (error) {
    closeSync(pipe.input);
    closeSync(pipe.output);
    throw error;
  }
  const notice = Buffer.from(endOfLog(mostBytes));
  let left = mostBytes - notice.length - fstatSync(log).size;
  const write = (data: Uint8Array) => {
    if (left < 0) return;
    const isOver = data.length > left;
    const kept = isOver ? Buffer.concat([data.subarray(0, left), notice]) : data;
    left = isOver ? -1 : left - data.length;
    try {
      for (let at = 0; at < kept.length;) at += writeSync(log, kept, at);
    } catch (error) {
      left = -1;
      onFailure(reasonOf(error));
    }
  };
  const socket = new Socket({ fd: pipe.output, readable: true, writable: false });
  socket.on("data", write).on("error", () => {});
  let isHandedOver = false;
  const handOver = () => {
    if (!isHandedOver) closeSync(pipe.input);
    isHandedOver = true;
  };
  return {
    /** Where the processes of the node write to. */
    input: pipe.input,
    /** Closes `input` here, once the processes have it. */
    handOver,
    /** Takes what is still on the way, and closes the file. */
    end() {
      handOver();
      // Destroyed, it has read all and given the number back.
      if (!socket.destroyed) drain(pipe.output, write);
      socket.destroy();
      closeSync(log);
    },
  };
}

/** A pipe by name: the unnamed ones of Node are sockets, and no command could open its /dev/stderr. */
async function openPipe(name: string): Promise<{ input: number; output: number }> {
  const { O_RDONLY, O_NONBLOCK, O_WRONLY } = constants;
  rmSync(name, { force: true });
  await promisify(execFile)("mkfifo", ["-m", "600", name]);
  const output = openSync(name, O_RDONLY | O_NONBLOCK);
  const input = openSync(name, O_WRONLY);
  rmSync(name);
  return { input, output };
}

/** Reads what is in a pipe now. */
function drain(output: number, write: (data: Uint8Array) => void): void {
  const buffer = Buffer.alloc(65_536);
  try {
    for (let size = 1; size > 0;) {
      size = readSync(output, buffer);
      write(buffer.subarray(0, size));
    }
  } catch {
    // The pipe is empty, though a process elsewhere still has it open.
  }
}
