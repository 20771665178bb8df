import { isQizhiError, type KnownError, WaitLostError, WaitTimeoutError } from "@qizhi/core";
import { excerpt, toSpans } from "@qizhi/core/internal";
import { sayError } from "../errors/cli-error.ts";
import type { Messages } from "../messages/en.ts";
import type { ViewContext } from "./job-block.ts";
import { type JobState, openStageMs, usageAt } from "./job-state.ts";
import { phaseLooks, type Theme } from "../terminal/style.ts";
import { type Column, drawTable, numbers, sum } from "../text/table.ts";
import { lengthOf, timelineBar } from "./timeline-bar.ts";
import { fit } from "../text/width.ts";

const barWidth = 20;

/** A table of at most `height` lines; where that is too few, ended jobs go first, and a last line counts what is hidden. */
export function renderJobs(
  states: readonly JobState[],
  height: number,
  context: ViewContext,
): string[] {
  const { t, theme, width } = context;
  const shown = chooseShown(states, height);
  const titles = (title: string) => theme.paint("faint", title);
  const lines = drawTable(shown, toColumns(shown, context), width, titles);
  const hidden = states.filter((state) => !shown.includes(state));
  if (hidden.length === 0) return lines;
  return [...lines, fit(t.moreJobs(hidden.length, countPhases(hidden, t)), width)];
}

function chooseShown(states: readonly JobState[], height: number): readonly JobState[] {
  if (states.length + 1 <= height) return states;
  const first = states.toSorted((a, b) => Number(a.hasEnded) - Number(b.hasEnded));
  const chosen = new Set(first.slice(0, Math.max(1, height - 2)));
  return states.filter((state) => chosen.has(state));
}

function toColumns(states: readonly JobState[], context: ViewContext): Column<JobState>[] {
  const { t, theme } = context;
  const short = shortIds(states.map(({ jobId }) => jobId));
  return [
    {
      title: t.labels.phase,
      cell({ report, trouble, isGivenUp }) {
        if (isGivenUp) return `! ${t.givenUp}`;
        if (report === undefined) return trouble ? "!" : "…";
        return `${theme.sign(phaseLooks[report.phase])} ${t.phases[report.phase]}${trouble ? " !" : ""}`;
      },
      paint(cell, { report, isGivenUp }) {
        const phase = isGivenUp ? "unknown" : (report?.phase ?? "unknown");
        return theme.paint(phaseLooks[phase].style, cell);
      },
    },
    { title: t.labels.name, cell: ({ report }) => excerpt(report?.name ?? "", 60), least: 8 },
    {
      title: t.labels.job,
      // Whole ids can be copied; where they do not fit, commands take short ones too.
      cell: ({ jobId }) => (context.width < 140 ? (short.get(jobId) ?? jobId) : jobId),
      paint: (cell, { report }) => theme.paint("faint", theme.link(cell, report?.url ?? "")),
      least: 8,
      drop: 2,
    },
    ...toTimes(context),
    ...(theme.drawsBars ? [toBars(states, context)] : []),
    {
      title: t.labels.message,
      cell: ({ report, trouble }) =>
        excerpt((trouble && sayReason(trouble.error, t)) ?? report?.message ?? "", 100),
      least: 12,
      drop: 6,
    },
  ];
}

/** Why a job cannot be polled, without its id and the time of the attempts. */
function sayReason(error: KnownError, t: Messages): string {
  if (error instanceof WaitTimeoutError)
    return t.waited[error.limit](t.duration(error.waitedMs ?? error.limitMs));
  const { cause } = error;
  const reason = error instanceof WaitLostError && isQizhiError(cause) ? cause : error;
  return sayError(reason, t).summary;
}

function toTimes({ t, now }: ViewContext): Column<JobState>[] {
  const stageCell = ({ report }: JobState, name: "queue" | "run") => {
    const span = toSpans(report?.stages ?? [], now).find((each) => each.name === name);
    return span ? t.span(lengthOf(span)) : "";
  };
  return [
    numbers(t.labels.since, 4, (state) => {
      const since = state.hasEnded ? undefined : openStageMs(state, now);
      return since === undefined ? "" : t.span(since);
    }),
    numbers(t.stages.queue, 5, (state) => stageCell(state, "queue")),
    numbers(t.stages.run, 3, (state) => stageCell(state, "run")),
    numbers(t.labels.gpuHours, 7, (state) => usageAt(state, now).gpuHours?.toFixed(2) ?? ""),
  ];
}

/** Bars of one scale: the longest job takes the whole width. */
function toBars(states: readonly JobState[], { t, theme, now }: ViewContext): Column<JobState> {
  const stagesOf = ({ report }: JobState) => report?.stages ?? [];
  const lengthOfBar = (state: JobState) => sum(toSpans(stagesOf(state), now).map(lengthOf));
  const longest = Math.max(1, ...states.map(lengthOfBar));
  const bar = (state: JobState, barTheme: Theme) => {
    const stages = stagesOf(state);
    const share = Math.round((barWidth * lengthOfBar(state)) / longest);
    return timelineBar(stages, { width: Math.max(stages.length, share), now, theme: barTheme });
  };
  const plain: Theme = { ...theme, paint: (_style, text) => text };
  return {
    title: t.labels.timeline,
    cell: (state) => bar(state, plain),
    paint: (cell, state) => bar(state, theme) + cell.slice(cell.trimEnd().length),
    drop: 8,
  };
}

/** How many jobs are in which phase, or given up: `3 running, 2 queued`. */
export function countPhases(states: readonly JobState[], t: Messages): string {
  const counts = new Map<string, number>();
  for (const { report, isGivenUp } of states) {
    const phase = isGivenUp ? t.givenUp : t.phases[report?.phase ?? "unknown"];
    counts.set(phase, (counts.get(phase) ?? 0) + 1);
  }
  return [...counts].map(([phase, count]) => t.countOf(count, phase)).join(t.comma);
}

/** Ids by their whole forms, cut to the shortest length at which all of these differ, which commands take too. */
export function shortIds(ids: readonly string[]): Map<string, string> {
  const lengths = [12, 17, 22, 27];
  const length = lengths.find(
    (each) => new Set(ids.map((id) => id.slice(0, each))).size === new Set(ids).size,
  );
  return new Map(ids.map((id) => [id, id.slice(0, length)]));
}
