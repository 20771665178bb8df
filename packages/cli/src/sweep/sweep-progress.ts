import type { RunStatus, Sweep, SweepEvent } from "@qizhi/core/sweep";
import { toResultRows, totalRows } from "@qizhi/core/sweep";
import { estimateRest, excerpt, isOver, visibleText } from "@qizhi/core/internal";
import { sayError } from "../errors/cli-error.ts";
import type { Io } from "../terminal/io.ts";
import type { Messages } from "../messages/en.ts";
import { createTimedLog } from "../view/progress.ts";
import { keepBlock } from "../view/screen.ts";
import { type Theme, wantsLiveView } from "../terminal/style.ts";
import { countStates, stateStyles } from "./sweep-output.ts";
import { fit, packLines, wrap } from "../text/width.ts";

/** Creates what shows the progress of a sweep on stderr as fits it: a block that is kept up to date, or one line for each change. */
export function createSweepProgress(sweep: Sweep, io: Io) {
  return wantsLiveView(io.stderr, io.env) ? createLive(sweep, io) : createLog(sweep, io);
}

function createLive({ id, plan, runs }: Sweep, io: Io) {
  const { t } = io;
  const changes: string[] = [];
  let notice: string | undefined;
  const { draw, end } = keepBlock(io, ({ width }, theme) => {
    const view = { id, name: plan.name, runs, changes, notice };
    return renderSweep(view, { t, theme, width });
  });
  return {
    show(event: SweepEvent): void {
      if ("run" in event) {
        changes.push(`${excerpt(event.run.run.name, 60)}  ${describe(event, t)}`);
        if (changes.length > 10) changes.shift();
        if (event.type === "submitted") notice = undefined;
      } else if (event.type === "recovered") notice = undefined;
      else notice = describe(event, t);
      // Phases come by the hundred at once: the next tick draws them.
      if (event.type !== "phase") draw();
    },
    /** Leaves the terminal tidy. */
    end(): void {
      draw();
      end(true);
    },
  };
}

function createLog({ runs }: Sweep, io: Io) {
  const { print, end } = createTimedLog(io, () =>
    io.t.still(countStates(toResultRows(runs), io.t)),
  );
  return {
    show(event: SweepEvent): void {
      // With hundreds of runs the counts of the heartbeat show the phases.
      if (event.type === "phase") return;
      const who = "run" in event ? `${excerpt(event.run.run.name, 100)}  ` : "";
      print(who + describe(event, io.t));
    },
    end,
  };
}

/** An event in words. */
function describe(event: SweepEvent, t: Messages): string {
  switch (event.type) {
    case "submitted":
      return t.sweep.submitted(visibleText(event.jobId));
    case "phase":
      return t.phases[event.phase];
    case "ended":
      return describeEnd(event.run, t);
    case "retry":
      return t.sweep.retry(event.run.tries + 1);
    case "unknown":
      return t.sweep.unknown;
    case "settled":
      return event.run.jobId && event.run.state === "active"
        ? t.sweep.settledJob(visibleText(event.run.jobId))
        : t.sweep.settledNone;
    case "paused":
      return t.sweep.paused(event.unknown);
    case "quota":
      return t.sweep.quota(sayError(event.error, t).summary);
    case "halted":
      return t.sweep.halted[event.reason];
    case "trouble": {
      const { summary } = sayError(event.error, t);
      return event.error.code === "input" ? summary : t.cannotAsk(summary, 2);
    }
    default:
      return t.canAskAgain(t.duration(event.afterMs));
  }
}

function describeEnd({ outcome, reason, facts }: RunStatus, t: Messages): string {
  const state = t.sweep.states[outcome ?? "lost"];
  const ran = facts?.runTimeMs;
  const said = ran === undefined ? state : t.aside(state, t.span(ran));
  return said + (reason ? t.colon + excerpt(reason, 200) : "");
}

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
    ...failed.slice(-mostLines).map(({ name, reason = "" }) => {
      const line = excerpt(name, 60) + t.colon + excerpt(reason, 200);
      return theme.paint("bad", fit(line, width));
    }),
    ...view.changes.slice(-mostLines).map((line) => theme.paint("faint", fit(line, width))),
    ...(view.notice === undefined
      ? []
      : wrap(view.notice, width, 3).map((line) => theme.paint("warn", line))),
  ];
}
