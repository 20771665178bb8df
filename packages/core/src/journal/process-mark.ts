import { codeOf } from "../text/error-code.ts";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** What identifies a process, as well as the system allows. */
export interface ProcessMark {
  /** Id of the process. */
  pid: number;
  /** Name of the machine or container. */
  host: string;
  /** Boot of the machine and start of the process in it (Linux); they differ where a pid is reused. */
  started?: string | undefined;
}

let own: ProcessMark | undefined;

export function ownMark(): ProcessMark {
  own ??= { pid: process.pid, host: hostname(), started: startOf(process.pid) };
  return own;
}

/**
 * Whether the marked process still runs here. A process of another machine cannot be seen: `false`.
 * Without `started` (not Linux) a later process with the same pid counts as the marked one.
 */
export function isRunning(mark: ProcessMark): boolean {
  if (isSameProcess(mark, ownMark())) return true;
  if (isElsewhere(mark)) return false;
  if (mark.started !== undefined) return startOf(mark.pid) === mark.started;
  try {
    process.kill(mark.pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

// Far beyond any create: its outcome could not be written, or another process has its pid.
const longestCreateMs = 3_600_000;

/** Whether a process may still be sending what it began to send at `time`, ISO 8601. */
export function mayStillSend(begun: { process: ProcessMark; time: string }): boolean {
  return Date.now() - Date.parse(begun.time) < longestCreateMs && isRunning(begun.process);
}

/** How long a process on another machine counts as running after its last sign. */
export const silenceMs = 180_000;

/** Whether a process of another machine may still be sending: no create takes longer than two minutes. */
export function mayStillSendElsewhere(begun: { process: ProcessMark; time: string }): boolean {
  const ageMs = Math.abs(Date.now() - Date.parse(begun.time));
  return begun.process.host !== "" && isElsewhere(begun.process) && ageMs < silenceMs;
}

/** Whether a value that was read is a mark. */
export function isProcessMark(value: unknown): value is ProcessMark {
  const { pid, host } = Object(value);
  return typeof pid === "number" && typeof host === "string";
}

/** Whether two marks are of one process. */
export function isSameProcess(a: ProcessMark, b: ProcessMark): boolean {
  return a.pid === b.pid && a.host === b.host && a.started === b.started;
}

/** Whether a process is one of another machine or container, which cannot be seen from here. */
export function isElsewhere(mark: ProcessMark): boolean {
  return mark.host !== hostname();
}

/** Boot of the machine and start of a process in it (Linux); `undefined` where there is none. */
export function startOf(pid: number): string | undefined {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Behind the name in brackets, which may hold anything: state is field 3, start time field 22.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const isGone = fields[0] === "Z" || fields[0] === "X";
    return isGone ? undefined : `${boot}:${fields[19]}`;
  } catch {
    return undefined;
  }
}
