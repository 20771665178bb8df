import { closeSync, openSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { toPlatformKey } from "./journal.ts";
import { makePrivateFolder } from "./state-dir.ts";

/** Turns that all processes of a user on this machine share. */
export interface RateSlots {
  /** Claims the slot of this moment: 0 when it is ours, else how many ms to wait before the next try. */
  claim(): number;
}

// How long the file of a slot stays after its time.
const keptMs = 5_000;

/**
 * Opens the turns of a platform in the state folder. Time is cut into slots of `1 / perSecond` seconds;
 * who first makes the file of a slot has it. So there is no lock that a killed process could keep, and a
 * slot that is over needs no care. Where the folder cannot be written, every claim succeeds, and each
 * process is held by its own limiter alone.
 */
export function openRateSlots(options: {
  dir: string;
  platform: string;
  perSecond: number;
}): RateSlots {
  const slotMs = 1_000 / options.perSecond;
  // Two platforms whose names differ in signs alone would share a rate, which harms neither; a hash would
  // load node:crypto, 2 MB of memory (measured).
  const key = toPlatformKey(options.platform).replaceAll(/[^\w.-]+/g, "-");
  // Slots of another width are other slots.
  const folder = join(options.dir, "rate", `${key.slice(0, 100)}-${options.perSecond}`);
  const claimed: { file: string; at: number }[] = [];
  let isReady = false;

  function prepare(now: number): void {
    if (isReady) return;
    isReady = true;
    makePrivateFolder(folder);
    for (const name of readdirSync(folder)) {
      const startsAt = Number(name) * slotMs;
      // Also those of a clock that was wrong by far.
      const isOld = startsAt + slotMs < now - keptMs * 2 || startsAt > now + keptMs * 2;
      if (isOld) rmSync(join(folder, name), { force: true });
    }
  }

  return {
    claim() {
      const now = Date.now();
      const slot = Math.floor(now / slotMs);
      try {
        prepare(now);
        const file = `${folder}/${slot}`;
        closeSync(openSync(file, "wx", 0o600));
        claimed.push({ file, at: now });
        // Not at once: a process that was held up might make the file again.
        while (claimed[0] && now - claimed[0].at > keptMs) {
          rmSync(claimed.shift()?.file ?? "", { force: true });
        }
        return 0;
      } catch (error) {
        const isTaken = error instanceof Error && "code" in error && error.code === "EEXIST";
        // Who waits comes a little later than the slot begins, each at another moment.
        return isTaken ? (slot + 1) * slotMs - now + Math.random() * slotMs * 0.3 : 0;
      }
    },
  };
}
