import {
  accessSync,
  appendFileSync,
  constants,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { makePrivateFolder, stateDir, type SweepPlan } from "@qizhi/core";
import { readTraces, type Trace } from "./traces.ts";

// A workflow run can be run again for 30 days.
const keptMs = 35 * 86_400_000;

/**
 * The file in which the step writes down what it submits, for post and for a re-run: names, ids and
 * ends of the runs, no specs and no secrets.
 */
export interface Ledger {
  readonly file: string;
  /** What an earlier attempt of the workflow run has left; `undefined` when nothing is known of one. */
  readonly earlier: ReadonlyMap<number, Trace> | undefined;
  /** Writes a line; on the disk when this returns. @throws {Error} the disk is full or gone. */
  write(entry: object): void;
}

/**
 * Opens the ledger of this step in the state folder, which outlives the job on a runner of one's own, or
 * else in the runner's temporary folder. That of an earlier attempt is taken over, by one step only.
 * @param plan without secrets, which may change from attempt to attempt.
 */
export function openLedger(
  plan: SweepPlan,
  baseUrl: string,
  env: Readonly<Record<string, string | undefined>>,
): Ledger {
  const folder = makeFolder(env);
  const number = Number(env["GITHUB_RUN_ATTEMPT"] ?? 1);
  const { createHash, randomUUID } = process.getBuiltinModule("node:crypto");
  const { GITHUB_REPOSITORY, GITHUB_JOB, GITHUB_ACTION } = env;
  const runs = plan.runs.map(({ name, parameters, spec }) => [name, parameters, spec]);
  const what = JSON.stringify([GITHUB_REPOSITORY, GITHUB_JOB, GITHUB_ACTION, baseUrl, runs]);
  const hash = createHash("sha256").update(what).digest("hex").slice(0, 16);
  const stem = `${Number(env["GITHUB_RUN_ID"] ?? 0)}-${hash}`;
  const file = join(folder, `${stem}-${number}-${randomUUID()}.jsonl`);
  const text = number > 1 ? takeOver(folder, stem, number, file) : undefined;
  return {
    file,
    earlier: text === undefined ? undefined : readTraces(text),
    write: (entry) => append(file, entry),
  };
}

/** Writes a line into a ledger. */
export function append(file: string, entry: object): void {
  // A line that a crash cut ends before the next one.
  appendFileSync(file, `\n${JSON.stringify(entry)}\n`, { mode: 0o600, flush: true });
}

/** What a ledger says; nothing where there is none. */
export function readLedger(file: string): ReadonlyMap<number, Trace> {
  try {
    return readTraces(readFileSync(file, "utf8"));
  } catch {
    return new Map();
  }
}

function makeFolder(env: Readonly<Record<string, string | undefined>>): string {
  try {
    const folder = join(stateDir(env), "action");
    makePrivateFolder(folder);
    accessSync(folder, constants.W_OK);
    prune(folder);
    return folder;
  } catch {
    // A runner without a home folder that can be written: post can still read it, a re-run cannot.
    const folder = join(env["RUNNER_TEMP"] ?? ".", "qizhi");
    makePrivateFolder(folder);
    return folder;
  }
}

function prune(folder: string): void {
  for (const name of readdirSync(folder)) {
    try {
      const file = join(folder, name);
      if (Date.now() - statSync(file).mtimeMs > keptMs) rmSync(file, { force: true });
    } catch {
      // Another step took it away, or it is not ours.
    }
  }
}

/** Takes the latest ledger of an earlier attempt. Whose rename works has it: steps may be alike. */
function takeOver(folder: string, stem: string, before: number, file: string): string | undefined {
  const found = readdirSync(folder)
    .filter((name) => name.startsWith(`${stem}-`))
    .map((name) => ({ name, attempt: Number(name.slice(stem.length + 1).split("-")[0]) }))
    .filter(({ attempt }) => attempt < before)
    .toSorted((a, b) => b.attempt - a.attempt);
  for (const { name } of found) {
    try {
      renameSync(join(folder, name), file);
      return readFileSync(file, "utf8");
    } catch {
      // Another step was quicker.
    }
  }
  return undefined;
}
