import type { JobReport, JobUpdate } from "@qizhi/core";
import { excerpt, formatDuration } from "@qizhi/core";

// One line a change stays readable; a job that flaps all day must not fill the log.
const mostChanges = 100;
// Past this many heartbeats' worth of time the pauses grow, so that a wait of days stays short too.
const heartbeatsBeforeGrowth = 60;

/** Turns what a wait sees into few lines: one per change, and a heartbeat in between. */
export interface Progress {
  /** Takes an update of the wait. */
  update(update: JobUpdate): void;
  /** To be called often: writes a heartbeat when it is due. */
  tick(): void;
}

/** Parts of a {@link Progress}. */
export interface ProgressParts {
  readonly print: (line: string) => void;
  /** Milliseconds that only grow. */
  readonly now: () => number;
  /** Longest silence in ms. */
  readonly heartbeatMs: number;
}

/** Makes the progress of one wait. */
export function createProgress({ print, now, heartbeatMs }: ProgressParts): Progress {
  const startedAt = now();
  let printedAt = startedAt;
  let last = "";
  let changes = 0;
  let report: JobReport | undefined;
  let isTroubled = false;

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
    update(update) {
      if (update.type === "trouble") {
        isTroubled = true;
        const { error, lastSeen } = update;
        const stood = lastSeen
          ? ` It was ${excerpt(lastSeen.status ?? "", 60)} when last seen.`
          : "";
        return sayChange(`cannot ask the platform, going on: ${error.summary}${stood}`);
      }
      if (update.type === "recovered") {
        isTroubled = false;
        return sayChange(`the platform answers again after ${formatDuration(update.afterMs)}`);
      }
      report = update.report;
      const line = toChange(report);
      if (line === last) return;
      last = line;
      sayChange(withMessage(line, report));
    },
    tick() {
      const pauseMs = Math.max(heartbeatMs, (now() - startedAt) / heartbeatsBeforeGrowth);
      if (now() - printedAt < pauseMs) return;
      say(isTroubled || report === undefined ? "still no answer" : toHeartbeat(report));
    },
  };
}

function toChange({ phase, status, restarts }: JobReport): string {
  const round = restarts > 0 ? `, round ${restarts + 1}` : "";
  return `${phase} (${status ?? "no status"}${round})`;
}

// The message is not part of the change: a queue's text moves with every look.
function withMessage(line: string, { message }: JobReport): string {
  return message === undefined ? line : `${line} - ${message.slice(0, 300)}`;
}

function toHeartbeat(report: JobReport): string {
  const { queueTimeMs, runTimeMs, phase } = report;
  const ms = phase === "queued" ? queueTimeMs : runTimeMs;
  const since = ms === undefined ? "" : ` for ${formatDuration(ms)}`;
  return withMessage(`still ${toChange(report)}${since}`, report);
}
