import type { Client } from "@qizhi/core";
import type { SweepState } from "@qizhi/core/sweep";
import type { JournalView, KnownJob } from "@qizhi/core/journal";
import { visibleText } from "@qizhi/core";
import { readSweeps } from "@qizhi/core/sweep";
import { toPlatformKey } from "@qizhi/core/internal";
import { inputError } from "../errors/cli-error.ts";
import { openHistory } from "./history.ts";
import type { Io } from "../terminal/io.ts";
import { printNote } from "../terminal/io.ts";
import { findJobs, fromPage, isWholeId, resolveJobs } from "./job-reference.ts";
import { findLast, noteLast, refuseJobless } from "./last.ts";

/** What a command line names: jobs by their ids, and whole sweeps. */
export interface Targets {
  readonly jobIds: readonly string[];
  readonly sweeps: readonly SweepState[];
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

/** The sweep that `@last` names where only a sweep can be meant: the last of this terminal if there is any. */
export function findLastSweep(view: JournalView, io: Io): SweepState | undefined {
  const found = findLast(view, undefined, ({ sweep }) => sweep !== undefined);
  if (found !== undefined) noteLast(found, io);
  return found?.last.sweep;
}

/**
 * Sorts references into jobs and sweeps.
 * @throws {InputError} one is unknown, or could be several things.
 */
export function resolveTargets(
  references: readonly string[],
  connection: { readonly client: Pick<Client, "baseUrl"> },
  io: Io,
  options: { readonly isFinal?: boolean } = {},
): Targets {
  const view = openHistory(io).read();
  const platform = toPlatformKey(connection.client.baseUrl);
  const here = view.jobs.filter((job) => job.platform === platform);
  const ours = readSweeps(view).filter((sweep) => sweep.platform === platform);
  const found = references.includes("@last") ? findLast(view, platform) : undefined;
  if (found !== undefined) noteLast(found, io, options);
  const { last } = found ?? {};
  const sweeps = new Map<string, SweepState>();
  const rest = references.flatMap((reference) => {
    const isLast = reference === "@last" && last !== undefined;
    const fitting = isLast ? [last.sweep ?? []].flat() : findSweeps(reference, ours);
    const [only] = fitting;
    if (only === undefined) return isLast ? (last.job?.jobId ?? refuseJobless(last)) : reference;
    if (!isLast) refuseSeveral(reference, fitting, here);
    sweeps.set(only.id, only);
    return [];
  });
  return { jobIds: resolveJobs(rest, connection, io), sweeps: [...sweeps.values()] };
}

/**
 * The ids of the jobs that a command line names, also as those of a sweep.
 * @throws {InputError} one is unknown, could be several things, or is a sweep without a job.
 */
export function resolveWithSweeps(
  given: readonly string[],
  connection: { readonly client: Pick<Client, "baseUrl"> },
  io: Io,
): string[] {
  const references = given.map((reference) => fromPage(reference, connection.client.baseUrl));
  if (references.every(isWholeId)) return [...new Set(references)];
  const { jobIds, sweeps } = resolveTargets(references, connection, io);
  const ofSweeps = sweeps.flatMap((sweep) => {
    const ids = sweep.runs.flatMap(({ jobId }) => jobId ?? []);
    if (ids.length === 0) refuseJobless({ sweep });
    const left = sweep.runs.length - ids.length;
    if (left > 0) printNote(io, io.t.reference.partOfSweep(visibleText(sweep.id), left));
    return ids;
  });
  return [...new Set([...jobIds, ...ofSweeps])];
}

/** @throws {InputError} a reference means several sweeps, or a sweep and a job. */
export function refuseSeveral(
  reference: string,
  found: readonly SweepState[],
  jobs: readonly KnownJob[],
): void {
  const others = findJobs(reference, jobs);
  if (found.length + others.length <= 1) return;
  throw inputError((say) => {
    const lines = [
      ...found.map(({ id, plan }) => `  ${visibleText(id)}  ${visibleText(plan.name)}`),
      ...others.map(({ jobId, name = "" }) => `  ${visibleText(jobId)}  ${visibleText(name)}`),
    ];
    const count = lines.length;
    return [say.reference.ambiguous(visibleText(reference), count), ...lines.slice(0, 10)].join(
      "\n",
    );
  }, "reference.ambiguousHint");
}
