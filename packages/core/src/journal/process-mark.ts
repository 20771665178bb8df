import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { once } from "../schemas/once.ts";
import { codeOf } from "../text/error-code.ts";

/** What identifies a process, as well as the system allows. */
export interface ProcessMark {
  pid: number;
  /** Name of the machine or container. */
  host: string;
  /** Boot of the machine and start of the process in it (Linux); they differ where a pid is reused. */
  started?: string | undefined;
  /** Its namespace of processes (Linux): containers may share a machine's name, and see no processes of each other. */
  namespace?: string | undefined;
}

export const ownMark = once((): ProcessMark => ({
  pid: process.pid,
  host: hostname(),
  started: startOf(process.pid),
  namespace: ownNamespace(),
}));

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
export const silenceMs = 180_000;
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

/** What identifies a terminal or script, as well as the system allows. */
export interface SessionMark {
  /** The process that started this one: pid and start. */
  parent: string;
  /** The session, which all commands of a terminal share (Linux): id and start of its leader, if that still runs. */
  leader?: string | undefined;
}

/** The mark of the terminal or script that this process was started from; none where it is not known. */
export function ownSession(): SessionMark | undefined {
  const parent = markOf(process.ppid);
  return parent === undefined ? undefined : { parent, leader: ownLeader() };
}

function ownLeader(): string | undefined {
  try {
    const { session } = statOf("self");
    // It may have ended, or may run outside of this container: the system keeps the number all the same.
    return markOf(session) ?? `${session} `;
  } catch {
    return undefined;
  }
}

/**
 * Whether something was submitted from another terminal or script than this. A script that has ended and ran
 * in this terminal was part of it; a shell that still runs beside this one is another.
 */
export function isOtherSession(mark: SessionMark | undefined): boolean {
  const ours = ownSession();
  if (mark === undefined || ours === undefined || mark.parent === ours.parent) return false;
  // A shell becomes its last command.
  if (mark.parent === markOf(process.pid)) return false;
  const isSameTerminal = mark.leader !== undefined && isSameSession(mark.leader, ours.leader);
  if (!isSameTerminal) return true;
  const parent = Number(mark.parent.split(" ")[0]);
  return markOf(parent) === mark.parent && !isAncestor(parent);
}

const mostAncestors = 64;

/** Whether a process has started this one, with others in between, as a shell does by `make` or a subshell (Linux). */
function isAncestor(pid: number): boolean {
  try {
    let ancestor = process.ppid;
    for (let count = 0; ancestor > 1 && count < mostAncestors; count++) {
      if (ancestor === pid) return true;
      ancestor = statOf(ancestor).parent;
    }
  } catch {
    // One of them has ended.
  }
  return false;
}

function markOf(pid: number): string | undefined {
  // A pid of 0 is a parent outside of the container.
  if (!(pid > 0)) return undefined;
  const started = startOf(pid);
  return started === undefined && process.platform === "linux"
    ? undefined
    : `${pid} ${started ?? ""}`;
}

/** Whether two marks are of one session: the leader's start is the same, or one mark does not know it. */
function isSameSession(a: string, b: string | undefined): boolean {
  const [[id, start], [otherId, otherStart]] = [a.split(" "), (b ?? "").split(" ")];
  return id === otherId && (start === otherStart || start === "" || otherStart === "");
}
