import { setTimeout as pause } from "node:timers/promises";
import { killMarkedProcesses, markerName } from "./process-group.ts";

const delayMs = 200;

/** Kills the processes that left their group, as the workers of torchrun do. Linux only. */
export interface Sweeper {
  /** What the environment of all processes of the platform holds. */
  readonly marker: string;
  /** Kills, in a moment, what an ended round has left. */
  sweepSoon(mark: string): void;
  /** Kills all processes of the platform, at once. */
  sweepAll(): void;
  /** Kills all processes of the platform and waits until they are gone. */
  close(): Promise<void>;
}

/** A sweeper for the processes of one platform. */
export function createSweeper(platformId: string): Sweeper {
  const marker = `${markerName}=${platformId} `;
  let marks: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  return {
    marker,
    // Looking at all processes takes ms, so that many rounds share one look.
    sweepSoon(mark) {
      marks.push(`${markerName}=${mark}\0`);
      timer ??= setTimeout(() => {
        timer = undefined;
        killMarkedProcesses(marks);
        marks = [];
      }, delayMs);
    },
    sweepAll: () => void killMarkedProcesses([marker]),
    async close() {
      clearTimeout(timer);
      // A killed process is gone only in a moment; a bound, for one that hangs in the kernel.
      const hangsAt = Date.now() + 2000;
      while (killMarkedProcesses([marker]) > 0 && Date.now() < hangsAt) await pause(5);
    },
  };
}
