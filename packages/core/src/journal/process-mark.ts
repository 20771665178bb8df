import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { codeOf } from "../text/error-code.ts";

/** What identifies a process, as well as the system allows. */
export interface ProcessMark {
  /** Id of the process. */
  pid: number;
  /** Name of the machine or container. */
  host: string;
  /** Boot of the machine and start of the process in it (Linux); they differ where a pid is reused. */
  started?: string | undefined;
  /** Its namespace of processes (Linux): containers may share a machine's name, and see no processes of each other. */
  namespace?: string | undefined;
}

let own: ProcessMark | undefined;

export function ownMark(): ProcessMark {
  own ??= {
    pid: process.pid,
    host: hostname(),
    started: startOf(process.pid),
    namespace: ownNamespace(),
  };
  return own;
}

function ownNamespace(): string | undefined {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return undefined;
  }
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
export const longestCreateMs = 3_600_000;

/** Whether a process may still be sending what it began to send at `time`, ISO 8601. */
export function mayStillSend(begun: { process: ProcessMark; time: string }): boolean {
  return Date.now() - Date.parse(begun.time) < longestCreateMs && isRunning(begun.process);
}

/** How long a process on another machine counts as running after its last sign. */
const silenceMs = 180_000;
// For clocks that differ.
const marginMs = 60_000;

/** Whether a process of another machine may still be sending: no create takes longer than two minutes, unless its timeout says so. */
export function mayStillSendElsewhere(begun: {
  process: ProcessMark;
  time: string;
  timeoutMs?: number | undefined;
}): boolean {
  const { process: by, time, timeoutMs = 0 } = begun;
  const ageMs = Math.abs(Date.now() - Date.parse(time));
  return by.host !== "" && isElsewhere(by) && ageMs < Math.max(silenceMs, timeoutMs + marginMs);
}

/** Whether two marks are of one process. */
export function isSameProcess(a: ProcessMark, b: ProcessMark): boolean {
  const isAlike = a.pid === b.pid && a.host === b.host && a.started === b.started;
  return isAlike && !isOtherNamespace(a, b);
}

/** Whether a process is one of another machine or container, which cannot be seen from here. */
export function isElsewhere(mark: ProcessMark): boolean {
  return mark.host !== hostname() || isOtherNamespace(mark, ownMark());
}

/** Whether two marks are of different namespaces; earlier versions wrote none. */
function isOtherNamespace({ namespace: one }: ProcessMark, { namespace: other }: ProcessMark) {
  return one !== undefined && other !== undefined && one !== other;
}

/** Boot of the machine and start of a process in it (Linux); `undefined` where there is none. */
export function startOf(pid: number): string | undefined {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const { state, start } = statOf(pid);
    return state === "Z" || state === "X" ? undefined : `${boot}:${start}`;
  } catch {
    return undefined;
  }
}

/** What Linux says of a process. @throws there is none, or this is no Linux. */
export function statOf(pid: number | "self") {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // Behind the name in brackets, which may hold anything: state is field 3, start time field 22.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, parent, group, session] = fields;
  const ids = { parent: Number(parent), group: Number(group), session: Number(session) };
  return { state, ...ids, start: fields[19] };
}

/** A record that a process has taken a sweep, or left it. */
export interface OwnerRecord {
  readonly kind: string;
  readonly process: ProcessMark;
  /** Ids of the halts that it lifts, if none of them: by such a record the process that has the sweep goes on with it. */
  readonly lifts?: unknown;
}

/** The processes that took a sweep and have not left it, in order; also those that have died. */
export function findOwners(records: readonly OwnerRecord[]): ProcessMark[] {
  let owners: ProcessMark[] = [];
  for (const { kind, process, lifts } of records) {
    if (lifts !== undefined) continue;
    owners = owners.filter((mark) => !isSameProcess(mark, process));
    if (!kind.endsWith(":left")) owners.push(process);
  }
  return owners;
}

/**
 * The process that owns a sweep now: the last one where that is on another machine and gave a sign of
 * itself within minutes, or else the first of this machine that runs.
 * @param lastSignAt epoch ms.
 */
export function findOwner(
  owners: readonly ProcessMark[],
  lastSignAt: number,
): ProcessMark | undefined {
  const last = owners.at(-1);
  // Clocks differ, and in both directions.
  const isRecent = Math.abs(Date.now() - lastSignAt) < silenceMs;
  return last !== undefined && isElsewhere(last) && isRecent ? last : owners.find(isRunning);
}
