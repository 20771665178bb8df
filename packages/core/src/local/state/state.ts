import { appendFileSync, mkdtempSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { randomBytes, randomUUID } from "node:crypto";
import * as z from "zod/mini";
import { reasonOf } from "../../text/error-code.ts";
import { InputError, inputError } from "../../errors/input-errors.ts";
import {
  makePrivateFolder,
  readPrivateFile,
  writePrivateFile,
} from "../../journal/private-file.ts";
import { type JobRecord, readJob } from "../jobs/job-record.ts";
import { dropLock, takeLock } from "./state-lock.ts";
import { uuidPattern } from "../../schemas/job-ref.ts";
import { parseJson } from "../../text/json-value.ts";

/** The folder of a platform: its identity, the jobs table and the logs. */
export interface PlatformState {
  readonly identity: Identity;
  /** The folder, if it goes away at the end. */
  readonly temporaryDir: string | undefined;
  /** The jobs of earlier starts. */
  readonly jobs: readonly JobRecord[];
  save(job: JobRecord): void;
  logFile(jobId: string, node: number): string;
  /** Gives the folder up; removes it if it is temporary. Sync, for the exit hook. */
  close(): void;
}

/**
 * Opens the folder of a platform, for this user alone.
 * @param onTrouble called with what is damaged or cannot be written; the platform goes on.
 * @throws InputError when another platform uses the folder, or it cannot be created, read or written.
 */
export function openState(
  stateDir: string | undefined,
  onTrouble: (trouble: InputError) => void,
): PlatformState {
  return stateDir === undefined ? openTemporary() : openKept(resolve(stateDir), onTrouble);
}

function openTemporary(): PlatformState {
  const parent = tmpdir();
  let dir: string;
  try {
    dir = mkdtempSync(join(parent, "qizhi-local-"));
  } catch (error) {
    throw inputError("local_temporary_dir", { folder: parent, reason: reasonOf(error) });
  }
  return {
    identity: createIdentity(),
    temporaryDir: dir,
    jobs: [],
    save: () => {},
    logFile: toLogFile(dir),
    close() {
      try {
        rmSync(dir, { recursive: true, force: true });
      } catch {
        // A dying process may still write a log; in an exit hook the watchdog removes the rest.
      }
    },
  };
}

function openKept(dir: string, onTrouble: (trouble: InputError) => void): PlatformState {
  const lockFile = join(dir, "lock");
  const jobsFile = join(dir, "jobs.jsonl");
  let isLocked = false;
  try {
    makePrivateFolder(dir);
    const owner = takeLock(lockFile);
    if (owner) throw inputError("local_state_taken", { folder: dir, processId: owner.pid });
    isLocked = true;
    const { jobs, damagedLines } = readSavedJobs(readPrivateFile(jobsFile) ?? "");
    if (damagedLines > 0)
      onTrouble(inputError("local_jobs_damaged", { file: jobsFile, lines: damagedLines }));
    // Without the states that are past, and without what is damaged.
    writePrivateFile(jobsFile, jobs.map(toLine).join(""));
    return {
      identity: openIdentity(join(dir, "platform.json"), onTrouble),
      temporaryDir: undefined,
      jobs,
      save: createSave(jobsFile, onTrouble),
      logFile: toLogFile(dir),
      close: () => dropLock(lockFile),
    };
  } catch (error) {
    if (isLocked) dropLock(lockFile);
    throw toFolderError(dir, error);
  }
}

/** The last state of each job in a table of lines. A line that is cut or damaged is left out and counted. */
export function readSavedJobs(text: string): { jobs: JobRecord[]; damagedLines: number } {
  const jobs = new Map<string, JobRecord>();
  let damagedLines = 0;
  for (const line of text.split("\n").filter((each) => each.trim() !== "")) {
    const job = readJob(line);
    if (job === undefined) damagedLines += 1;
    else jobs.set(job.jobId, job);
  }
  return { jobs: [...jobs.values()], damagedLines };
}

function toLogFile(dir: string): PlatformState["logFile"] {
  return (jobId, node) => join(dir, "logs", jobId.replaceAll(/[^\w-]/g, "_"), `worker-${node}.log`);
}

function openIdentity(file: string, onTrouble: (trouble: InputError) => void): Identity {
  const text = readPrivateFile(file);
  const kept = text === undefined ? undefined : readIdentity(text);
  if (kept !== undefined) return kept;
  if (text !== undefined) onTrouble(inputError("local_login_damaged", { file }));
  const identity = createIdentity();
  writePrivateFile(file, JSON.stringify(identity));
  return identity;
}

/** Adds each state of a job to a table; what a full disk keeps out is added later. */
function createSave(
  file: string,
  onTrouble: (trouble: InputError) => void,
): (job: JobRecord) => void {
  const unsaved = new Map<string, string>();
  let size = statSync(file).size;
  let isReported = false;
  return (job) => {
    if (job.seed) return;
    unsaved.set(job.jobId, toLine(job));
    const lines = Buffer.from([...unsaved.values()].join(""));
    try {
      appendFileSync(file, lines, { mode: 0o600 });
      size += lines.length;
      unsaved.clear();
    } catch (error) {
      if (!isReported)
        onTrouble(inputError("local_jobs_unsaved", { file, reason: reasonOf(error) }));
      isReported = true;
      try {
        // The part that fitted is no whole line.
        if (statSync(file).size > size) truncateSync(file, size);
      } catch {
        // The table is gone or takes no writing at all, which is told already.
      }
    }
  };
}

function toLine(job: JobRecord): string {
  return `${JSON.stringify(job)}\n`;
}

function toFolderError(folder: string, error: unknown): InputError {
  // The errors of the journal's folder have other hints.
  if (error instanceof InputError && error.rule !== "state_file") return error;
  const reason = error instanceof InputError ? error.summary : reasonOf(error);
  return inputError("local_state_dir", { folder, reason });
}

const IdentitySchema = z.object({
  /** Marks its processes. */
  id: z.string().check(z.regex(new RegExp(`^${uuidPattern}$`))),
  /** Signs its tokens. */
  secret: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  /** Password of the account, unless one was given. */
  password: z.string().check(z.regex(/^[\w-]{16}$/)),
});

/** What a platform keeps about itself. */
export type Identity = z.infer<typeof IdentitySchema>;

export function readIdentity(text: string): Identity | undefined {
  return z.safeParse(IdentitySchema, parseJson(text)).data;
}

function createIdentity(): Identity {
  const password = randomBytes(12).toString("base64url");
  return { id: randomUUID(), secret: randomBytes(32).toString("hex"), password };
}
