import { formatDuration, type JobReport, type JobUpdate } from "@qizhi/core";
import { excerpt, isOverdue } from "@qizhi/core/internal";

// One line a change stays readable; a job that flaps all day must not fill the log.
const mostChanges = 100;
// Past this many heartbeats' worth of time the pauses grow, so that a wait of days stays short too.
const heartbeatsBeforeGrowth = 37;

export interface ProgressParts {
  readonly print: (line: string) => void;
  /** Milliseconds that only grow. */
  readonly now: () => number;
  /** Longest silence in ms. */
  readonly heartbeatMs: number;
  /** When the job, or any of a sweep, was seen last. */
  readonly lastSeen: LastSeen;
}

/** Makes the log of one wait, which turns what it sees into few lines: one per change, and a heartbeat in between. */
export function createProgress({ print, now, heartbeatMs, lastSeen }: ProgressParts) {
  const startedAt = now();
  let printedAt = startedAt;
  let last = "";
  let changes = 0;
  let report: JobReport | undefined;

  const say = (line: string) => {
    printedAt = now();
    print(line);
  };
  const sayChange = (line: string) => {
    changes += 1;
    if (changes < mostChanges) say(line);
    else if (changes === mostChanges) say(`${line} (from here on only heartbeats)`);
  };
  return {
    update(update: JobUpdate): void {
      if (update.type === "trouble") {
        lastSeen.noteTrouble(true);
        const { error, lastSeen: seen } = update;
        const stood = seen ? ` It was ${excerpt(seen.status ?? "", 60)} when last seen.` : "";
        return sayChange(`cannot ask the platform, going on: ${error.summary}${stood}`);
      }
      if (update.type === "recovered") {
        lastSeen.noteTrouble(false);
        return sayChange(`the platform answers again after ${formatDuration(update.afterMs)}`);
      }
      lastSeen.note(update.nextPollMs);
      report = update.report;
      const line = toChange(report);
      if (line === last) return;
      last = line;
      sayChange(withMessage(line, report));
    },
    /** To be called often: writes a heartbeat when it is due. */
    tick(): void {
      const pauseMs = Math.max(heartbeatMs, (now() - startedAt) / heartbeatsBeforeGrowth);
      if (now() - printedAt < pauseMs) return;
      say(report === undefined ? "still no answer" : toHeartbeat(report, lastSeen.overdueMs()));
    },
  };
}

function toChange({ phase, status, restarts }: JobReport): string {
  const round = restarts > 0 ? `, round ${restarts + 1}` : "";
  return `${phase} (${status ?? "no status"}${round})`;
}

// The message is not part of the change: a queue's text moves with every poll.
function withMessage(line: string, { message }: JobReport): string {
  return message === undefined ? line : `${line} - ${message.slice(0, 300)}`;
}

function toHeartbeat(report: JobReport, overdueMs: number | undefined): string {
  if (overdueMs !== undefined) {
    return `still no answer: last seen ${toChange(report)} ${formatDuration(overdueMs)} ago`;
  }
  const { queueTimeMs, runTimeMs, phase } = report;
  const ms = phase === "queued" ? queueTimeMs : runTimeMs;
  const since = ms === undefined ? "" : ` for ${formatDuration(ms)}`;
  return withMessage(`still ${toChange(report)}${since}`, report);
}

/** When a job, or any of a sweep, was seen last, and whether it should have been seen since. */
export type LastSeen = ReturnType<typeof createLastSeen>;

/**
 * @param now milliseconds that only grow.
 * @param pauseMs longest time between two answers.
 */
export function createLastSeen(now: () => number, pauseMs = 60_000) {
  let seenAt: number | undefined;
  let dueAt = Infinity;
  let isTroubled = false;
  return {
    /** Takes an answer. @param nextPollMs when the next one is due, in ms from now. */
    note(nextPollMs = pauseMs): void {
      seenAt = now();
      dueAt = seenAt + nextPollMs;
      isTroubled = false;
    },
    /** Takes that the platform cannot be asked, or can be again. */
    noteTrouble(isNow: boolean): void {
      isTroubled = isNow;
    },
    /** How long ago it was, in ms, where an answer is overdue; `undefined` where all is as it should be. */
    overdueMs(): number | undefined {
      const at = now();
      const isDue = isTroubled || isOverdue(dueAt, at);
      return seenAt !== undefined && isDue ? at - seenAt : undefined;
    },
  };
}
