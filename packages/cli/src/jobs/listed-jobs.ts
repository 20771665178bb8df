import type { Phase, KnownError } from "@qizhi/core";
import type { KnownJob } from "@qizhi/core/journal";
import type { SeenRecord } from "@qizhi/core/internal";
import { formatDuration } from "@qizhi/core";
import { classifyStatus, excerpt, jobUrl } from "@qizhi/core/internal";
import { bornAt, toSeenFields } from "../history/history.ts";
import type { Io } from "../terminal/io.ts";
import type { SeenJob } from "../text/job-times.ts";
import { toAgeText, toIsoTime } from "../text/time-text.ts";
import { columnsOf } from "../terminal/streams.ts";
import { shortIds } from "../view/jobs-table.ts";
import { createTheme, phaseSign, phaseStyles } from "../terminal/style.ts";
import type { Column } from "../text/table.ts";
import { drawTable } from "../text/table.ts";

/** A job of the history and what is known of it. Times are epoch ms, durations ms. */
export interface ListedJob {
  readonly job: KnownJob;
  readonly status: string | undefined;
  readonly phase: Phase;
  readonly createdAt: number | undefined;
  readonly finishedAt: number | undefined;
  readonly queueMs: number | undefined;
  readonly runMs: number | undefined;
  readonly gpuHours: number | undefined;
  readonly cost: number | undefined;
  /** Whether it was polled now; else it is as last seen. */
  readonly isCurrent: boolean;
  readonly error: KnownError | undefined;
}

/** A job of the history with the facts of a poll, or of the record of an earlier one. */
export function toListedJob(
  job: KnownJob,
  seen: SeenJob | SeenRecord | undefined,
  isCurrent: boolean,
  error?: KnownError,
): ListedJob {
  const known = seen !== undefined && "report" in seen ? toSeenFields(seen) : seen;
  return {
    job: { ...job, name: known?.name ?? job.name },
    status: known?.status,
    phase: classifyStatus(known?.status).phase,
    createdAt: known?.createdAt,
    finishedAt: known?.finishedAt,
    queueMs: known?.queueMs,
    runMs: known?.runMs,
    gpuHours: known?.gpuHours,
    cost: known?.cost,
    isCurrent,
    error,
  };
}

/** A job as `list --json` gives it. */
export function toListedJson(listed: ListedJob): Record<string, unknown> {
  const { job, error } = listed;
  return {
    job_id: job.jobId,
    name: job.name ?? null,
    status: listed.status ?? null,
    phase: listed.phase,
    url: jobUrl(job.platform, job.jobId, job.workspaceId),
    base_url: job.platform,
    submitted_at: toIsoTime(bornAt(job)),
    created_at: toIsoTime(listed.createdAt),
    finished_at: toIsoTime(listed.finishedAt),
    queue_time_ms: listed.queueMs ?? null,
    run_time_ms: listed.runMs ?? null,
    gpu_hours: listed.gpuHours ?? null,
    cost: listed.cost ?? null,
    is_tracked: job.attempt === undefined,
    is_current: listed.isCurrent,
    ...(error && { error: error.toJSON() }),
  };
}

/**
 * Jobs as a table that fits the terminal. In a terminal, ids are as short as they can be among the whole
 * history; in a pipe they are whole.
 */
export function toListText(
  jobs: readonly ListedJob[],
  all: readonly KnownJob[],
  { stdout, env, t }: Io,
): string {
  const theme = createTheme(stdout, env);
  const width = columnsOf(stdout);
  const ids = new Map<string, string>();
  if (stdout.isTTY) {
    const whole = [...new Set(all.map(({ jobId }) => jobId))];
    for (const [index, short] of shortIds(whole).entries()) ids.set(whole[index]!, short);
  }
  const time = (ms: number | undefined) => (ms === undefined ? "" : formatDuration(ms));
  const align = "end";
  const columns: Column[] = [
    {
      title: t.labels.phase,
      cells: jobs.map(({ phase, status, isCurrent }) => {
        const mark = isCurrent ? "" : " ?";
        return status === undefined
          ? mark.trim()
          : `${phaseSign(phase, theme)} ${t.phases[phase]}${mark}`;
      }),
      paint: (cell, row) => theme.paint(phaseStyles[jobs[row]?.phase ?? "unknown"], cell),
    },
    { title: t.labels.name, cells: jobs.map(({ job }) => excerpt(job.name ?? "", 60)), least: 8 },
    {
      title: t.labels.job,
      cells: jobs.map(({ job }) => excerpt(ids.get(job.jobId) ?? job.jobId, 200)),
      least: 12,
    },
    {
      title: t.history.columns.submitted,
      cells: jobs.map(({ job }) => toAgeText(bornAt(job), t)),
      align,
      drop: 2,
    },
    { title: t.stages.queue, cells: jobs.map(({ queueMs }) => time(queueMs)), align, drop: 5 },
    { title: t.stages.run, cells: jobs.map(({ runMs }) => time(runMs)), align, drop: 3 },
    {
      title: t.labels.gpuHours,
      cells: jobs.map(({ gpuHours }) => gpuHours?.toFixed(2) ?? ""),
      align,
      drop: 4,
    },
  ];
  return drawTable(columns, width, (title) => theme.paint("faint", title))
    .map((line) => line.trimEnd())
    .join("\n");
}
