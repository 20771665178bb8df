import type { AnnotationCollector } from "../commands/annotations.ts";
import type { ActionProcess, GracePeriods, ProcessEnd } from "./action-process.ts";
import type { CommandFileName, CommandFiles } from "../files/command-files.ts";
import type { CommandProcessor } from "../commands/command-processor.ts";
import type { Masker } from "../text/masker.ts";
import type { CommandRecord, OutputLine, Problem, StageName } from "../result/result.ts";
import { setTimeout as delay } from "node:timers/promises";
import type { StreamName } from "../text/lines.ts";
import { readCommandFile } from "../files/command-files.ts";
import type { LineWaiters } from "./waiting.ts";

/** What a test does while a stage runs. */
export type StageScript = (run: RunningStage) => Promise<void>;

/** What a stage is run with. */
export type StageParts = {
  stage: StageName;
  node: string;
  scriptPath: string;
  cwd: string;
  /** A new folder for the command files. */
  filesDirectory: string;
  buildEnv: (files: CommandFiles) => Record<string, string>;
  masker: Masker;
  problems: Problem[];
  declaredOutputs: readonly string[];
  unexpectedInputs: readonly string[];
  graces: GracePeriods;
  isDebug: boolean;
  /** Whether the condition of this stage also holds in a cancelled job. */
  runsWhenCancelled: boolean;
  isInContainer: boolean;
  script: StageScript | undefined;
  /** Beyond this the process is killed and the run rejects. */
  deadlineMs: number;
  startedAt: number;
  clock: () => number;
};

/** A stage whose process has ended and whose files are still to be read. */
export type FinishedStage = StageParts & {
  startedAtMs: number;
  files: CommandFiles;
  annotations: AnnotationCollector;
  processor: CommandProcessor;
  action: ActionProcess;
  end: ProcessEnd;
};

/** What made a stage end before its time. */
export type Interruption = "cancelled" | "timed-out" | "runner death" | "runner shutdown";

/** The hands a test has on a running stage. */
export type RunningStage = {
  readonly stage: StageName;
  readonly pid: number;
  /** `Date.now()` at the start of the run. */
  readonly startedAt: number;
  readonly lines: readonly OutputLine[];
  readonly commands: readonly CommandRecord[];
  /** ms since the start of the run; the clock of every `atMs`. */
  now(): number;
  isRunning(): boolean;
  /** The first line, past or to come, whose raw text matches. 10 s unless told otherwise. */
  waitForLine(pattern: RegExp, timeoutMs?: number): Promise<OutputLine>;
  /** Until a condition outside the action holds, such as a call seen by a server. 10 s by default. */
  waitUntil(condition: () => boolean, what: string, timeoutMs?: number): Promise<void>;
  /** What the action has written so far. */
  readFile(name: CommandFileName): string;
  waitForFile(name: CommandFileName, pattern: RegExp, timeoutMs?: number): Promise<string>;
  /** Any signal, once, to the process only. */
  signal(signal: NodeJS.Signals): boolean;
  /** Stops reading a stream, so that the action's next write to it fails with EPIPE. */
  closePipe(stream: StreamName): void;
  /**
   * The workflow is cancelled: SIGINT, 7,500 ms, SIGTERM, 2,500 ms, SIGKILL. A post step whose
   * `post-if` holds after a cancel is left alone, as by the runner. Settles when the stage has ended; in a
   * container job at once, and the process lives on.
   */
  cancel(): Promise<void>;
  /** The step's `timeout-minutes` are over: the same signals, but the step counts as failed. */
  timeoutMinutes(): Promise<void>;
  /** The runner goes away in order (spot reclaim): the same signals, and no post. */
  shutdown(): Promise<void>;
  /** The machine dies: SIGKILL, no post, nothing of outputs and summary is kept. */
  kill(): Promise<void>;
  /** Only the process dies (out of memory): SIGKILL, the step fails, post runs. */
  sigkill(): Promise<void>;
};

/** What a {@link RunningStage} works with. */
type RunningStageParts = Pick<
  StageParts,
  "stage" | "startedAt" | "clock" | "isInContainer" | "runsWhenCancelled"
> & {
  process: ActionProcess;
  lines: readonly OutputLine[];
  commands: readonly CommandRecord[];
  waiters: LineWaiters;
  files: CommandFiles;
  interrupt: (kind: Interruption) => void;
};

const PATIENCE_MS = 10_000;
const POLL_MS = 5;

function createWaitUntil(clock: () => number): RunningStage["waitUntil"] {
  return async (condition, what, timeoutMs = PATIENCE_MS) => {
    const deadline = clock() + timeoutMs;
    while (!condition()) {
      if (clock() > deadline) throw new Error(`${timeoutMs} ms went by before ${what}`);
      await delay(POLL_MS);
    }
  };
}

/** Gives a test its hands on a stage. */
export function createRunningStage(parts: RunningStageParts): RunningStage {
  const { process: action, clock, files, interrupt, waiters } = parts;

  const waitUntil = createWaitUntil(clock);
  const stopBySignals = async (kind: Interruption): Promise<void> => {
    interrupt(kind);
    if (parts.isInContainer) action.detach();
    else await action.cancel();
  };
  const sigkill = async (): Promise<void> => {
    action.signal("SIGKILL");
    await action.ended;
  };
  const readFile = (name: CommandFileName): string => readCommandFile(files[name]);

  return {
    stage: parts.stage,
    pid: action.pid,
    startedAt: parts.startedAt,
    lines: parts.lines,
    commands: parts.commands,
    now: clock,
    isRunning: action.isRunning,
    waitForLine: (pattern, timeoutMs = PATIENCE_MS) => waiters.waitForLine(pattern, timeoutMs),
    waitUntil,
    readFile,
    async waitForFile(name, pattern, timeoutMs) {
      const what = `GITHUB_${name} matched ${pattern}`;
      await waitUntil(() => readFile(name).search(pattern) >= 0, what, timeoutMs);
      return readFile(name);
    },
    signal: action.signal,
    closePipe: action.closePipe,
    async cancel() {
      if (!parts.runsWhenCancelled) return stopBySignals("cancelled");
      interrupt("cancelled");
      await action.ended;
    },
    timeoutMinutes: () => stopBySignals("timed-out"),
    shutdown: () => stopBySignals("runner shutdown"),
    async kill() {
      interrupt("runner death");
      await sigkill();
    },
    sigkill,
  };
}
