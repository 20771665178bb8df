import { randomBytes, randomUUID } from "node:crypto";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { inputError } from "../errors/input-errors.ts";
import type { JobRecord } from "./job-record.ts";

/** What a platform keeps about itself. */
export interface Identity {
  /** Marks its processes. */
  id: string;
  /** Signs its tokens. */
  secret: string;
  /** Password of the account, unless one was given. */
  password: string;
}

/** The folder of a platform: its identity, the jobs table and the logs. */
export interface PlatformState {
  readonly identity: Identity;
  /** The folder, if it goes away at the end. */
  readonly temporaryDir: string | undefined;
  /** The jobs of earlier starts. */
  readonly jobs: readonly JobRecord[];
  /** Keeps a job's new state. */
  save(job: JobRecord): void;
  /** Where a node's output goes. */
  logFile(jobId: string, node: number): string;
  /** Gives the folder up; removes it if it is temporary. Sync, for the exit hook. */
  close(): void;
}

/**
 * Opens the folder of a platform, for this user alone.
 * @throws InputError when another platform uses the folder, or it cannot be made.
 */
export function openState(stateDir: string | undefined): PlatformState {
  const isTemporary = stateDir === undefined;
  const dir = isTemporary ? mkdtempSync(join(tmpdir(), "qizhi-local-")) : makeFolder(stateDir);
  const lockFile = join(dir, "lock");
  takeLock(lockFile, dir);
  const jobsFile = join(dir, "jobs.jsonl");
  const jobs = readJobs(jobsFile);
  // Without the states that are past, and without a last line that a crash has cut.
  writeWhole(jobsFile, jobs.map((job) => `${JSON.stringify(job)}\n`).join(""));
  return {
    identity: readIdentity(join(dir, "platform.json")),
    temporaryDir: isTemporary ? dir : undefined,
    jobs,
    save(job) {
      if (isTemporary || job.seed) return;
      appendFileSync(jobsFile, `${JSON.stringify(job)}\n`, { mode: 0o600 });
    },
    logFile: (jobId, node) =>
      join(dir, "logs", jobId.replaceAll(/[^\w-]/g, "_"), `worker-${node}.log`),
    close() {
      heldLocks.delete(lockFile);
      try {
        rmSync(isTemporary ? dir : lockFile, { recursive: true, force: true });
      } catch {
        // A dying process may still write a log; in an exit hook the watchdog removes the rest.
      }
    },
  };
}

function makeFolder(stateDir: string): string {
  const dir = resolve(stateDir);
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw inputError("local_state_dir", { folder: dir, reason });
  }
  return dir;
}

/** Locks that this process holds. Its id alone tells too little: in a container it is often the same again. */
const heldLocks = new Set<string>();

function takeLock(file: string, dir: string): void {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx", mode: 0o600 });
  } catch {
    const owner = Number(readText(file));
    if (owner === process.pid ? heldLocks.has(file) : owner > 0 && isAlive(owner)) {
      throw inputError("local_state_taken", { folder: dir, processId: owner });
    }
    writeFileSync(file, String(process.pid), { mode: 0o600 });
  }
  heldLocks.add(file);
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}

function readJobs(file: string): JobRecord[] {
  const jobs = new Map<string, JobRecord>();
  for (const line of readText(file).split("\n")) {
    try {
      const job: JobRecord = JSON.parse(line);
      jobs.set(job.jobId, job);
    } catch {
      // Empty, or cut by a crash: the line before it holds the state.
    }
  }
  return [...jobs.values()];
}

function readIdentity(file: string): Identity {
  try {
    const kept: Identity = JSON.parse(readText(file));
    return kept;
  } catch {
    const password = randomBytes(12).toString("base64url");
    const identity = { id: randomUUID(), secret: randomBytes(32).toString("hex"), password };
    writeWhole(file, JSON.stringify(identity));
    return identity;
  }
}

function writeWhole(file: string, text: string): void {
  const part = `${file}.${process.pid}`;
  writeFileSync(part, text, { mode: 0o600 });
  renameSync(part, file);
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
