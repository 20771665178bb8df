import type { Phase, KnownError } from "@qizhi/core";
import { classifySeen, excerpt, jobUrl, toSeenFields, visibleText } from "@qizhi/core/internal";
import type { JournalView, KnownJob } from "@qizhi/core/journal";
import { bornAt } from "../history/history.ts";
import type { Io } from "../terminal/io.ts";
import type { SeenJob } from "../view/job-output.ts";
import { toAgeText, toIsoTime } from "../text/time-text.ts";
import { columnsOf } from "../terminal/streams.ts";
import { shortIds } from "../view/jobs-table.ts";
import type { Screen } from "../view/screen.ts";
import { createTheme, phaseLooks } from "../terminal/style.ts";
import { type Column, drawTable, numbers } from "../text/table.ts";
import { mayChange } from "./poll-jobs.ts";

/** A job of the history and what is known of it. */
export interface ListedJob extends Partial<
  Omit<ReturnType<typeof toSeenFields>, "name" | "phase">
> {
  readonly job: KnownJob;
  readonly phase: Phase;
  /** Whether it was polled now; else it is as last seen. */
  readonly isCurrent: boolean;
  readonly error: KnownError | undefined;
}

/** A job of the history with the facts of a poll, or of the record of an earlier one. */
export function toListedJob(job: KnownJob, now?: SeenJob, error?: KnownError): ListedJob {
  const known = now ? toSeenFields(now.report) : job.seen;
  return {
    ...known,
    job: { ...job, name: known?.name ?? job.name },
    phase: classifySeen(known ?? {}).phase,
    // An end does not change any more.
    isCurrent: now !== undefined || !mayChange(job),
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
    url: toUrl(job),
    base_url: job.platform,
    submitted_at: toIsoTime(bornAt(job)),
    created_at: toIsoTime(listed.createdAt),
    finished_at: toIsoTime(listed.finishedAt),
    queue_time_ms: listed.queueMs ?? null,
    run_time_ms: listed.runMs ?? null,
    nodes: listed.nodes ?? null,
    gpus: listed.gpus ?? null,
    gpu_hours: listed.gpuHours ?? null,
    cost: listed.cost ?? null,
    is_tracked: job.attempt === undefined,
    is_current: listed.isCurrent,
    ...(error && { error: error.toJSON() }),
  };
}

/** Jobs as a table that fits the terminal; ids are as short as they can be among the whole history. */
export function toListLines(
  jobs: readonly ListedJob[],
  all: readonly KnownJob[],
  { stdout, env, t }: Io,
): string[] {
  const theme = createTheme(stdout, env);
  const width = columnsOf(stdout);
  const ids = shortIds(all.map(({ jobId }) => jobId));
  const time = (ms: number | undefined) => (ms === undefined ? "" : t.span(ms));
  const titles = t.history.columns;
  const columns: Column<ListedJob>[] = [
    {
      title: t.labels.phase,
      cell({ phase, status, isCurrent }) {
        const mark = isCurrent ? "" : " ?";
        if (status === undefined) return mark.trim();
        return `${theme.sign(phaseLooks[phase])} ${t.phases[phase]}${mark}`;
      },
      paint: (cell, { phase }) => theme.paint(phaseLooks[phase].style, cell),
    },
    { title: t.labels.name, cell: ({ job }) => excerpt(job.name ?? "", 60), least: 8 },
    {
      title: t.labels.job,
      cell: ({ job }) => excerpt(ids.get(job.jobId) ?? job.jobId, 200),
      paint: (cell, { job }) => theme.link(cell, toUrl(job)),
      least: 12,
    },
    numbers(titles.gpus, 1, toSizeCell),
    numbers(titles.submitted, 2, ({ job }) => toAgeText(bornAt(job), t)),
    numbers(t.stages.queue, 5, ({ queueMs }) => time(queueMs)),
    numbers(t.stages.run, 3, ({ runMs }) => time(runMs)),
    numbers(t.labels.gpuHours, 4, ({ gpuHours }) => gpuHours?.toFixed(2) ?? ""),
  ];
  return drawTable(jobs, columns, width, (title) => theme.paint("faint", title));
}

/** Shows as many jobs as a screen has room for, and a line beneath. */
export function drawList(
  screen: Screen,
  jobs: readonly ListedJob[],
  { jobs: all }: JournalView,
  last: string,
  io: Io,
): void {
  screen.draw([...toListLines(jobs, all, io).slice(0, screen.height - 1), last]);
}

function toUrl({ platform, jobId, workspaceId }: KnownJob): string {
  return jobUrl(platform, jobId, workspaceId);
}

/** Nodes and GPUs of each: `2×8`. */
function toSizeCell({ nodes, gpus, job }: ListedJob): string {
  const count = nodes ?? readNodes(job);
  if (count === undefined) return "";
  return gpus === undefined || count === 0 ? `${count}×?` : `${count}×${gpus / count}`;
}

/** The nodes that were asked for, of a job that nobody has seen yet. */
function readNodes({ attempt }: KnownJob): number | undefined {
  const [config] = [Object(attempt?.spec)["framework_config"]].flat();
  const count: unknown = Object(config)["instance_count"];
  return typeof count === "number" ? count : undefined;
}

/** Jobs as one line each for programs, its fields set apart by tabs; a status as last seen ends with `?`. */
export function toListTsv(jobs: readonly ListedJob[]): string {
  const field = (value: number | string | null | undefined) => visibleText(String(value ?? ""));
  return jobs
    .map(({ job, phase, status, isCurrent, nodes = readNodes(job), gpus, runMs, gpuHours }) =>
      [
        job.jobId,
        excerpt(job.name ?? "", 1_000),
        `${status === undefined ? "" : phase}${isCurrent ? "" : "?"}`,
        nodes,
        gpus,
        toIsoTime(bornAt(job)),
        runMs === undefined ? "" : Math.round(runMs / 1_000),
        gpuHours?.toFixed(2),
      ]
        .map(field)
        .join("\t"),
    )
    .join("\n");
}
