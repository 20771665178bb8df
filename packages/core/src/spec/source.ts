import { open } from "node:fs/promises";
import { SpecError } from "../errors.ts";
import { excerpt } from "../text.ts";
import { toPosition } from "./place.ts";

/** The text of a job spec and what to call it in messages. */
export interface SpecSource {
  /** Path of the file, `-` for stdin. */
  name: string;
  /** The text, without a byte order mark. */
  text: string;
}

/** The largest spec that is read: 1 MiB. */
export const maxSpecBytes = 1_048_576;

const reasons: Partial<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EISDIR: "it is a folder",
  EACCES: "it may not be read by this user",
  EPERM: "it may not be read by this user",
  ELOOP: "its symbolic links go round in a circle",
};

/**
 * Reads the text of a job spec.
 * @throws {SpecError} it cannot be read, is over 1 MiB, or is not UTF-8 text.
 */
export async function readSpecSource(file: string): Promise<SpecSource> {
  return toSpecSource(await readBytes(file), file);
}

/**
 * Takes bytes, such as those of stdin, as the text of a job spec.
 * @throws {SpecError} they are over 1 MiB or not UTF-8 text.
 */
export function toSpecSource(bytes: Uint8Array, name: string): SpecSource {
  if (bytes.length > maxSpecBytes) throw refuse(name, "is over 1 MiB, too large for a job spec");
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw refuse(name, "is UTF-16 text; save it as UTF-8");
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw refuse(name, "is not UTF-8 text");
  }
  return checkSpecText({ name, text });
}

/** Refuses what no spec can be: too much text, or NUL bytes. */
export function checkSpecText(source: SpecSource): SpecSource {
  const text = source.text.replace(/^\ufeff/, "");
  if (text.length > maxSpecBytes)
    throw refuse(source.name, "is over 1 MiB, too large for a job spec");
  const nul = text.indexOf("\0");
  if (nul >= 0) {
    const issue = { path: [], message: "holds a NUL byte; it is not a text file" };
    throw new SpecError([{ ...issue, ...toPosition(text, nul) }], source.name);
  }
  return { name: source.name, text };
}

function refuse(name: string, message: string): SpecError {
  return new SpecError([{ path: [], message }], name);
}

async function readBytes(file: string): Promise<Uint8Array> {
  const buffer = Buffer.alloc(maxSpecBytes + 1);
  let filled = 0;
  try {
    const handle = await open(file, "r");
    try {
      // Bounded by hand: a pipe or device has no size to look at first.
      while (filled < buffer.length) {
        const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, null);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const reason = reasons[code] ?? excerpt(error instanceof Error ? error.message : String(error));
    throw refuse(file, `cannot be read: ${reason}`);
  }
  return buffer.subarray(0, filled);
}
