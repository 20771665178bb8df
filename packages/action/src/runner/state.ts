import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { getState, saveState } from "@actions/core";
import type { ProcessMark } from "@qizhi/core/internal";
import {
  isRunning,
  makePrivateFolder,
  ownMark,
  parseJson,
  readProcessMark,
} from "@qizhi/core/internal";
import { toReason } from "./text.ts";

/** What became of the job as far as main could see to it. */
export type Settlement =
  | "ended"
  | "stopped"
  | "left"
  /** There is no job, or main has told all that is known of it. */
  | "reported"
  /** Main wanted to stop it and could not: post tries once more. */
  | "stop-failed";

/** What main leaves for post; a value that was not saved is empty. */
export type SavedState = ReturnType<typeof readState>;

/** The runner's own file for the state cannot be written. */
export class StateError extends Error {
  override readonly name = "StateError";
}

let file: string | undefined;

/**
 * Begins the state of main, so that the bundle knows itself as post also when it is called by main's name.
 * @throws {StateError} there is no place for it.
 */
export function markStarted(): void {
  try {
    makePrivateFolder(stateFolder());
    file = join(stateFolder(), `step-${crypto.randomUUID()}.jsonl`);
  } catch {
    // GITHUB_STATE alone will do, but in a container job.
  }
  try {
    saveState("started", "true");
    if (file !== undefined) saveState("file", file);
  } catch (error) {
    throw new StateError(toReason(error));
  }
  save("main", JSON.stringify(ownMark()));
}

/** Whether main has run before: then this is post. */
export function hasStarted(): boolean {
  return getState("started") === "true";
}

export function markJob(jobId: string): void {
  save("jobId", jobId);
}

export function markLedger(ledger: string, listUrl: string): void {
  save("listUrl", listUrl);
  save("ledger", ledger);
}

/** To be called when main is through with the job. */
export function markSettled(settlement: Settlement | ""): void {
  save("settlement", settlement);
}

export interface LastWords {
  readonly level: "error" | "warning" | "notice";
  readonly title: string;
  readonly lines: readonly string[];
  readonly summary: string;
}

/** To be called at the end. Where the runner does not hear it any more, post says it. */
export function markEnded(words: LastWords): void {
  saveToFile("lastWords", JSON.stringify(words));
  saveState("ended", "true");
}

/** What main said while nobody read it. */
export function readLastWords(): LastWords | undefined {
  if (getState("ended") !== "") return undefined;
  return tryQuietly((): LastWords => JSON.parse(readState().lastWords));
}

/**
 * Saves a value for post. The runner reads GITHUB_STATE when main has ended, also after SIGKILL. In a container
 * job it reads it when `docker exec` has ended while main lives on, so a file of our own holds it, too. Where
 * neither can be written, as with a full disk, the runner is told by a line of the log.
 */
function save(name: keyof SavedState, value: string): void {
  const isInFile = saveToFile(name, value);
  try {
    saveState(name, value);
  } catch {
    if (isInFile) return;
    process.env["GITHUB_STATE"] = "";
    saveState(name, value);
  }
}

function saveToFile(name: keyof SavedState, value: string): boolean {
  try {
    if (file === undefined) return false;
    appendFileSync(file, `${JSON.stringify({ name, value })}\n`, { mode: 0o600 });
    return true;
  } catch {
    return false;
  }
}

export function readState() {
  const saved = readStateFile(getState("file") || findRunning());
  const read = (name: string) => saved.get(name) ?? getState(name);
  return {
    /** The process of main, as JSON. */
    main: read("main"),
    /** Page of the web console that lists jobs of its workspace. */
    listUrl: read("listUrl"),
    jobId: read("jobId"),
    /** Path of what is written down of the jobs that main submits. */
    ledger: read("ledger"),
    /** Empty when main did not get so far. */
    settlement: read("settlement"),
    /** What main said at its end, as JSON. */
    lastWords: read("lastWords"),
  };
}

/** The process of main; `undefined` where nothing is known of it. */
export function readMainMark({ main }: Pick<SavedState, "main">): ProcessMark | undefined {
  return readProcessMark(parseJson(main));
}

/**
 * Where post tells a main to stop that a signal may not reach: one file for all steps of the job, because
 * post runs when all of them are over.
 */
export function toStopMark(): string {
  const { GITHUB_RUN_ID, GITHUB_RUN_ATTEMPT, GITHUB_JOB } = process.env;
  const job = [GITHUB_RUN_ID, GITHUB_RUN_ATTEMPT, GITHUB_JOB].join("-");
  return join(stateFolder(), `stop-${job.replaceAll(/[^\w-]/g, "_")}`);
}

/** A main that was cancelled before the runner could read where its file is. */
function findRunning(): string {
  const isOrphan = (path: string) => {
    const mark = readMainMark({ main: readStateFile(path).get("main") ?? "" });
    return mark !== undefined && isRunning(mark);
  };
  const find = () => {
    const files = readdirSync(stateFolder()).filter((name) => name.startsWith("step-"));
    return files.map((name) => join(stateFolder(), name)).find(isOrphan);
  };
  return tryQuietly(find) ?? "";
}

function readStateFile(path: string): Map<string, string> {
  const text = path === "" ? "" : (tryQuietly(() => readFileSync(path, "utf8")) ?? "");
  return new Map(
    text.split("\n").flatMap((line): [string, string][] => {
      const { name, value } = Object(parseJson(line));
      return typeof name === "string" && typeof value === "string" ? [[name, value]] : [];
    }),
  );
}

/** A folder of the runner's temporary one for this user: both stages of a step have it, also in a container. */
export function stateFolder(): string {
  // That of a container's root is closed to the runner's user, who cannot delete it either.
  return join(process.env["RUNNER_TEMP"] || ".", `qizhi-${process.getuid?.() ?? "user"}`);
}

/** What some work gives; `undefined` where it throws. */
export function tryQuietly<Value>(work: () => Value): Value | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
