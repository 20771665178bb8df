import type { RunStatus } from "@qizhi/core/sweep";
import type { Fate, Inputs } from "../inputs/inputs.ts";
import type { StopResult } from "../job/stop.ts";
import type { Ledger } from "../job/ledger.ts";
import { writeEnd } from "../job/traces.ts";
import { type Stopped, stopRuns, toOutcome } from "./stop-runs.ts";
import type { Left, SweepParts } from "./sweep-parts.ts";
import { stoppedByStep } from "../report/sweep-report.ts";

// From the first signal: the runner sends SIGTERM after 7.5 s and SIGKILL after 10 s. Only for the job of a
// create that was under way there is more.
const stopGraceMs = 6_500;
const lateStopGraceMs = 8_000;
// Where no signal hurries; a second for each job is enough at a request a second.
const unhurriedMs = 10_000;
const perJobMs = 1_000;

/** Stops the jobs of a sweep that is left, as the inputs say. */
export interface Stopper {
  /** Begins with the jobs that there are, if they are to be stopped. */
  begin(left: Left, isHalted: boolean): void;
  /** Stops what is not stopped yet; `undefined` when the jobs are to be left. */
  finish(left: Left): Promise<Stopped | undefined>;
}

type ActiveRun = RunStatus & { readonly jobId: string };

/** Makes the stopper of a sweep. */
export function createStopper(parts: SweepParts, { journal }: Ledger): Stopper {
  const { sweep, client, cancel, inputs, log } = parts;
  const tried = new Set<string>();
  const rounds: Promise<Stopped>[] = [];
  let endsAt = Infinity;
  let looksFirst = false;

  const onResult = (run: ActiveRun, result: Exclude<StopResult, { kind: "failed" }>) => {
    const outcome = toOutcome(result);
    Object.assign(run, { state: "ended", outcome, phase: outcome });
    if (result.kind === "stopped") run.reason = stoppedByStep;
    writeEnd(journal, { sweep: sweep.id, run: run.run.index, try: run.tries }, { outcome });
  };
  const round = (left: Left, graceMs: number) => {
    const jobs = sweep.runs.filter(isActive).filter(({ jobId }) => !tried.has(jobId));
    for (const { jobId } of jobs) tried.add(jobId);
    if (jobs.length === 0) return;
    if (left.why !== "cancel" && endsAt === Infinity) {
      endsAt = performance.now() + unhurriedMs + jobs.length * perJobMs;
    }
    const leftMs = () => Math.min(cancel.leftMs(graceMs), endsAt - performance.now());
    rounds.push(stopRuns(client, jobs, { leftMs, looksFirst }, onResult));
  };
  return {
    begin(left, isHalted) {
      looksFirst = isHalted;
      const fate = toFate(left, inputs);
      log.line(`${toWords(left)}: the jobs are ${fate === "stop" ? "stopped" : "left"}`);
      if (fate === "stop") round(left, stopGraceMs);
    },
    async finish(left) {
      if (toFate(left, inputs) === "leave") return undefined;
      round(left, lateStopGraceMs);
      const all = await Promise.all(rounds);
      const sum = (of: "stopped" | "ended" | "failed") =>
        all.reduce((total, each) => total + each[of], 0);
      const why = all.find((each) => each.why !== undefined)?.why;
      return { stopped: sum("stopped"), ended: sum("ended"), failed: sum("failed"), why };
    },
  };
}

function isActive(run: RunStatus): run is ActiveRun {
  return run.state === "active" && run.jobId !== undefined;
}

/** What the inputs say of the jobs of a sweep that is left. */
function toFate({ why }: Left, { onCancel, onTimeout, onError }: Inputs): Fate {
  if (why === "cancel") return onCancel;
  return why === "error" ? onError : onTimeout;
}

function toWords({ why }: Left): string {
  if (why === "cancel") return "cancelled";
  return why === "error" ? "cannot go on" : "the time is over";
}
