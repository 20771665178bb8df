import { randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** Name of the variable by which a platform finds its processes. */
export const markerName = "QIZHI_LOCAL_POD";

const delayMs = 200;

/**
 * The processes that have left their group, as the workers of torchrun do, of one start of the platform. They are found
 * by their environment, and where the system allows it by a control group, which a process leaves neither with a new
 * session nor with an empty environment. Linux only.
 */
export class Strays {
  /** Folder of their control group, if there is one. */
  readonly groupFolder: string | undefined;
  // The watchdog of an earlier start may still run, and must know its own processes.
  readonly #start = randomBytes(4).toString("hex");
  readonly #platformId: string;
  #marks: string[] = [];
  #endedGroups: string[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(platformId: string) {
    this.#platformId = platformId;
    this.groupFolder = openControlGroup(`qizhi-${platformId}-${this.#start}`);
  }

  /** How the mark begins in the environment of every process of this start. */
  get marker(): string {
    return `${markerName}=${this.#platformId} ${this.#start} `;
  }

  markOf(jobId: string, round: number): string {
    return `${this.#platformId} ${this.#start} ${jobId} ${round}`;
  }

  /** Kills what an earlier start has left running. */
  endEarlier(): void {
    const own = this.groupFolder ?? "";
    for (const folder of own === "" ? [] : listFolders(dirname(own))) {
      const isEarlier = basename(folder).startsWith(`qizhi-${this.#platformId}-`);
      if (!isEarlier || folder === own) continue;
      killGroup(folder);
      removeGroups(folder);
    }
    killMarked([`${markerName}=${this.#platformId} `]);
  }

  /** Creates the control group of one round. @returns its folder; a process that writes to its `cgroup.procs` is in it. */
  openGroup(mark: string): string | undefined {
    const folder = this.#groupOf(mark);
    if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  }

  /** Kills what an ended round has left, together with other rounds: listing all processes takes ms. */
  endSoon(mark: string): void {
    this.#marks.push(mark);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      killMarked(this.#marks.map((each) => `${markerName}=${each}\0`));
      this.#endedGroups.push(...this.#marks.flatMap((each) => this.#groupOf(each) ?? []));
      for (const each of this.#endedGroups) killGroup(each);
      // A group whose processes are not gone yet is removed the next time.
      this.#endedGroups = this.#endedGroups.filter((each) => !removeGroup(each));
      this.#marks = [];
    }, delayMs);
  }

  /** Kills all processes of this start, at once. @returns how many there were. */
  endAll(): number {
    if (this.groupFolder !== undefined) killGroup(this.groupFolder);
    return killMarked([this.marker]);
  }

  /** Kills all processes of this start and waits until they are gone. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    // Bounded, because a process may hang in the kernel.
    const hangsAt = Date.now() + 2000;
    while (Date.now() < hangsAt) {
      const count = this.endAll();
      const isGone = this.groupFolder === undefined || removeGroups(this.groupFolder);
      if (isGone && count === 0) return;
      await pause(5);
    }
  }

  #groupOf(mark: string): string | undefined {
    return this.groupFolder && join(this.groupFolder, mark.replaceAll(/[^\w-]/g, "_"));
  }
}

/** Kills the processes whose environment holds one of the marks. @returns how many there were. */
function killMarked(marks: readonly string[]): number {
  const found = findProcesses((id) => {
    const environment = readFileSync(`/proc/${id}/environ`, "latin1");
    return marks.some((mark) => environment.includes(mark));
  });
  for (const id of found ?? []) sendSignal(id, "SIGKILL");
  return found?.length ?? 0;
}

/** The ids of other processes that match; one that cannot be looked at does not. `undefined` where this is no Linux. */
export function findProcesses(matches: (id: number) => boolean): number[] | undefined {
  if (process.platform !== "linux") return undefined;
  const ids = readdirSync("/proc").map(Number).filter(Number.isInteger);
  return ids.filter((id) => {
    try {
      return id !== process.pid && matches(id);
    } catch {
      // Gone, or of another user.
      return false;
    }
  });
}

/** Sends a signal to a process, or by its negative number to a group; one that is gone is no error. */
export function sendSignal(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch {
    // Gone already.
  }
}

/**
 * Creates a control group below that of this process.
 * @returns its folder; `undefined` where this user may not create one, or the system has none that kills its processes.
 */
function openControlGroup(name: string): string | undefined {
  const parent = findOwnGroup();
  if (parent === undefined) return undefined;
  const folder = join(parent, name);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch {
    return undefined;
  }
  if (existsSync(join(folder, "cgroup.kill"))) return folder;
  removeGroups(folder);
  return undefined;
}

function findOwnGroup(): string | undefined {
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

function listFolders(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
  } catch {
    return [];
  }
}

function killGroup(folder: string): void {
  try {
    writeFileSync(join(folder, "cgroup.kill"), "1");
  } catch {
    // The group is gone already.
  }
}

/** Removes a group with those in it. @returns whether it is gone: one with processes stays. */
function removeGroups(folder: string): boolean {
  return listFolders(folder).map(removeGroup).every(Boolean) && removeGroup(folder);
}

function removeGroup(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return !existsSync(folder);
  }
}
