import type { JobReport, JobUpdate } from "@qizhi/core";
import { excerpt, formatDuration } from "@qizhi/core";
import type { Connection } from "./connect.ts";
import type { Io } from "./io.ts";
import { toPhaseText, toSeenJob } from "./job-output.ts";
import type { Messages } from "./messages/en.ts";

/** Shows on stderr how jobs go. */
export interface Progress {
  /** Takes an update of one job. */
  show(jobId: string, update: JobUpdate): void;
  /** Leaves the terminal tidy. */
  end(): void;
}

/**
 * Makes the progress view: one line per change, and in a terminal a last line that is kept up to date.
 * @param withIds names the job on each line, for several at once.
 */
export function createProgress(connection: Connection, io: Io, withIds: boolean): Progress {
  const startedAt = performance.now();
  const isLive = io.stderr.isTTY && io.env["TERM"] !== "dumb";
  const lines = new Map<string, string>();
  let hasLive = false;

  const clear = () => {
    if (hasLive) io.stderr.write("\r\u001b[K");
    hasLive = false;
  };
  const draw = (text: string) => {
    if (!isLive) return;
    const width = (io.stderr.columns || 80) - 1;
    io.stderr.write(`\r\u001b[K${[...text].slice(0, width).join("")}`);
    hasLive = true;
  };
  const print = (text: string) => {
    clear();
    const elapsed = formatDuration(performance.now() - startedAt);
    io.stderr.write(`${elapsed.padStart(7)}  ${text}\n`);
  };

  return {
    show(jobId, update) {
      const prefix = withIds ? `${jobId}  ` : "";
      if (update.type === "trouble") {
        return print(prefix + io.t.cannotAsk(update.error.summary));
      }
      if (update.type === "recovered") {
        return print(prefix + io.t.canAskAgain(formatDuration(update.afterMs)));
      }
      const { report } = toSeenJob(connection, update.job);
      const line = toChangeText(report, io.t);
      if (lines.get(jobId) !== line) {
        lines.set(jobId, line);
        print(prefix + line);
      }
      if (!update.isTerminal) draw(`         ${prefix}${toLiveText(report, io.t)}`);
    },
    end: clear,
  };
}

function toChangeText(report: JobReport, t: Messages): string {
  const round = report.restarts > 0 ? `, ${t.round(report.restarts + 1)}` : "";
  const why = report.message ? `: ${excerpt(report.message, 200)}` : "";
  return toPhaseText(report, t) + round + why;
}

function toLiveText(report: JobReport, t: Messages): string {
  const stage = report.stages.find(({ endMs }) => endMs === undefined);
  const phase = t.phases[report.phase];
  const since = stage ? t.phaseFor(phase, formatDuration(Date.now() - stage.startMs)) : phase;
  const hours = report.gpuHours ? `, ${t.gpuHoursSoFar(report.gpuHours.toFixed(2))}` : "";
  return since + hours;
}
