import type { HaltReason } from "@qizhi/core/sweep";
import { countOf, excerpt } from "@qizhi/core/internal";
import { nextStepFor } from "./describe-job.ts";
import { type Ending, type Outcome, outcomes, toEnding } from "./outcome.ts";
import { countRuns, isBad, type SweepReport, type SweepRow } from "./sweep-report.ts";

const mostNamed = 5;

const halts: Readonly<Record<HaltReason, string>> = {
  fail_fast: "After the first failure fail-fast stopped the rest.",
  stopped: "It was stopped.",
  all_refused: "The platform refused the first three jobs, so the others were not submitted.",
};

/** The ending of a step whose sweep is over, or is not waited for any more. */
export function describeSweep(sweep: SweepReport, halted: HaltReason | undefined): Ending {
  const { rows, counts } = sweep;
  const bad = rows.filter(isBad);
  const [first] = bad;
  if (first === undefined) return describeGood(sweep);
  const outcome = toVerdict(bad);
  const isUnknown = outcome === "unknown";
  return toEnding(outcome, {
    sweep,
    title: `${isUnknown ? counts.unknown : bad.length} of ${rows.length} runs ${outcomes[outcome].runs}`,
    cause: `${countRuns(sweep)}.${halted === undefined ? "" : `\n${halts[halted]}`}`,
    message: nameRuns(bad).join("\n"),
    nextStep: isUnknown ? lookFor(sweep) : adviseOn(first),
  });
}

/** The outcome of a sweep with runs that went wrong. */
function toVerdict(bad: readonly SweepRow[]): Outcome {
  if (bad.some(({ state }) => state === "unknown")) return "unknown";
  const [first] = bad;
  const isAlike = bad.every(({ state }) => state === first?.state);
  return isAlike && (first?.state === "stopped" || first?.state === "ended")
    ? first.state
    : "failed";
}

function describeGood(sweep: SweepReport): Ending {
  const { rows, counts } = sweep;
  if (counts.succeeded === rows.length) {
    const cause = rows.length === 1 ? "Its run succeeded." : `All ${rows.length} runs succeeded.`;
    return toEnding("succeeded", { sweep, title: "Sweep succeeded", cause });
  }
  return toEnding("submitted", {
    sweep,
    title: "Sweep submitted",
    cause: "It is not waited for.",
    nextStep: "To wait for a job, run this action with its job-id from the runs output.",
  });
}

/** The ending of an interrupted step with its runs, and what became of their jobs. */
export function withRuns(ending: Ending, sweep: SweepReport, { fate, isAsWanted }: Fate): Ending {
  const steps = [lookFor(sweep), ending.nextStep].filter((step) => step !== undefined);
  return {
    ...ending,
    outcome: sweep.counts.unknown === undefined ? ending.outcome : "unknown",
    passes: ending.passes === true && isAsWanted && !sweep.rows.some(isBad),
    sweep,
    cause: `${ending.cause}\n${countRuns(sweep)}.`,
    fate,
    nextStep: steps.join("\n") || undefined,
  };
}

/** What became of the jobs of an interrupted step. */
export interface Fate {
  readonly fate: string;
  /** Whether that is what the inputs ask for. */
  readonly isAsWanted: boolean;
}

/** How many jobs were stopped, had ended before, and could not be stopped in time. */
export interface StopCounts {
  readonly stopped: number;
  readonly ended: number;
  readonly failed: number;
  /** Why, of the first that could not be. */
  readonly why: string | undefined;
}

/** How many jobs are still active, and of how many more another attempt of the workflow run takes care. */
export interface ActiveCounts {
  readonly own: number;
  readonly followed: number;
}

/** What became of the jobs of a sweep that were left. */
export function sayLeft({ own, followed }: ActiveCounts): string {
  if (own + followed === 0) return "No job is known to be active.";
  return join([own > 0 && `${countJobs(own)} left and may go on.`, sayFollowed(followed)]);
}

/** What became of the jobs of a sweep that were to be stopped, where so many are still active. */
export function sayStopped(
  { stopped, ended, failed, why }: StopCounts,
  { own, followed }: ActiveCounts,
): string {
  const wasStopped = stopped + failed > 0 && `${countJobs(stopped)} stopped.`;
  return join([
    wasStopped || (followed === 0 && "No job is known to be active."),
    ended > 0 && `${countJobs(ended)} over before.`,
    own > 0 &&
      `${countJobs(own)} not stopped in time and may go on (${why}); the post step goes on with them.`,
    sayFollowed(followed),
  ]);
}

/** What is said of jobs that a later attempt of the workflow run has taken over. */
export function sayFollowed(count: number): string | false {
  const them = count === 1 ? "it" : "them";
  return (
    count > 0 &&
    `${countJobs(count)} not stopped: another attempt of the workflow run follows ${them} now.`
  );
}

function join(parts: readonly (string | false)[]): string {
  return parts.filter((part) => part !== false).join(" ");
}

/** `1 job was`, `2 jobs were`. */
export function countJobs(count: number): string {
  return countOf(count, "job was", "jobs were");
}

/** What to do about a run that went wrong. */
export function adviseOn({ state, status }: SweepRow): string {
  if (state === "refused")
    return "The job was refused: correct the spec or the inputs by the reason.";
  if (state === "lost") return "The platform does not know the job any more: ask who removed it.";
  if (state === "ended") return "The job has ended, nobody knows how: look at its page.";
  return nextStepFor(status ?? "");
}

/** The first runs that went wrong, one to a line. */
function nameRuns(bad: readonly SweepRow[]): string[] {
  const lines = bad.slice(0, mostNamed).map(({ name, state, reason, url }) => {
    const why = reason ? `: ${excerpt(reason, 200)}` : "";
    return `${excerpt(name, 100)}: ${state}${why}${url === undefined ? "" : ` ${url}`}`;
  });
  const rest = bad.length - lines.length;
  return rest > 0 ? [...lines, `… and ${rest} more, which the summary names.`] : lines;
}

/** How to settle creates of unknown outcome. */
function lookFor({ rows, listUrl }: SweepReport): string | undefined {
  const unknown = rows.filter(({ state }) => state === "unknown");
  if (unknown.length === 0) return undefined;
  const names = unknown.slice(0, mostNamed).map(({ name }) => `"${excerpt(name, 100)}"`);
  const more = unknown.length > names.length ? " and others" : "";
  return `Look for ${names.join(", ")}${more} on ${listUrl} and stop what is not wanted; do not run again blindly.`;
}
