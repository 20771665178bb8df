import type { Client } from "@qizhi/core";
import type { Attempt, KnownJob } from "@qizhi/core/journal";
import { visibleText } from "@qizhi/core";
import { toPlatformKey } from "@qizhi/core/internal";
import { inputError } from "../errors/cli-error.ts";
import { bornAt, openHistory } from "./history.ts";
import type { Io } from "../terminal/io.ts";
import { describeJob, findLast, noteLast, refuseJobless } from "./last.ts";

const wholeId = /^[\w.-]*[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** Whether a reference is a whole id, for which no history is needed. */
export const isWholeId = (reference: string) => wholeId.test(reference);

/** The job of a page of this platform's web console, where a reference is the URL of one; else the reference. */
export function fromPage(reference: string, baseUrl: string): string {
  if (!/^https?:/i.test(reference) || !URL.canParse(reference)) return reference;
  const { host, pathname } = new URL(reference);
  const id = /\/distributedTrainingDetail\/([^/]+)\/?$/.exec(pathname)?.[1] ?? "";
  return host === new URL(baseUrl).host && isWholeId(id) ? id : reference;
}

/**
 * The ids of the jobs that a command line names: by whole id, by the URL of its page, by a prefix of the id (with or without
 * `job-`), by name, or `@last` for the last that was submitted.
 * @returns each id once, in the order given.
 * @throws {InputError} one is unknown, or could be several jobs, which it lists.
 */
export function resolveJobs(
  given: readonly string[],
  { client }: { readonly client: Pick<Client, "baseUrl"> },
  io: Io,
): string[] {
  const references = given.map((reference) => fromPage(reference, client.baseUrl));
  if (references.every(isWholeId)) return [...new Set(references)];
  const platform = toPlatformKey(client.baseUrl);
  const view = openHistory(io).read();
  const { jobs } = view;
  const here = jobs.filter((job) => job.platform === platform);
  const ids = references.map((reference) => {
    if (isWholeId(reference)) return reference;
    const found = reference === "@last" ? findLast(view, platform) : undefined;
    if (found !== undefined) {
      noteLast(found, io);
      return found.last.job?.jobId ?? refuseJobless(found.last);
    }
    const fitting = findJobs(reference, here);
    if (fitting.length === 0) refuseUnknown(reference, findJobs(reference, jobs));
    return pickOne(reference, fitting).jobId;
  });
  return [...new Set(ids)];
}

/** The jobs of a history that a reference other than `@last` could mean. */
export function findJobs(reference: string, jobs: readonly KnownJob[]): KnownJob[] {
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
  throw inputError((say) => {
    const lines = newest.slice(0, 10).map((job) => `  ${describeJob(job, say)}`);
    if (found.length > 10) lines.push(`  … (${found.length})`);
    return [say.reference.ambiguous(visibleText(reference), found.length), ...lines].join("\n");
  }, "reference.ambiguousHint");
}

function refuseUnknown(reference: string, elsewhere: readonly KnownJob[]): never {
  const shown = visibleText(reference);
  const [other] = elsewhere;
  if (reference === "@last") throw inputError("reference.noLast", "reference.noneHint");
  if (other !== undefined) {
    const { platform } = other;
    throw inputError(["reference.elsewhere", shown, visibleText(platform)]);
  }
  throw inputError(["reference.none", shown], "reference.noneHint");
}
