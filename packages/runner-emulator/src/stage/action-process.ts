import { Buffer } from "node:buffer";
import { type ChildProcess, spawn } from "node:child_process";
import { createLineSplitter, type StreamName } from "../text/lines.ts";
import { setTimeout as delay } from "node:timers/promises";
import type { GracePeriods, Run, SentSignal, StageResult, TakenLine } from "../result/run.ts";

/** Begins to read one pipe of a process line by line. */
function readStream(child: ChildProcess, name: StreamName, onLine: (line: string) => void) {
  const stream = child[name];
  const splitter = createLineSplitter();
  const chunks: Uint8Array[] = [];
  let isOver = false;
  const finish = (): void => {
    if (isOver) return;
    isOver = true;
    splitter.end().forEach(onLine);
  };
  const closed = new Promise<void>((resolve) => {
    stream?.on("data", (chunk: Buffer) => {
      if (isOver) return;
      chunks.push(chunk);
      splitter.push(chunk).forEach(onLine);
    });
    stream?.once("close", () => {
      finish();
      resolve();
    });
  });
  return {
    closed,
    text: () => Buffer.concat(chunks).toString("utf8"),
    /** Goes on reading and keeps nothing of it. */
    mute: () => {
      isOver = true;
    },
    stop: () => {
      finish();
      stream?.destroy();
    },
  };
}

/** The runner's own periods (README 1, 2). */
const RUNNER_GRACE_PERIODS: GracePeriods = {
  sigintMs: 7500,
  sigtermMs: 2500,
  pipesMs: 5000,
};

export type ProcessEnd = Exit & {
  closedAtMs: number;
  /** True if something kept the pipes open beyond the grace period. */
  pipesHeldOpen: boolean;
};

export type ActionProcess = ReturnType<typeof startActionProcess>;

/** Starts `node script` with closed input and both outputs read line by line. */
export function startActionProcess(
  { clock, settings, workspace: cwd }: Run,
  script: string,
  env: Record<string, string>,
  takeLine: (line: TakenLine) => void,
) {
  const { node = process.execPath } = settings;
  const graces = { ...RUNNER_GRACE_PERIODS, ...settings.gracePeriods };
  const child = spawn(node, [script], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const signals: SentSignal[] = [];
  let endClient: (exit: Exit) => void = () => {};
  const clientEnded = new Promise<Exit>((resolve) => {
    endClient = resolve;
  });
  let isDetached = false;
  const read = (stream: StreamName) =>
    readStream(child, stream, (raw) => takeLine({ stream, raw }));
  const readers = { stdout: read("stdout"), stderr: read("stderr") };
  const exited = waitForExit(child, clock);
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;

  const signal = (name: NodeJS.Signals): boolean => {
    if (!isRunning() || !child.kill(name)) return false;
    signals.push({ signal: name, atMs: clock() });
    return true;
  };
  const ended = Promise.race([exited, clientEnded]).then(async (exit): Promise<ProcessEnd> => {
    if (isDetached) return { ...exit, closedAtMs: exit.exitedAtMs, pipesHeldOpen: false };
    const pipesHeldOpen = !(await closePipes(Object.values(readers), graces.pipesMs));
    return { ...exit, closedAtMs: clock(), pipesHeldOpen };
  });

  return {
    signals,
    /** Settles when the process has ended and its pipes are closed or given up. */
    ended,
    isRunning,
    /** Everything printed so far, before masking. */
    rawText: (stream: StreamName) => readers[stream].text(),
    /** Signals the process, not its group, as the runner does. False if it has ended. */
    signal,
    /** Closes the reading end of a pipe; what the process writes to it from now on fails (EPIPE). */
    closePipe: (stream: StreamName) => readers[stream].stop(),
    /** SIGINT, SIGTERM, SIGKILL with the grace periods between them. */
    cancel: () => signalInTurn(signal, ended, graces),
    /**
     * What a signal to `docker exec` does: that client ends, and the process in the container lives on and
     * hears of nothing. What it prints from now on is lost.
     */
    detach(): void {
      isDetached = true;
      for (const reader of Object.values(readers)) reader.mute();
      endClient({ exitCode: 0, signal: null, exitedAtMs: clock() });
    },
    /** The container is removed. True if the process still ran. */
    async remove(): Promise<boolean> {
      const wasRunning = child.kill("SIGKILL");
      await exited;
      return wasRunning;
    },
  };
}

async function signalInTurn(
  signal: (name: NodeJS.Signals) => boolean,
  ended: Promise<ProcessEnd>,
  graces: GracePeriods,
): Promise<void> {
  signal("SIGINT");
  if (await settlesWithin(ended, graces.sigintMs)) return;
  signal("SIGTERM");
  if (await settlesWithin(ended, graces.sigtermMs)) return;
  signal("SIGKILL");
  await ended;
}

type Exit = Pick<StageResult, "exitCode" | "signal" | "exitedAtMs">;

/** Reads what is left of the pipes; whether they closed in time. */
async function closePipes(
  readers: readonly ReturnType<typeof readStream>[],
  withinMs: number,
): Promise<boolean> {
  const closed = Promise.all(readers.map((reader) => reader.closed));
  const haveClosed = await settlesWithin(closed, withinMs);
  for (const reader of readers) reader.stop();
  return haveClosed;
}

/** Whether a promise resolves in time; rejects with it. */
export async function settlesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const timer = new AbortController();
  const late = delay(ms, false, { signal: timer.signal }).catch(() => false);
  return Promise.race([promise.then(() => true), late]).finally(() => timer.abort());
}

function waitForExit(child: ChildProcess, clock: () => number): Promise<Exit> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (exitCode, signal) => resolve({ exitCode, signal, exitedAtMs: clock() }));
  });
}
