import { writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isRunning, makePrivateFolder, ownMark } from "@qizhi/core/internal";
import { readMainMark, readState, toStopMark } from "./state.ts";

// What main takes for itself after a signal, and a little more.
const longestEndMs = 10_000;
const killMs = 1_000;
const pollMs = 50;

/**
 * Ends a main that lives on while post runs, as after a cancel in a container job: `docker exec` forwards no
 * signal. Main gets the time that a cancelled one has, in which it stops its jobs by itself.
 * @returns whether there was one.
 */
export async function endOrphan(): Promise<boolean> {
  const mark = readMainMark();
  // It may have been cancelled before it could write down anything.
  if (mark === undefined) leaveStopMark();
  const isHere = mark?.host === ownMark().host;
  // Without the start of the process its id may be that of another one by now.
  if (mark === undefined || (isHere && mark.started === undefined)) return false;
  const hasEnded = () => (isHere ? !isRunning(mark) : readState().settlement !== "");
  if (hasEnded()) return false;
  leaveStopMark();
  if (isHere) trySignal(mark.pid, "SIGTERM");
  if (await comesTrue(hasEnded, longestEndMs)) return true;
  if (isHere) trySignal(mark.pid, "SIGKILL");
  await comesTrue(hasEnded, killMs);
  return true;
}

function leaveStopMark(): void {
  try {
    const mark = toStopMark();
    makePrivateFolder(dirname(mark));
    writeFileSync(mark, "", { mode: 0o600 });
  } catch {
    // The signal is left.
  }
}

function trySignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has just ended.
  }
}

async function comesTrue(condition: () => boolean, withinMs: number): Promise<boolean> {
  const endsAt = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > endsAt) return false;
    await sleep(pollMs);
  }
  return true;
}
