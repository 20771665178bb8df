import { type HaltReason } from "@qizhi/core/sweep";
import { excerpt } from "@qizhi/core/internal";
import type { Ending, Outcome } from "./ending.ts";
import { nextStepFor } from "./job-ending.ts";
import { countRuns, isBad, type SweepReport, type SweepRow } from "./sweep-report.ts";

const mostNamed = 5;

const halts: Readonly<Record<HaltReason, string>> = {
  fail_fast: "After the first failure fail-fast stopped the rest.",
  stopped: "It was stopped.",
  all_refused: "The platform refused the first three jobs, so the others were not submitted.",
};

/** The ending of a step whose sweep is over, or is not waited for any more. */
export function toSweepEnding(sweep: SweepReport, halted: HaltReason | undefined): Ending {
  const { rows, counts } = sweep;
  const bad = rows.filter(isBad);
  if (bad.length === 0) return toGoodEnding(sweep);
  const [outcome, verb] = toVerdict(bad);
  const isUnknown = outcome === "unknown";
  const count = isUnknown ? counts.unknown : bad.length;
  const first = bad[0];
  return {
    outcome,
    sweep,
    title: `${count} of ${rows.length} runs ${verb}`,
    cause: `${countRuns(sweep)}.${halted === undefined ? "" : `\n${halts[halted]}`}`,
    message: nameRuns(bad).join("\n"),
    nextStep: isUnknown ? lookFor(sweep) : first && adviseOn(first),
  };
}

/** The outcome of a sweep with runs that went wrong, and what is said of these. */
function toVerdict(bad: readonly SweepRow[]): readonly [Outcome, string] {
  if (bad.some(({ state }) => state === "unknown")) {
    return ["unknown", "may have jobs that nobody knows"];
  }
  if (bad.every(({ state }) => state === "stopped")) return ["stopped", "were stopped"];
  if (bad.every(({ state }) => state === "ended")) return ["ended", "ended, nobody knows how"];
  return ["failed", "failed"];
}

function toGoodEnding(sweep: SweepReport): Ending {
  const { rows, counts } = sweep;
  const isDone = counts.succeeded === rows.length;
  return {
    outcome: isDone ? "succeeded" : "submitted",
    sweep,
    title: isDone ? "Sweep succeeded" : "Sweep submitted",
    cause: isDone ? `All ${rows.length} runs succeeded.` : "It is not waited for.",
    nextStep: isDone
      ? undefined
      : "To wait for a job, run this action with its job-id from the runs output.",
  };
}

/** What to do about a run that went wrong. */
export function adviseOn({ state, status }: SweepRow): string {
  if (state === "refused") return "The platform refused the job: correct the spec by what it says.";
  if (state === "lost") return "The platform does not know the job any more: ask who removed it.";
  if (state === "ended") return "The job has ended, nobody knows how: look at its page.";
  return nextStepFor(status ?? "");
}

/** The first runs that went wrong, one to a line. */
function nameRuns(bad: readonly SweepRow[]): string[] {
  const lines = bad.slice(0, mostNamed).map(({ name, state, reason }) => {
    return `${excerpt(name, 100)}: ${state}${reason ? `: ${excerpt(reason, 200)}` : ""}`;
  });
  const rest = bad.length - lines.length;
  return rest > 0 ? [...lines, `… and ${rest} more, which the summary names.`] : lines;
}

/** How to settle creates of unknown outcome. */
export function lookFor({ rows, listUrl }: SweepReport): string | undefined {
  const unknown = rows.filter(({ state }) => state === "unknown");
  if (unknown.length === 0) return undefined;
  const names = unknown.slice(0, mostNamed).map(({ name }) => `"${excerpt(name, 100)}"`);
  const more = unknown.length > names.length ? " and others" : "";
  return `Look for ${names.join(", ")}${more} on ${listUrl} and stop what is not wanted; do not run again blindly.`;
}
