import { startOf, statOf } from "./process-mark.ts";

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
