import { statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isRunning, makePrivateFolder, ownMark } from "@qizhi/core/internal";
import { readMainMark, readState, toStopMark, tryQuietly } from "./state.ts";

/** What the runner sends: Ctrl-C or SIGINT, 7.5 s later SIGTERM (Ctrl-Break on Windows). */
const signals = ["SIGINT", "SIGTERM", "SIGBREAK"] as const;
const markPollMs = 250;
// Times of files are coarser than those of processes.
const clockStepMs = 50;

/** Thrown as the abort reason when the workflow is cancelled. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

/** Thrown in the place of a create once a re-run has taken over what this step has submitted. */
export class TakenOver extends Error {
  override readonly name = "TakenOver";
  override readonly message =
    "A re-run of the workflow run goes on with this work; this step submits nothing more.";
}

/** Whether and when this process was told to end, by the runner or by post. */
export type Cancel = ReturnType<typeof listenForCancel>;

/**
 * Begins to listen for a cancel. To be called before anything is printed: who reads the first line
 * may send a signal at once, and an unhandled one ends the process.
 */
export function listenForCancel() {
  const controller = new AbortController();
  let cancelledAt: number | undefined;
  let mark = "";
  const cancel = (reason: string) => {
    cancelledAt ??= performance.now();
    controller.abort(new Cancelled(reason));
  };
  for (const name of signals) process.on(name, () => cancel(`The runner sent ${name}.`));
  const findMark = () => {
    const leftAt = tryQuietly(() => statSync(mark, { throwIfNoEntry: false })?.mtimeMs);
    // One from before is that of an earlier job in a folder that nobody has emptied.
    if (leftAt !== undefined && leftAt > performance.timeOrigin - clockStepMs) {
      cancel("The post step told this one to stop.");
    }
  };
  return {
    /** Aborts at the first signal, or once post has left its stop mark; what comes later changes nothing. */
    signal: controller.signal,
    /** Milliseconds left until `graceMs` after the cancel; `graceMs` before one. */
    leftMs: (graceMs: number) =>
      cancelledAt === undefined ? graceMs : cancelledAt + graceMs - performance.now(),
    /** Begins to look for a stop mark, again and again. */
    watch(stopMark: string): void {
      mark = stopMark;
      findMark();
      setInterval(findMark, markPollMs).unref();
    },
    /**
     * To be called before every create.
     * @throws {Cancelled} the workflow is cancelled, as the stop mark may tell alone.
     */
    check(): void {
      findMark();
      controller.signal.throwIfAborted();
    },
  };
}

// What main takes for itself after a signal, and a little more.
const longestEndMs = 10_000;
const killMs = 1_000;
const pollMs = 50;

/**
 * Ends a main that lives on while post runs, as after a cancel in a container job: `docker exec` forwards no
 * signal. Main gets the time that a cancelled one has, in which it stops its jobs by itself.
 */
export async function endOrphan(): Promise<void> {
  const mark = readMainMark(readState());
  // It may have been cancelled before it could write down anything.
  if (mark === undefined) tryQuietly(leaveStopMark);
  const isHere = mark?.host === ownMark().host;
  // Without the start of the process its id may be that of another one by now.
  if (mark === undefined || (isHere && mark.started === undefined)) return;
  const hasEnded = () => (isHere ? !isRunning(mark) : readState().settlement !== "");
  if (hasEnded()) return;
  // Where the one cannot be left, the other may come through.
  tryQuietly(leaveStopMark);
  if (isHere) tryQuietly(() => process.kill(mark.pid, "SIGTERM"));
  if (await comesTrue(hasEnded, longestEndMs)) return;
  if (isHere) tryQuietly(() => process.kill(mark.pid, "SIGKILL"));
  await comesTrue(hasEnded, killMs);
}

function leaveStopMark(): void {
  const mark = toStopMark();
  makePrivateFolder(dirname(mark));
  writeFileSync(mark, "", { mode: 0o600 });
}

async function comesTrue(condition: () => boolean, withinMs: number): Promise<boolean> {
  const endsAt = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > endsAt) return false;
    await sleep(pollMs);
  }
  return true;
}
