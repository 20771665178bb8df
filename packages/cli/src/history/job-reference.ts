import type { Attempt, Client, KnownJob } from "@qizhi/core";
import { excerpt, isOtherSession, toPlatformKey, visibleText } from "@qizhi/core";
import { inputError } from "../errors/cli-error.ts";
import { bornAt, openHistory } from "./history.ts";
import type { Io } from "../terminal/io.ts";
import { printNote } from "../terminal/io.ts";
import { toAgeText } from "../text/time-text.ts";

const wholeId = /^[\w.-]*[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/**
 * The ids of the jobs that a command line names: by whole id, by a prefix of the id (with or without
 * `job-`), by name, or `@last` for the newest of the history.
 * @returns each id once, in the order given.
 * @throws {InputError} one is unknown, or could be several jobs, which it lists.
 */
export function resolveJobs(
  references: readonly string[],
  { client }: { readonly client: Pick<Client, "baseUrl"> },
  io: Io,
): string[] {
  if (references.every((reference) => wholeId.test(reference))) return [...new Set(references)];
  const platform = toPlatformKey(client.baseUrl);
  const { jobs } = openHistory(io).read();
  const here = jobs.filter((job) => job.platform === platform);
  noteLast(references, here, io);
  const ids = references.map((reference) => {
    if (wholeId.test(reference)) return reference;
    const found = findJobs(reference, here);
    if (found.length === 0) refuseUnknown(reference, findJobs(reference, jobs));
    return pickOne(reference, found).jobId;
  });
  return [...new Set(ids)];
}

const isOther = ({ attempt }: KnownJob) => isOtherSession(attempt?.session);

/** The last job of this terminal, else of the history. */
export function lastOf(jobs: readonly KnownJob[]): KnownJob | undefined {
  return jobs.findLast((job) => !isOther(job)) ?? jobs.at(-1);
}

/**
 * Says which job `@last` is, where another terminal has submitted since, or this one never did.
 * @param options.isFinal nobody is asked before something is done to the job.
 * @returns whether one of these is so.
 * @throws {InputError} then the job of another terminal is not taken.
 */
export function noteLast(
  references: readonly string[],
  jobs: readonly KnownJob[],
  io: Io,
  { isFinal = false } = {},
): boolean {
  const [last, newest] = [lastOf(jobs), jobs.at(-1)];
  if (!references.includes("@last") || last === undefined || newest === undefined) return false;
  const words = (job: KnownJob, say: Io["t"]) => describe(job, say);
  if (isFinal && isOther(last)) {
    throw inputError(
      (say) => say.reference.lastElsewhere(words(last, say)),
      (say) => say.reference.lastElsewhereHint,
    );
  }
  if (isOther(last)) printNote(io, io.t.reference.lastElsewhere(words(last, io.t)));
  else if (last !== newest) {
    printNote(io, io.t.reference.lastIs(words(last, io.t), words(newest, io.t)));
  }
  return isOther(last) || last !== newest;
}

/** The jobs of a history that a reference could mean. */
export function findJobs(reference: string, jobs: readonly KnownJob[]): KnownJob[] {
  if (reference === "@last") return jobs.filter((job) => job === lastOf(jobs));
  const text = reference.toLowerCase();
  const begins = ({ jobId }: KnownJob) =>
    /^[\da-f-]+$/.test(text.replace(/^job-/, "")) &&
    [text, `job-${text}`].some((prefix) => jobId.toLowerCase().startsWith(prefix));
  const exact = jobs.filter((job) => job.jobId.toLowerCase() === text);
  if (exact.length > 0) return exact;
  return jobs.filter((job) => job.name === reference || begins(job));
}

/** The attempts with an unknown outcome that a reference could mean: by a prefix of the id, or by name. */
export function findAttempts(reference: string, attempts: readonly Attempt[]): Attempt[] {
  const text = reference.toLowerCase();
  return attempts.filter(({ id, name }) => name === reference || id.startsWith(text));
}

/** The only job of a list. @throws {InputError} there are several, which it names. */
export function pickOne(reference: string, found: readonly KnownJob[]): KnownJob {
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const newest = found.toSorted((a, b) => bornAt(b) - bornAt(a));
  throw inputError(
    (say) => {
      const lines = newest.slice(0, 10).map((job) => `  ${describe(job, say)}`);
      if (found.length > 10) lines.push(`  … (${found.length})`);
      return [say.reference.ambiguous(visibleText(reference), found.length), ...lines].join("\n");
    },
    (say) => say.reference.ambiguousHint,
  );
}

function describe(job: KnownJob, t: Io["t"]): string {
  const ago = toAgeText(bornAt(job), t);
  return `${visibleText(job.jobId)}  ${excerpt(job.name ?? "", 40)}  ${ago}`;
}

function refuseUnknown(reference: string, elsewhere: readonly KnownJob[]): never {
  const shown = visibleText(reference);
  const [other] = elsewhere;
  if (other !== undefined && reference !== "@last") {
    const { platform } = other;
    throw inputError((say) => say.reference.elsewhere(shown, visibleText(platform)));
  }
  if (reference === "@last")
    throw inputError(
      (say) => say.reference.noLast,
      (say) => say.reference.noneHint,
    );
  throw inputError(
    (say) => say.reference.none(shown),
    (say) => say.reference.noneHint,
  );
}
