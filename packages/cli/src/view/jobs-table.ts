import type { KnownError, Phase } from "@qizhi/core";
import { isQizhiError, WaitLostError, WaitTimeoutError } from "@qizhi/core";
import { excerpt, toSpans } from "@qizhi/core/internal";
import { sayError } from "../errors/cli-error.ts";
import type { Messages } from "../messages/en.ts";
import type { ViewContext } from "./job-block.ts";
import { type JobState, openStageMs, usageAt } from "./job-state.ts";
import { phaseSign, phaseStyles, type Theme } from "../terminal/style.ts";
import { type Column, drawTable, sum } from "../text/table.ts";
import { lengthOf, timelineBar } from "./timeline-bar.ts";
import { fit } from "../text/width.ts";

const barWidth = 20;

/**
 * Several jobs as one table of at most `height` lines; where that is too few, jobs that have ended go
 * first, and a last line counts what is not shown.
 */
export function renderJobs(
  states: readonly JobState[],
  height: number,
  context: ViewContext,
): string[] {
  const { theme, width } = context;
  const shown = chooseShown(states, height);
  const titles = (title: string) => theme.paint("faint", title);
  const lines = drawTable(toColumns(shown, context), width, titles);
  const hidden = states.filter((state) => !shown.includes(state));
  if (hidden.length > 0) lines.push(fit(countHidden(hidden, context), width));
  return lines;
}

function chooseShown(states: readonly JobState[], height: number): readonly JobState[] {
  if (states.length + 1 <= height) return states;
  const room = Math.max(1, height - 2);
  const first = [
    ...states.filter((state) => !state.hasEnded),
    ...states.filter(({ hasEnded }) => hasEnded),
  ];
  const chosen = new Set(first.slice(0, room));
  return states.filter((state) => chosen.has(state));
}

function toColumns(states: readonly JobState[], context: ViewContext): Column[] {
  const { t, theme } = context;
  const ids = states.map(({ jobId }) => jobId);
  const styleOf = (row: number) => {
    const phase = phaseOf(states[row]!);
    return phaseStyles[phase === "given_up" ? "unknown" : phase];
  };
  return [
    {
      title: t.labels.phase,
      cells: states.map(({ report, trouble, isGivenUp }) => {
        if (isGivenUp) return `! ${t.givenUp}`;
        if (report === undefined) return trouble ? "!" : "…";
        return `${phaseSign(report.phase, theme)} ${t.phases[report.phase]}${trouble ? " !" : ""}`;
      }),
      paint: (cell, row) => theme.paint(styleOf(row), cell),
    },
    {
      title: t.labels.name,
      cells: states.map(({ report }) => excerpt(report?.name ?? "", 60)),
      least: 8,
    },
    {
      title: t.labels.job,
      // Whole ids can be copied; where they do not fit, commands take short ones too.
      cells: context.width < 140 ? shortIds(ids) : ids,
      paint: (cell, row) => theme.paint("faint", theme.link(cell, states[row]?.report?.url ?? "")),
      least: 8,
      drop: 2,
    },
    ...toTimes(states, context),
    toBars(states, context),
    {
      title: t.labels.message,
      cells: states.map(({ report, trouble }) =>
        excerpt((trouble && sayReason(trouble, t)) ?? report?.message ?? "", 100),
      ),
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

function toTimes(states: readonly JobState[], context: ViewContext): Column[] {
  const { t, now } = context;
  const align = "end";
  return [
    {
      title: t.labels.since,
      cells: states.map((state) => {
        const since = state.hasEnded ? undefined : openStageMs(state, now);
        return since === undefined ? "" : t.span(since);
      }),
      align,
      drop: 4,
    },
    {
      title: t.stages.queue,
      cells: states.map((state) => stageCell(state, "queue", context)),
      align,
      drop: 5,
    },
    {
      title: t.stages.run,
      cells: states.map((state) => stageCell(state, "run", context)),
      align,
      drop: 3,
    },
    {
      title: t.labels.gpuHours,
      cells: states.map((state) => usageAt(state, now).gpuHours?.toFixed(2) ?? ""),
      align,
      drop: 7,
    },
  ];
}

/** Bars of one scale: the longest job takes the whole width. */
function toBars(states: readonly JobState[], { t, theme, now }: ViewContext): Column {
  const stagesOf = (state: JobState | undefined) => state?.report?.stages ?? [];
  const lengths = states.map((state) => sum(toSpans(stagesOf(state), now).map(lengthOf)));
  const longest = Math.max(1, ...lengths);
  const bar = (row: number, barTheme: Theme) => {
    const stages = stagesOf(states[row]);
    const share = Math.round((barWidth * (lengths[row] ?? 0)) / longest);
    return timelineBar(stages, { width: Math.max(stages.length, share), now, theme: barTheme });
  };
  const plain: Theme = { ...theme, paint: (_style, text) => text };
  return {
    title: t.labels.timeline,
    cells: states.map((_state, row) => bar(row, plain)),
    paint: (cell, row) => bar(row, theme) + cell.slice(cell.trimEnd().length),
    drop: 8,
  };
}

function stageCell({ report }: JobState, name: "queue" | "run", { now, t }: ViewContext): string {
  const span = toSpans(report?.stages ?? [], now).find((each) => each.name === name);
  return span ? t.span(lengthOf(span)) : "";
}

function countHidden(hidden: readonly JobState[], { t }: ViewContext): string {
  return t.moreJobs(hidden.length, countPhases(hidden.map(phaseOf), t));
}

/** The phase of a job in the table; a job that was given up has none. */
export type ShownPhase = Phase | "given_up";

function phaseOf({ report, isGivenUp }: JobState): ShownPhase {
  return isGivenUp ? "given_up" : (report?.phase ?? "unknown");
}

/** How many jobs are in which phase, or given up: `3 running, 2 queued`. */
export function countPhases(phases: readonly ShownPhase[], t: Messages): string {
  const counts = new Map<ShownPhase, number>();
  for (const phase of phases) counts.set(phase, (counts.get(phase) ?? 0) + 1);
  const texts = [...counts].map(([phase, count]) =>
    t.countOf(count, phase === "given_up" ? t.givenUp : t.phases[phase]),
  );
  return texts.join(t.comma);
}

/** Ids cut to the shortest length at which all of these differ, which commands take too. */
export function shortIds(ids: readonly string[]): string[] {
  const lengths = [12, 17, 22, 27];
  const length = lengths.find(
    (each) => new Set(ids.map((id) => id.slice(0, each))).size === new Set(ids).size,
  );
  return ids.map((id) => id.slice(0, length));
}
