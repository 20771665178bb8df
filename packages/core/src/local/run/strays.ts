import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { openControlGroup } from "./control-group.ts";
import { killMarkedProcesses, markerName } from "./process-group.ts";

const delayMs = 200;

/** The processes that have left their group, as the workers of torchrun do. Linux only. */
export interface Strays {
  /** What the environment of all processes of this start of the platform begins its mark with. */
  readonly marker: string;
  /** Folder of their control group, if there is one. */
  readonly groupFolder: string | undefined;
  /** The mark of one round. */
  markOf(jobId: string, round: number): string;
  /** Kills what an earlier start has left, and not been able to end. */
  endEarlier(): void;
  /** Folder of the control group of one round, made for it. */
  groupOf(mark: string): string | undefined;
  /** Kills, in a moment, what an ended round has left. */
  endSoon(mark: string): void;
  /** Kills all processes of this start, at once. */
  endAll(): void;
  /** Kills all processes of this start and waits until they are gone. */
  close(): Promise<void>;
}

/** Finds the processes of one platform, by their environment and where it can by a control group. */
export function createStrays(platformId: string): Strays {
  // The watchdog of an earlier start may still be at work, and must know its own.
  const start = randomBytes(4).toString("hex");
  const marker = `${markerName}=${platformId} ${start} `;
  const group = openControlGroup(`qizhi-${platformId}-${start}`);
  let marks: string[] = [];
  let endedGroups: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  const endAll = () => {
    group?.kill();
    return killMarkedProcesses([marker]);
  };
  return {
    marker,
    groupFolder: group?.folder,
    markOf: (jobId, round) => `${platformId} ${start} ${jobId} ${round}`,
    endEarlier() {
      group?.endOthers(`qizhi-${platformId}-`);
      killMarkedProcesses([`${markerName}=${platformId} `]);
    },
    groupOf: (mark) => group?.make(toGroupName(mark)),
    // Looking at all processes takes ms, so that many rounds share one look.
    endSoon(mark) {
      marks.push(mark);
      timer ??= setTimeout(() => {
        timer = undefined;
        killMarkedProcesses(marks.map((each) => `${markerName}=${each}\0`));
        endedGroups.push(...marks.map(toGroupName));
        for (const each of endedGroups) group?.kill(each);
        // Those whose processes are not gone yet are removed the next time.
        endedGroups = endedGroups.filter((each) => group?.remove(each) === false);
        marks = [];
      }, delayMs);
    },
    endAll: () => void endAll(),
    async close() {
      clearTimeout(timer);
      // A killed process is gone only in a moment; a bound, for one that hangs in the kernel.
      const hangsAt = Date.now() + 2000;
      while (Date.now() < hangsAt) {
        const count = endAll();
        if ((group?.remove() ?? true) && count === 0) return;
        await pause(5);
      }
    },
  };
}

function toGroupName(mark: string): string {
  return mark.replaceAll(/[^\w-]/g, "_");
}
