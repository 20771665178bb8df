import type { Attempt, JournalView, KnownJob } from "@qizhi/core/journal";
import { readSweeps, type SweepState } from "@qizhi/core/sweep";
import { isOpenAttempt, isOtherSession, placeOf, uuidPattern } from "@qizhi/core/internal";

const wholeId = new RegExp(`^job-${uuidPattern}$`, "i");
const likeId = new RegExp(`^[\\w.-]*${uuidPattern}$`, "i");

/** Whether a reference is a whole id, for which no history is needed. */
export const isWholeId = (reference: string) => wholeId.test(reference);

/** Whether a reference that the history does not know may be the whole id of a job: a name may end in a UUID, too. */
export const mayBeId = (reference: string) => likeId.test(reference);

/** Which submission `@last` (the first), `@2` (the one before it) and so on name; `undefined` for other words. */
export function toPlace(reference: string): number | undefined {
  if (reference === "@last") return 1;
  const digits = /^@([1-9]\d{0,5})$/.exec(reference)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * Whether a whole name fits a pattern with `*` and `?`, in any case. Without backtracking: the last star alone
 * is tried again.
 */
export function fitsGlob(name: string, glob: string): boolean {
  const [text, pattern] = [[...name.toLowerCase()], [...glob.toLowerCase()]];
  let [at, star, mark] = [0, -1, 0];
  for (let index = 0; index < text.length;) {
    if (pattern[at] === "*") [star, mark, at] = [at, index, at + 1];
    else if (pattern[at] === "?" || pattern[at] === text[index]) [at, index] = [at + 1, index + 1];
    else if (star === -1) return false;
    else [at, mark, index] = [star + 1, mark + 1, mark + 1];
  }
  return pattern.slice(at).every((sign) => sign === "*");
}

/** Whether a reference is a pattern for names. */
export const isGlob = (reference: string) => /[*?]/.test(reference);

/** The names of a job: as last reported, and as it was submitted. */
export function namesOf({ name, attempt }: KnownJob): string[] {
  return [...new Set([name, attempt?.name].flatMap((each) => each ?? []))];
}

/** The name of a run without what marks later tries of it, such as `-try2`. */
export function toRunName(name: string = ""): string {
  const parts = name.split("-");
  while (parts.length > 1 && /^try\d+$/.test(parts.at(-1)!)) parts.pop();
  return parts.join("-");
}

/**
 * The jobs of a history that a reference other than `@last` could mean: by whole id, by a prefix of the id (with
 * or without `job-`), by name.
 */
export function findJobs(reference: string, jobs: readonly KnownJob[]): KnownJob[] {
  const text = reference.toLowerCase();
  const begins = ({ jobId }: KnownJob) =>
    /^[\da-f-]+$/.test(text.replace(/^job-/, "")) &&
    [text, `job-${text}`].some((prefix) => jobId.toLowerCase().startsWith(prefix));
  const exact = jobs.filter((job) => job.jobId.toLowerCase() === text);
  if (exact.length > 0) return exact;
  return jobs.filter((job) => namesOf(job).includes(reference) || begins(job));
}

/** The sweeps that a reference other than `@last` could mean: by id, by a prefix of it (with or without `sweep-`), by name. */
export function findSweeps(reference: string, sweeps: readonly SweepState[]): SweepState[] {
  const text = reference.toLowerCase();
  const exact = sweeps.filter(({ id }) => id === text);
  if (exact.length > 0) return exact;
  const prefix = text.startsWith("sweep-") ? text : `sweep-${text}`;
  const isPrefix = /^sweep-[\da-f]+$/.test(prefix);
  return sweeps.filter(({ id, plan }) => {
    return plan.name === reference || (isPrefix && id.startsWith(prefix));
  });
}

/** The attempts with an unknown outcome that a reference could mean: by a prefix of the id, or by name. */
export function findAttempts(reference: string, attempts: readonly Attempt[]): Attempt[] {
  const text = reference.toLowerCase();
  const begins = (id: string) => text !== "" && id.startsWith(text);
  return attempts.filter(({ id, name }) => name === reference || begins(id));
}

/** The open creates of a name, or of a pattern of names. */
export function findOpen({ attempts }: JournalView, platform: string, word: string): Attempt[] {
  return attempts.filter(
    (each) => isOpenAttempt(each) && each.platform === platform && fitsGlob(each.name, word),
  );
}

/** What `@last` can mean: a job, a sweep with or without a job, or a create of unknown outcome. */
export interface Last {
  readonly job?: KnownJob | undefined;
  readonly sweep?: SweepState | undefined;
  readonly attempt?: Attempt | undefined;
}

interface Submitted extends Last {
  /** Where the history has it. */
  readonly at: number;
  readonly session: Attempt["session"];
}

/** A submission by its place from the end: the last that this terminal submitted is the first. */
export interface LastOfHistory {
  readonly last: Last;
  /** What was submitted last from anywhere, where that is asked for. */
  readonly newest: Last;
  /** Nothing so old was submitted from this terminal. */
  readonly isElsewhere: boolean;
}

/**
 * What `@last` and `@2` mean in the history of a platform: the submissions of this terminal from the last
 * one back, then those of others. A sweep is one submission.
 * @param of.isWanted filters the candidates.
 */
export function findSubmission(
  view: JournalView,
  of: {
    readonly platform: string;
    readonly place: number;
    readonly isWanted?: (submitted: Last) => boolean;
  },
): LastOfHistory | undefined {
  const { platform, place, isWanted = () => true } = of;
  const all = listSubmissions(view, platform)
    .filter(isWanted)
    .toSorted((a, b) => a.at - b.at)
    .toReversed();
  let left = place;
  for (const found of inOrder(all)) {
    left -= 1;
    if (left === 0) return { ...found, newest: place === 1 ? all[0]! : found.last };
  }
  return undefined;
}

/** Submissions from the last one back, each sweep once: those of this terminal, then the others. */
function* inOrder(all: readonly Submitted[]): Generator<Omit<LastOfHistory, "newest">> {
  const given = new Set<unknown>();
  for (const isElsewhere of [false, true]) {
    for (const last of all) {
      // A sweep of this terminal that another one has resumed is this one's.
      const key = last.sweep ?? last;
      if (given.has(key) || (!isElsewhere && isOtherSession(last.session))) continue;
      given.add(key);
      yield { last, isElsewhere };
    }
  }
}

/** The jobs, the sweeps, which may have none yet, and the open creates of single jobs. */
function listSubmissions(view: JournalView, platform: string): Submitted[] {
  const isHere = (each: { platform: string }) => each.platform === platform;
  const sweeps = readSweeps(view).filter(isHere);
  const byId = new Map(sweeps.map((sweep) => [sweep.id, sweep]));
  const open = findOpen(view, platform, "*").filter(({ sweepRun }) => sweepRun === undefined);
  return [
    ...sweeps.map((sweep) => {
      return { at: placeOf(view, sweep.id), session: sweep.session, sweep };
    }),
    ...view.jobs.filter(isHere).map((job) => {
      const { jobId, attempt, session } = job;
      const sweep = byId.get(attempt?.sweepRun?.sweep ?? "");
      return { at: placeOf(view, jobId), session: attempt?.session ?? session, job, sweep };
    }),
    ...open.map((attempt) => {
      return { at: placeOf(view, attempt.id), session: attempt.session, attempt };
    }),
  ];
}
