import { readdirSync, readFileSync } from "node:fs";

/** Name of the variable by which a platform finds its processes. */
export const markerName = "QIZHI_LOCAL_POD";

/** Sends a signal to every process of a group; a group that is gone is no error. */
export function signalGroup(groupId: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-groupId, signal);
  } catch {
    // Gone already.
  }
}

/** Whether a group still has a process that is not a zombie. */
export function isGroupAlive(groupId: number): boolean {
  try {
    process.kill(-groupId, 0);
  } catch {
    return false;
  }
  const members = readProcesses("stat", (stat) => {
    // The name in parentheses may hold anything, so count from its end.
    const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(group) === groupId && state !== "Z";
  });
  return members === undefined || members.length > 0;
}

/**
 * Kills the processes whose environment holds one of the marks, in whatever group they are. Linux
 * only; elsewhere nothing happens. Gives how many there were.
 */
export function killMarkedProcesses(marks: readonly string[]): number {
  const isMarked = (environment: string) => marks.some((mark) => environment.includes(mark));
  const processIds = readProcesses("environ", isMarked) ?? [];
  for (const processId of processIds) {
    try {
      process.kill(processId, "SIGKILL");
    } catch {
      // Gone already.
    }
  }
  return processIds.length;
}

function readProcesses(
  file: "stat" | "environ",
  matches: (text: string) => boolean,
): number[] | undefined {
  if (process.platform !== "linux") return undefined;
  const ids = readdirSync("/proc").map(Number).filter(Number.isInteger);
  return ids.filter((id) => {
    if (id === process.pid) return false;
    try {
      return matches(readFileSync(`/proc/${id}/${file}`, "latin1"));
    } catch {
      // Gone, or of another user.
      return false;
    }
  });
}
