import type { Client } from "@qizhi/core";
import type { RunStatus, Sweep } from "@qizhi/core/sweep";
import { sum, writeEnd } from "@qizhi/core/internal";
import type { LastSeen } from "../job/progress.ts";
import type { RunParts } from "../inputs/inputs.ts";
import type { ActiveCounts, Fate, StopCounts } from "../report/describe-sweep.ts";
import { sayLeft, sayStopped } from "../report/describe-sweep.ts";
import { type Stopped, stopRuns, toOutcome } from "../job/stop.ts";
import { findFollowed, type Ledger } from "../job/ledger.ts";
import type { LoginGuard } from "../job/wait.ts";
import { type Interruption, stopOrLeave } from "../report/interruption.ts";
import { markSettled } from "../runner/state.ts";
import { markStopped } from "../report/sweep-report.ts";

/** A sweep that goes on, and what that takes. */
export interface SweepParts extends RunParts {
  readonly client: Client;
  readonly sweep: Sweep;
  readonly ledger: Ledger;
  readonly guard: LoginGuard;
  /** Leaves the sweep. */
  readonly leaving: AbortController;
  /** When any of its jobs was seen last. */
  readonly lastSeen: LastSeen;
}

// From the first signal: the runner sends SIGTERM after 7.5 s and SIGKILL after 10 s. Only for the job of a
// create that was under way there is more.
const stopGraceMs = 6_500;
const lateStopGraceMs = 8_000;
// Where no signal hurries; a second for each job is enough at a request a second.
const unhurriedMs = 10_000;
const perJobMs = 1_000;

/** Stops or leaves the jobs of an interrupted sweep, as the inputs say. */
export type Stopper = ReturnType<typeof createStopper>;

const reasons = {
  cancel: "cancelled",
  timeout: "the time is over",
  error: "cannot go on",
} as const;

type ActiveRun = RunStatus & { readonly jobId: string };

export function createStopper(parts: SweepParts) {
  const { sweep, client, cancel, inputs, log } = parts;
  const { journal } = parts.ledger;
  const tried = new Set<string>();
  const rounds: Promise<StopCounts>[] = [];
  let endsAt = Infinity;
  let pollFirst = false;

  const onResult = (run: ActiveRun, result: Stopped) => {
    const outcome = toOutcome(result);
    Object.assign(run, { state: "ended", outcome, phase: outcome });
    if (result.kind === "stopped") markStopped(run);
    const of = { sweep: sweep.id, run: run.run.index, try: run.tries };
    writeEnd(journal, { ...of, outcome });
  };
  const round = ({ why }: Interruption, graceMs: number) => {
    const jobs = splitActive(parts).own.filter(({ jobId }) => !tried.has(jobId));
    for (const { jobId } of jobs) tried.add(jobId);
    if (jobs.length === 0) return;
    if (why !== "cancel" && endsAt === Infinity) {
      endsAt = performance.now() + unhurriedMs + jobs.length * perJobMs;
    }
    const leftMs = () => Math.min(cancel.leftMs(graceMs), endsAt - performance.now());
    rounds.push(stopRuns(client, jobs, { leftMs, pollFirst }, onResult));
  };
  return {
    /** Begins with the jobs that there are, if they are to be stopped. */
    begin(interruption: Interruption): void {
      // Core has asked the jobs of a halted sweep to stop.
      pollFirst = sweep.halted !== undefined;
      const wanted = stopOrLeave(interruption, inputs);
      const { own, followed } = countActive(parts);
      const isStop = wanted === "stop" && (own > 0 || followed === 0);
      log.line(`${reasons[interruption.why]}: the jobs are ${isStop ? "stopped" : "left"}`);
      if (isStop) round(interruption, stopGraceMs);
    },
    /** Stops what is not stopped yet, tells post of it, and says what became of the jobs. */
    async finish(interruption: Interruption): Promise<Fate> {
      if (stopOrLeave(interruption, inputs) === "leave") {
        markSettled("left");
        return { fate: sayLeft(countActive(parts)), isAsWanted: true };
      }
      round(interruption, lateStopGraceMs);
      const counts = addUp(await Promise.all(rounds));
      const { own, followed } = countActive(parts);
      markSettled(own > 0 ? "stop-failed" : followed > 0 ? "left" : "stopped");
      const isAsWanted = own + followed === 0;
      return { fate: sayStopped(counts, { own, followed }), isAsWanted };
    },
  };
}

/** The runs with active jobs: those of this step, and those that another attempt of the workflow run follows by now. */
function splitActive({ sweep, ledger }: SweepParts) {
  const isFollowed = findFollowed(ledger.journal.file);
  const active = sweep.runs.filter(isActive);
  const own = active.filter(({ jobId }) => !isFollowed(jobId));
  return { own, followed: active.length - own.length };
}

function countActive(parts: SweepParts): ActiveCounts {
  const { own, followed } = splitActive(parts);
  return { own: own.length, followed };
}

function addUp(all: readonly StopCounts[]): StopCounts {
  const total = (of: "stopped" | "ended" | "failed") => sum(all.map((each) => each[of])) ?? 0;
  const why = all.find((each) => each.why !== undefined)?.why;
  return { stopped: total("stopped"), ended: total("ended"), failed: total("failed"), why };
}

function isActive(run: RunStatus): run is ActiveRun {
  return run.state === "active" && run.jobId !== undefined;
}
