import type { RunStatus } from "@qizhi/core/sweep";
import { toResultRows, totalRows } from "@qizhi/core/sweep";
import { estimateRest, excerpt, isOver } from "@qizhi/core/internal";
import type { Messages } from "../messages/en.ts";
import { packLines } from "../terminal/layout.ts";
import type { Theme } from "../terminal/style.ts";
import { fit, wrap } from "../text/width.ts";
import { countStates, stateStyles } from "./sweep-output.ts";

/** The facts of a sweep that its view shows. */
export interface SweepView {
  readonly id: string;
  readonly name: string;
  readonly runs: readonly RunStatus[];
  /** Changes, the newest last. */
  readonly changes: readonly string[];
  /** Why no run is submitted at the moment. */
  readonly notice: string | undefined;
}

const widestBar = 40;
const mostLines = 3;

/** A sweep as a block of lines: progress, counts, estimate, failures, the last changes. */
export function renderSweep(
  view: SweepView,
  { t, theme, width }: { t: Messages; theme: Theme; width: number },
): string[] {
  const rows = toResultRows(view.runs);
  const over = rows.filter(isOver).length;
  const inFlight = rows.filter(({ state }) =>
    ["queued", "starting", "running"].includes(state),
  ).length;
  const rest = estimateRest(rows, inFlight);
  const left = rest
    ? t.sweep.estimate(t.duration(rest.fromMs), t.duration(rest.toMs))
    : t.sweep.noEstimate;
  const { gpuHours } = totalRows(rows);
  const failed = rows.filter(({ state, reason }) => reason && stateStyles[state] === "bad");
  const barWidth = Math.max(1, Math.min(widestBar, width));
  const done = rows.length === 0 ? 0 : Math.floor((over / rows.length) * barWidth);
  const [full, empty] = theme.ascii ? ["#", "."] : ["█", "░"];
  const bar =
    theme.paint("good", full.repeat(done)) + theme.paint("faint", empty.repeat(barWidth - done));
  return [
    ...packLines(
      [
        theme.paint("strong", fit(excerpt(view.name, 100), width)),
        theme.paint("faint", fit(view.id, width)),
      ],
      "  ",
      width,
    ),
    bar,
    ...packLines(
      [
        `${over}/${rows.length}`,
        over < rows.length ? left : "",
        gpuHours >= 0.005 ? t.gpuHoursSoFar(gpuHours.toFixed(2)) : "",
      ],
      theme.ascii ? " - " : " · ",
      width,
    ),
    ...wrap(countStates(rows, t), width, 2),
    ...failed.slice(-mostLines).map(({ name, reason }) => {
      return theme.paint("bad", fit(`${excerpt(name, 60)}: ${excerpt(reason ?? "", 200)}`, width));
    }),
    ...view.changes.slice(-mostLines).map((line) => theme.paint("faint", fit(line, width))),
    ...(view.notice === undefined
      ? []
      : wrap(view.notice, width, 3).map((line) => theme.paint("warn", line))),
  ];
}
