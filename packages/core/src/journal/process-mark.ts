import { readFileSync } from "node:fs";
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
const silenceMs = 180_000;

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
function startOf(pid: number): string | undefined {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const { state, start } = statOf(pid);
    return state === "Z" || state === "X" ? undefined : `${boot}:${start}`;
  } catch {
    return undefined;
  }
}

/** What Linux says of a process. @throws there is none, or this is no Linux. */
function statOf(pid: number | "self") {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // Behind the name in brackets, which may hold anything: state is field 3, start time field 22.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, parent, , session] = fields;
  return { state, parent: Number(parent), session: Number(session), start: fields[19] };
}

/** A record that a process has taken a sweep, or left it. */
export interface OwnerRecord {
  readonly kind: string;
  readonly process: ProcessMark;
}

/** The processes that took a sweep and have not left it, in order; also those that have died. */
export function findOwners(records: readonly OwnerRecord[]): ProcessMark[] {
  let owners: ProcessMark[] = [];
  for (const { kind, process } of records) {
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
  const leader = ownSessionMark();
  return parent === undefined ? undefined : { parent, leader };
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

function ownSessionMark(): string | undefined {
  const id = sessionId();
  // The leader may have ended, or may run outside of this container: the system keeps the number all the same.
  return id === undefined ? undefined : (markOf(id) ?? `${id} `);
}

/** Whether two marks are of one session: the leader's start is the same, or one mark does not know it. */
function isSameSession(a: string, b: string | undefined): boolean {
  const [[id, start], [otherId, otherStart]] = [a.split(" "), (b ?? "").split(" ")];
  return id === otherId && (start === otherStart || start === "" || otherStart === "");
}

function sessionId(): number | undefined {
  try {
    return statOf("self").session;
  } catch {
    return undefined;
  }
}
