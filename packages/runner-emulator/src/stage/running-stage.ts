import { setTimeout as delay } from "node:timers/promises";
import type { StageRecord } from "../commands/stage-record.ts";
import { evaluatePostIf } from "../files/action-file.ts";
import type { CommandFileName, CommandFiles } from "../files/command-files.ts";
import { readCommandFile } from "../files/command-files.ts";
import type { OutputLine } from "../result/run.ts";
import type { ActionProcess } from "./action-process.ts";

/** What a test does while a stage runs. */
export type StageScript = (run: RunningStage) => Promise<void>;

/** What made a stage end before its time. */
export type Interruption = "cancelled" | "timed-out" | "runner death" | "runner shutdown";

/** A stage of a run, with its process and what is kept of it. */
export type Stage = {
  record: StageRecord;
  startedAtMs: number;
  files: CommandFiles;
  process: ActionProcess;
  interruption?: Interruption;
};

/** The hands a test has on a running stage. */
export type RunningStage = ReturnType<typeof createRunningStage>;

// A deadline against a hang: a process may take many seconds to start beside others.
const PATIENCE_MS = 30_000;
const POLL_MS = 5;

export function createRunningStage(stage: Stage) {
  const { record, files, process: action } = stage;
  const { run, stage: name, lines, commands } = record;
  const { isInContainer = false } = run.settings;
  let hasEnded = false;
  const noteEnd = () => {
    hasEnded = true;
  };
  void action.ended.then(noteEnd, noteEnd);

  const waitUntil = async (condition: () => boolean, what: string, timeoutMs = PATIENCE_MS) => {
    const deadline = run.clock() + timeoutMs;
    while (!condition()) {
      if (run.clock() > deadline) {
        throw new Error(`${timeoutMs} ms went by before ${what}; ${sayPrinted(lines)}`);
      }
      await delay(POLL_MS);
    }
  };
  const interrupt = (kind: Interruption): void => {
    if (!action.isRunning()) throw new Error(`${name} had ended before "${kind}" could happen`);
    stage.interruption ??= kind;
  };
  const stopBySignals = async (kind: Interruption): Promise<void> => {
    interrupt(kind);
    if (isInContainer) action.detach();
    else await action.cancel();
  };
  const sigkill = async (): Promise<void> => {
    action.signal("SIGKILL");
    await action.ended;
  };
  const readFile = (file: CommandFileName): string => readCommandFile(files[file]);

  return {
    commands,
    /** ms since the start of the run. */
    now: run.clock,
    isRunning: action.isRunning,
    /** The first line, past or to come, whose raw text matches. 30 s unless told otherwise. */
    async waitForLine(pattern: RegExp, timeoutMs?: number): Promise<OutputLine> {
      const find = () => lines.find(({ raw }) => raw.search(pattern) >= 0);
      const what = `a line matched ${pattern}`;
      await waitUntil(() => hasEnded || find() !== undefined, what, timeoutMs);
      const line = find();
      if (line) return line;
      throw new Error(`${name} ended before ${what}; ${sayPrinted(lines)}`);
    },
    /** Until a condition outside the action holds, such as a call seen by a server. 30 s by default. */
    waitUntil,
    /** What the action has written so far. */
    readFile,
    async waitForFile(file: CommandFileName, pattern: RegExp, timeoutMs?: number): Promise<string> {
      const what = `GITHUB_${file} matched ${pattern}`;
      await waitUntil(() => readFile(file).search(pattern) >= 0, what, timeoutMs);
      return readFile(file);
    },
    /** Any signal, once, to the process only. */
    signal: action.signal,
    /** Stops reading a stream, so that the action's next write to it fails with EPIPE. */
    closePipe: action.closePipe,
    /**
     * The workflow is cancelled: SIGINT, 7,500 ms, SIGTERM, 2,500 ms, SIGKILL. A post step whose
     * `post-if` holds after a cancel is left alone, as by the runner. Settles when the stage has ended; in a
     * container job at once, and the process lives on.
     */
    async cancel(): Promise<void> {
      const goesOn = name === "post" && evaluatePostIf(run.action, "cancelled");
      if (!goesOn) return stopBySignals("cancelled");
      interrupt("cancelled");
      await action.ended;
    },
    /** The step's `timeout-minutes` are over: the same signals, but the step counts as failed. */
    timeoutMinutes: () => stopBySignals("timed-out"),
    /** The runner goes away in order (spot reclaim): the same signals, and no post. */
    shutdown: () => stopBySignals("runner shutdown"),
    /** The machine dies: SIGKILL, no post, nothing of outputs and summary is kept. */
    async kill(): Promise<void> {
      interrupt("runner death");
      await sigkill();
    },
    /** Only the process dies (out of memory): SIGKILL, the step fails, post runs. */
    sigkill,
  };
}

/** The last lines of a stage, to explain a failed wait. */
export function sayPrinted(lines: readonly OutputLine[]): string {
  const last = lines.slice(-30).map(({ stream, raw }) => `  ${stream}: ${raw.slice(0, 300)}`);
  return `it printed:\n${last.join("\n")}`;
}
