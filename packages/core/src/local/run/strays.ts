import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import {
  type ControlGroup,
  openControlGroup,
  killMarkedProcesses,
  markerName,
} from "./process-group.ts";

const delayMs = 200;

/**
 * The processes that have left their group, as the workers of torchrun do, of one start of the platform.
 * They are found by their environment, and where the system allows it by a control group. Linux only.
 */
export class Strays {
  // The watchdog of an earlier start may still run, and must know its own processes.
  readonly #start = randomBytes(4).toString("hex");
  readonly #platformId: string;
  readonly #group: ControlGroup | undefined;
  #marks: string[] = [];
  #endedGroups: string[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(platformId: string) {
    this.#platformId = platformId;
    this.#group = openControlGroup(`qizhi-${platformId}-${this.#start}`);
  }

  /** How the mark begins in the environment of every process of this start. */
  get marker(): string {
    return `${markerName}=${this.#platformId} ${this.#start} `;
  }

  /** Folder of their control group, if there is one. */
  get groupFolder(): string | undefined {
    return this.#group?.folder;
  }

  markOf(jobId: string, round: number): string {
    return `${this.#platformId} ${this.#start} ${jobId} ${round}`;
  }

  /** Kills what an earlier start has left running. */
  endEarlier(): void {
    this.#group?.endOthers(`qizhi-${this.#platformId}-`);
    killMarkedProcesses([`${markerName}=${this.#platformId} `]);
  }

  /** Creates the control group of one round. @returns its folder. */
  groupOf(mark: string): string | undefined {
    return this.#group?.make(toGroupName(mark));
  }

  /** Kills what an ended round has left, together with other rounds: listing all processes takes ms. */
  endSoon(mark: string): void {
    this.#marks.push(mark);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      killMarkedProcesses(this.#marks.map((each) => `${markerName}=${each}\0`));
      this.#endedGroups.push(...this.#marks.map(toGroupName));
      for (const each of this.#endedGroups) this.#group?.kill(each);
      // A group whose processes are not gone yet is removed the next time.
      this.#endedGroups = this.#endedGroups.filter((each) => this.#group?.remove(each) === false);
      this.#marks = [];
    }, delayMs);
  }

  /** Kills all processes of this start, at once. @returns how many there were. */
  endAll(): number {
    this.#group?.kill();
    return killMarkedProcesses([this.marker]);
  }

  /** Kills all processes of this start and waits until they are gone. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    // Bounded, because a process may hang in the kernel.
    const hangsAt = Date.now() + 2000;
    while (Date.now() < hangsAt) {
      const count = this.endAll();
      if ((this.#group?.remove() ?? true) && count === 0) return;
      await pause(5);
    }
  }
}

function toGroupName(mark: string): string {
  return mark.replaceAll(/[^\w-]/g, "_");
}
