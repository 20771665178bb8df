import { constants } from "node:fs";
import { join } from "node:path";
import { inputError } from "../errors/input-errors.ts";
import { isNotFound, reasonOf } from "../text/error-code.ts";
import { excerpt } from "../text/text.ts";

export interface LogFile {
  readonly name: string;
  /** Bytes in it. */
  readonly size: number;
  /** When it was last written, epoch ms. */
  readonly changedAt: number;
}

/** A folder of logs, here or on another machine; what cannot be read is an InputError. */
export interface LogSource {
  /** The files in it; `undefined` when there is no such folder here, or none yet. */
  list(): Promise<LogFile[] | undefined>;
  /** Bytes of a file from a place on; fewer at its end. */
  read(name: string, from: number, length: number): Promise<Uint8Array>;
}

/** Loaded with the first logs that are read: most commands read none. */
const loadFiles = () => process.getBuiltinModule("node:fs/promises");

/** A folder of logs on a disk of this machine. */
export function openFolder(dir: string): LogSource {
  return {
    async list() {
      const names = await orNone(dir, loadFiles().readdir(dir));
      return names && (await Promise.all(names.map(find))).flatMap((file) => file ?? []);
    },
    async read(name, from, length) {
      const path = join(dir, name);
      return (await orNone(path, readPart(path, from, length))) ?? new Uint8Array();
    },
  };

  async function find(name: string): Promise<LogFile | undefined> {
    try {
      // A link could lead to any file of this user, and a pipe would never answer.
      const found = await loadFiles().lstat(join(dir, name));
      return found.isFile() ? { name, size: found.size, changedAt: found.mtimeMs } : undefined;
    } catch {
      // Renamed since, as a node's result is at its end.
      return undefined;
    }
  }
}

/** What is read, or nothing where it has gone. */
async function orNone<Read>(path: string, reading: Promise<Read>): Promise<Read | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw inputError("logs_unreadable", { path: excerpt(path, 300), reason: reasonOf(error) });
  }
}

async function readPart(path: string, from: number, length: number): Promise<Uint8Array> {
  // A link or a pipe may have taken the file's place since the look. Windows has neither of the two flags.
  const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const file = await loadFiles().open(path, O_NOFOLLOW | O_NONBLOCK);
  try {
    if (!(await file.stat()).isFile()) return new Uint8Array();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The header by which the page of a job of the local platform names the folder of its logs. */
export const logFolderHeader = "x-qizhi-log-folder";

/**
 * The folder where the local platform keeps the logs of a job; `undefined` of any other platform.
 * @param page address of the job's page.
 */
export function findLocalLogFolder(page: string): Promise<string | undefined> {
  const { protocol, hostname } = new URL(page);
  if (protocol !== "http:" || !/^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(hostname)) {
    return Promise.resolve(undefined);
  }
  // An import of node:http in an ES module loads undici.
  const { request } = process.getBuiltinModule("node:http");
  return new Promise((resolve) => {
    const asked = request(page, { method: "HEAD", timeout: 5000 }, (response) => {
      response.resume();
      const { [logFolderHeader]: folder } = response.headers;
      resolve(typeof folder === "string" ? decode(folder) : undefined);
    });
    asked.on("error", () => resolve(undefined)).on("timeout", () => asked.destroy());
    asked.end();
  });
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
