import { codeOf } from "../../text/error-code.ts";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import * as z from "zod/mini";
import { isRunning, ownMark, type ProcessMark } from "../../journal/process-mark.ts";
import { readPrivateFile } from "../../journal/private-file.ts";
import { parseJson } from "../../text/json-value.ts";

const MarkSchema = z.object({
  pid: z.int().check(z.gte(1)),
  host: z.string(),
  started: z.optional(z.string()),
});

/** Locks that this process holds, for systems that cannot distinguish two processes of one id. */
const held = new Set<string>();

/**
 * Takes a lock file.
 * @returns the process that holds it, or `undefined` once it is ours.
 */
export function takeLock(file: string): ProcessMark | undefined {
  // Several starts may find one that is left over; each round of this has a winner.
  for (;;) {
    try {
      writeFileSync(file, JSON.stringify(ownMark()), { flag: "wx", mode: 0o600 });
      held.add(file);
      return undefined;
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
    const owner = readOwner(file);
    if (owner !== undefined) return owner;
    putAside(file);
  }
}

/** Gives a lock up, while its folder may be gone already. */
export function dropLock(file: string): void {
  held.delete(file);
  rmSync(file, { force: true });
}

/** The process that holds a lock now; `undefined` for one that is left over or damaged. */
function readOwner(file: string): ProcessMark | undefined {
  const mark = z.safeParse(MarkSchema, parseJson(readPrivateFile(file) ?? "")).data;
  if (mark === undefined || !isRunning(mark)) return undefined;
  return mark.pid === process.pid && !held.has(file) ? undefined : mark;
}

/** Removes a lock that is left over, and no other one that has taken its place meanwhile. */
function putAside(file: string): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    // Another start was quicker.
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  if (readOwner(aside) === undefined) rmSync(aside, { force: true });
  else renameSync(aside, file);
}
