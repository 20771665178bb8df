import type { SweepState } from "@qizhi/core/sweep";
import type { Attempt, JournalView, KnownJob } from "@qizhi/core/journal";
import { visibleText } from "@qizhi/core";
import { readSweeps } from "@qizhi/core/sweep";
import { excerpt, isOtherSession, shortAttempt } from "@qizhi/core/internal";
import { inputError } from "../errors/cli-error.ts";
import { bornAt } from "./history.ts";
import type { Io } from "../terminal/io.ts";
import { printNote } from "../terminal/io.ts";
import { toAgeText } from "../text/time-text.ts";

/** What `@last` can mean: a job, a sweep with or without a job, or a create of unknown outcome. */
export interface Last {
  readonly job?: KnownJob | undefined;
  readonly sweep?: SweepState | undefined;
  readonly attempt?: Attempt | undefined;
}

interface Submitted extends Last {
  /** When the history got it, epoch ms. */
  readonly at: number;
  readonly session: Attempt["session"];
}

/** The last that was submitted from this terminal, else from anywhere, and the newest of all. */
export interface LastOfHistory {
  readonly last: Last;
  readonly newest: Last;
  /** Nothing was submitted from this terminal. */
  readonly isElsewhere: boolean;
}

/** What `@last` means in a history of one platform, or of all. @param isWanted filters the candidates. */
export function findLast(
  view: JournalView,
  platform: string | undefined,
  isWanted: (submitted: Last) => boolean = () => true,
): LastOfHistory | undefined {
  const isHere = (each: { platform: string }) =>
    platform === undefined || each.platform === platform;
  const sweeps = readSweeps(view).filter(isHere);
  const all = [...listSweeps(sweeps), ...listJobs(view, sweeps), ...listOpen(view)]
    .filter((each) => isHere(each.job ?? each.sweep ?? each.attempt ?? { platform: "" }))
    .filter(isWanted)
    .toSorted((a, b) => a.at - b.at);
  const newest = all.at(-1);
  if (newest === undefined) return undefined;
  const own = all.findLast(({ session }) => !isOtherSession(session));
  return { last: own ?? newest, newest, isElsewhere: own === undefined };
}

function listJobs({ jobs }: JournalView, sweeps: readonly SweepState[]): Submitted[] {
  const byId = new Map(sweeps.map((sweep) => [sweep.id, sweep]));
  return jobs.map((job) => {
    const { addedAt, attempt } = job;
    const sweep = byId.get(attempt?.sweepRun?.sweep ?? "");
    return { at: Date.parse(addedAt), session: attempt?.session, job, sweep };
  });
}

/** The sweeps, which a history may hold before their first job. */
function listSweeps(sweeps: readonly SweepState[]): Submitted[] {
  return sweeps.map((sweep) => {
    return { at: Date.parse(sweep.beganAt), session: sweep.session, sweep };
  });
}

/** The creates of single jobs that are under way or of unknown outcome. */
function listOpen({ attempts }: JournalView): Submitted[] {
  return attempts.flatMap((attempt) => {
    const { time, session, state, sweepRun } = attempt;
    const isOpen = state === "unknown" || state === "in_flight";
    return isOpen && sweepRun === undefined ? { at: Date.parse(time), session, attempt } : [];
  });
}

/**
 * Says what `@last` is, where another terminal has submitted since, or this one never did.
 * @param options.isFinal the command acts without a question.
 * @returns whether it said something.
 * @throws {InputError} `isFinal`, and another terminal submitted it.
 */
export function noteLast(found: LastOfHistory, io: Io, { isFinal = false } = {}): boolean {
  const { last, newest, isElsewhere } = found;
  if (isFinal && isElsewhere) {
    throw inputError(
      (say) => say.reference.lastElsewhere(describe(last, say)),
      "reference.lastElsewhereHint",
    );
  }
  const isSame = last === newest || (last.sweep !== undefined && last.sweep === newest.sweep);
  if (isElsewhere) printNote(io, io.t.reference.lastElsewhere(describe(last, io.t)));
  else if (!isSame) {
    printNote(io, io.t.reference.lastIs(describe(last, io.t), describe(newest, io.t)));
  }
  return isElsewhere || !isSame;
}

/** @throws {InputError} `@last` has no job that could be meant. */
export function refuseJobless({ sweep, attempt }: Last): never {
  if (attempt !== undefined) {
    const [id, name] = [shortAttempt(attempt.id), excerpt(attempt.name, 60)];
    throw inputError(["reference.lastUnknown", id, name], "journal.seeUnresolved");
  }
  const id = visibleText(sweep?.id ?? "");
  throw inputError(["reference.noJobYet", id], ["reference.noJobYetHint", id]);
}

/** A job as one line of a text. */
export function describeJob(job: KnownJob, t: Io["t"]): string {
  const ago = toAgeText(bornAt(job), t);
  return `${visibleText(job.jobId)}  ${excerpt(job.name ?? "", 40)}  ${ago}`;
}

function describe({ job, sweep, attempt }: Last, t: Io["t"]): string {
  if (sweep !== undefined) {
    const ago = toAgeText(Date.parse(sweep.beganAt), t);
    return `${visibleText(sweep.id)}  ${excerpt(sweep.plan.name, 40)}  ${ago}`;
  }
  if (job !== undefined) return describeJob(job, t);
  const { id = "", name = "", time = "" } = attempt ?? {};
  return `${shortAttempt(id)}  ${excerpt(name, 40)}  ${toAgeText(Date.parse(time), t)}`;
}
