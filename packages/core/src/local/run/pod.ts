import { spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { constants } from "node:os";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { statOf } from "../../journal/process-mark.ts";
import { openPodLog, type PodLog } from "./pod-log.ts";
import { findProcesses, sendSignal } from "./strays.ts";
import type { Watchdog } from "./watchdog.ts";

export interface PodSpec {
  command: string;
  env: Readonly<Record<string, string>>;
  workDir: string;
  /** stdout and stderr are added to this file. */
  logFile: string;
  /** Largest size of that file. */
  logBytes: number;
  /** Folder of the control group that it joins, if there is one. */
  groupFolder: string | undefined;
}

export interface PodEnd {
  /** 128 + n for a signal. */
  exitCode: number;
  /** Why the platform killed them, if it did so by itself. */
  reason: string | undefined;
}

// The command waits for a line, so that it cannot run before the watchdog knows its group.
const startBarrier =
  '{ [ -z "$1" ] || echo $$ > "$1/cgroup.procs"; } 2> /dev/null; ' +
  'read -r go <&3 || exit 137; exec 3<&-; exec sh -c -- "$0"';

/** Starts a command. Rejects when it cannot be started, such as for a command that is too long. */
export async function startPod(spec: PodSpec, watchdog: Watchdog): Promise<Pod> {
  mkdirSync(dirname(spec.logFile), { recursive: true, mode: 0o700 });
  let reason: string | undefined;
  let pod: Pod | undefined;
  const log = await openPodLog(spec.logFile, spec.logBytes, (why) => {
    reason = `its output cannot be kept: ${why}`;
    pod?.kill();
  });
  try {
    const { groupId, exited, go } = await startShell(spec, log);
    pod = superviseGroup(groupId, exited, () => {
      log.end();
      watchdog.remove(groupId);
      return reason;
    });
    await watchdog.add(groupId);
    go();
    return pod;
  } catch (error) {
    log.end();
    throw error;
  }
}

async function startShell(spec: PodSpec, log: PodLog) {
  const child = spawn("sh", ["-c", startBarrier, spec.command, spec.groupFolder ?? ""], {
    cwd: spec.workDir,
    env: spec.env,
    detached: true,
    stdio: ["ignore", log.input, log.input, "pipe"],
  });
  log.handOver();
  const started = new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (error) => {
      // The system says only that it is `sh` which it cannot find.
      const isThere = existsSync(spec.workDir);
      reject(isThere ? error : new Error(`the work folder ${spec.workDir} is not there`));
    });
  });
  const exited = new Promise<number>((resolve) => {
    child.once("exit", (code, signal) => resolve(code ?? toExitCode(signal)));
  });
  await started;
  const gateInput = child.stdio[3];
  if (child.pid === undefined || !gateInput || !("write" in gateInput)) {
    throw new Error("sh did not start");
  }
  gateInput.on("error", () => {});
  return { groupId: child.pid, exited, go: () => void gateInput.end("go\n") };
}

/** The processes of one node: a group whose leader is the command's `sh`. */
export type Pod = ReturnType<typeof superviseGroup>;

function superviseGroup(groupId: number, exited: Promise<number>, onEnd: () => string | undefined) {
  let graceUntil = 0;
  let hasEnded = false;
  const kill = () => {
    graceUntil = 0;
    // An ended group's number may belong to someone else.
    if (!hasEnded) sendSignal(-groupId, "SIGKILL");
  };
  const ended = exited.then(async (code): Promise<PodEnd> => {
    // As in a container: what the command leaves behind ends with it, after its grace if it was stopped.
    while (Date.now() < graceUntil && isGroupAlive(groupId)) await pause(10);
    kill();
    // A killed process is gone only in a moment; a bound, for one that hangs in the kernel.
    const hangsAt = Date.now() + 2000;
    while (isGroupAlive(groupId) && Date.now() < hangsAt) await pause(5);
    hasEnded = true;
    return { exitCode: code, reason: onEnd() };
  });
  return {
    /** Resolves once the leader and its group are gone. */
    ended,
    kill,
    /** SIGTERM to the group, SIGKILL after `graceMs` to what is left. */
    stop(graceMs: number) {
      if (hasEnded) return;
      graceUntil = Date.now() + graceMs;
      sendSignal(-groupId, "SIGTERM");
      const timer = setTimeout(kill, graceMs);
      void ended.then(() => clearTimeout(timer));
    },
  };
}

function toExitCode(signal: NodeJS.Signals | null): number {
  return 128 + constants.signals[signal ?? "SIGKILL"];
}

/** Whether a group still has a process that is not a zombie. */
function isGroupAlive(groupId: number): boolean {
  try {
    process.kill(-groupId, 0);
  } catch {
    return false;
  }
  const members = findProcesses((id) => {
    const { group, state } = statOf(id);
    return group === groupId && state !== "Z";
  });
  return members === undefined || members.length > 0;
}
