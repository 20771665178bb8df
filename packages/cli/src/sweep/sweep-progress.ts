import type { RunStatus, Sweep, SweepEvent } from "@qizhi/core/sweep";
import { visibleText } from "@qizhi/core";
import { toResultRows } from "@qizhi/core/sweep";
import { excerpt, systemClock } from "@qizhi/core/internal";
import { sayError } from "../errors/cli-error.ts";
import type { Io } from "../terminal/io.ts";
import { claimStderr, printNote } from "../terminal/io.ts";
import type { Messages } from "../messages/en.ts";
import { heartbeatMs } from "../view/plain-log.ts";
import { Screen } from "../view/screen.ts";
import { createTheme, wantsLiveView } from "../terminal/style.ts";
import { renderSweep } from "./sweep-block.ts";
import { countStates } from "./sweep-output.ts";
import { pad } from "../text/width.ts";

/** Shows the progress of a sweep on stderr. */
export interface SweepProgress {
  show(event: SweepEvent): void;
  /** Leaves the terminal tidy. */
  end(): void;
}

/** Creates the view that fits stderr: a block that is kept up to date, or one line for each change. */
export function createSweepProgress(sweep: Sweep, io: Io): SweepProgress {
  return wantsLiveView(io.stderr, io.env) ? createLive(sweep, io) : createLog(sweep, io);
}

function createLive({ id, plan, runs }: Sweep, io: Io): SweepProgress {
  const { stderr, t } = io;
  const theme = createTheme(stderr, io.env);
  const screen = new Screen(stderr);
  const release = claimStderr(io, (text) => screen.print(text));
  const changes: string[] = [];
  let notice: string | undefined;
  const draw = () => {
    const view = { id, name: plan.name, runs, changes, notice };
    screen.draw(renderSweep(view, { t, theme, width: screen.width }).slice(0, screen.height));
  };
  const ticks = setInterval(draw, 1_000);
  stderr.terminal?.on("resize", draw);
  draw();
  return {
    show(event) {
      if ("run" in event) {
        changes.push(`${excerpt(event.run.run.name, 60)}  ${describe(event, t)}`);
        if (changes.length > 10) changes.shift();
        if (event.type === "submitted") notice = undefined;
      } else if (event.type === "recovered") notice = undefined;
      else notice = describe(event, t);
      // Phases come by the hundred at once: the next tick draws them.
      if (event.type !== "phase") draw();
    },
    end() {
      clearInterval(ticks);
      stderr.terminal?.off("resize", draw);
      draw();
      release();
      screen.end(true);
    },
  };
}

function createLog({ runs }: Sweep, io: Io): SweepProgress {
  const startedAt = systemClock.now();
  let heartbeat: NodeJS.Timeout | undefined;
  const print = (text: string) => {
    const elapsedMs = systemClock.now() - startedAt;
    printNote(io, `${pad(io.t.span(elapsedMs), 7, "start")}  ${text}`);
    clearTimeout(heartbeat);
    heartbeat = setTimeout(
      () => print(io.t.still(countStates(toResultRows(runs), io.t))),
      heartbeatMs(elapsedMs),
    );
  };
  return {
    show(event) {
      // With hundreds of runs the counts of the heartbeat show the phases.
      if (event.type === "phase") return;
      const who = "run" in event ? `${excerpt(event.run.run.name, 100)}  ` : "";
      print(who + describe(event, io.t));
    },
    end: () => clearTimeout(heartbeat),
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
    case "trouble":
      return t.sweep.cannotAsk(sayError(event.error, t).summary);
    default:
      return t.canAskAgain(t.duration(event.afterMs));
  }
}

function describeEnd({ outcome, reason, facts }: RunStatus, t: Messages): string {
  const state = t.sweep.states[outcome ?? "lost"];
  const ran = facts?.runTimeMs === undefined ? "" : ` (${t.duration(facts.runTimeMs)})`;
  return `${state}${ran}${reason ? `: ${excerpt(reason, 200)}` : ""}`;
}
