import {
  readdirSync,
  readFileSync,
  existsSync,
  mkdirSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

/** Name of the variable by which a platform finds its processes. */
export const markerName = "QIZHI_LOCAL_POD";

/** Sends a signal to every process of a group; a group that is gone is no error. */
export function signalGroup(groupId: number, signal: NodeJS.Signals): void {
  signalTo(-groupId, signal);
}

function signalTo(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
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
  for (const processId of processIds) signalTo(processId, "SIGKILL");
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

/** A control group, which a process leaves neither with a new session nor with an empty environment. */
export type ControlGroup = NonNullable<ReturnType<typeof openControlGroup>>;

/**
 * Creates a control group below that of this process.
 * @returns `undefined` where this user may not create one, or the system has none that kills its processes.
 */
export function openControlGroup(name: string) {
  const parent = findOwn();
  if (parent === undefined) return undefined;
  const folder = join(parent, name);
  try {
    makeFolder(folder);
  } catch {
    return undefined;
  }
  const group = {
    folder,
    /** Kills and removes the groups beside it whose names begin so. */
    endOthers(prefix: string): void {
      const others = listFolders(parent).filter((each) => each.startsWith(prefix) && each !== name);
      for (const each of others) {
        kill(join(parent, each));
        removeAll(join(parent, each));
      }
    },
    /** Creates a group in it. @returns its folder; a process that writes to its `cgroup.procs` is in it. */
    make: (inner: string) => makeFolder(join(folder, inner)),
    /** Kills all that is in one of its groups, or in all of them, at once. */
    kill: (inner = "") => kill(join(folder, inner)),
    /** Removes one of its groups, or all with itself. @returns whether it is gone: one with processes stays. */
    remove: (inner?: string) =>
      inner === undefined ? removeAll(folder) : remove(join(folder, inner)),
  };
  if (existsSync(join(folder, "cgroup.kill"))) return group;
  group.remove();
  return undefined;
}

/** Folder of this process's own group. */
function findOwn(): string | undefined {
  try {
    const [, path] = /^0::(.*)$/m.exec(readFileSync("/proc/self/cgroup", "utf8")) ?? [];
    const [, mount] = /^\S+ (\S+) cgroup2 /m.exec(readFileSync("/proc/self/mounts", "utf8")) ?? [];
    // A group above the root of the container's view is not this container's.
    if (path === undefined || mount === undefined || path.includes("..")) return undefined;
    return join(mount, path);
  } catch {
    return undefined;
  }
}

function makeFolder(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

function listFolders(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
}

function kill(folder: string): void {
  try {
    writeFileSync(join(folder, "cgroup.kill"), "1");
  } catch {
    // The group is gone already.
  }
}

function removeAll(folder: string): boolean {
  const inner = listFolders(folder).map((each) => join(folder, each));
  return inner.map(remove).every(Boolean) && remove(folder);
}

function remove(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return !existsSync(folder);
  }
}
