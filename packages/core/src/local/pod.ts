import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isGroupAlive, signalGroup } from "./process-group.ts";
import type { Watchdog } from "./watchdog.ts";

/** What runs on one node. */
export interface PodSpec {
  command: string;
  env: Readonly<Record<string, string>>;
  workDir: string;
  /** stdout and stderr are added to this file. */
  logFile: string;
}

/** The processes of one node: a group whose leader is the command's `sh`. */
export interface Pod {
  /** Gives the exit code (128 + n for a signal) once the leader and its group are gone. */
  readonly ended: Promise<number>;
  /** SIGTERM to the group, SIGKILL after `graceMs` to what is left. */
  stop(graceMs: number): void;
  /** SIGKILL to the group. */
  kill(): void;
}

// The command waits for a line, so that it cannot run before the watchdog knows its group.
const gate = 'read -r go <&3 || exit 137; exec 3<&-; exec sh -c -- "$0"';

/** Starts a command. Rejects when it cannot be started, such as for a command that is too long. */
export async function startPod(spec: PodSpec, watchdog: Watchdog): Promise<Pod> {
  mkdirSync(dirname(spec.logFile), { recursive: true });
  const log = openSync(spec.logFile, "a");
  let child;
  try {
    child = spawn("sh", ["-c", gate, spec.command], {
      cwd: spec.workDir,
      env: spec.env,
      detached: true,
      stdio: ["ignore", log, log, "pipe"],
    });
  } finally {
    closeSync(log);
  }
  const started = new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
  const exited = new Promise<number>((resolve) => {
    child.once("exit", (code, signal) => resolve(code ?? toExitCode(signal)));
  });
  await started;
  const groupId = child.pid;
  const gateInput = child.stdio[3];
  if (groupId === undefined || !gateInput || !("write" in gateInput)) {
    throw new Error("sh did not start");
  }
  gateInput.on("error", () => {});
  const pod = superviseGroup(groupId, exited, () => watchdog.remove(groupId));
  await watchdog.add(groupId);
  gateInput.end("go\n");
  return pod;
}

function superviseGroup(groupId: number, exited: Promise<number>, onEnd: () => void): Pod {
  let graceUntil = 0;
  let hasEnded = false;
  const kill = () => {
    graceUntil = 0;
    // An ended group's number may belong to someone else.
    if (!hasEnded) signalGroup(groupId, "SIGKILL");
  };
  const ended = exited.then(async (code) => {
    // As in a container: what the command leaves behind ends with it, after its grace if it was stopped.
    while (Date.now() < graceUntil && isGroupAlive(groupId)) await pause(10);
    kill();
    // A killed process is gone only in a moment; a bound, for one that hangs in the kernel.
    const hangsAt = Date.now() + 2000;
    while (isGroupAlive(groupId) && Date.now() < hangsAt) await pause(5);
    hasEnded = true;
    onEnd();
    return code;
  });
  return {
    ended,
    kill,
    stop(graceMs) {
      if (hasEnded) return;
      graceUntil = Date.now() + graceMs;
      signalGroup(groupId, "SIGTERM");
      const timer = setTimeout(kill, graceMs);
      void ended.then(() => clearTimeout(timer));
    },
  };
}

function toExitCode(signal: NodeJS.Signals | null): number {
  return signal === "SIGTERM" ? 143 : 137;
}
