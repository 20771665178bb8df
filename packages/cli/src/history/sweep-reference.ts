import type { Client, JournalView, KnownJob, SweepState } from "@qizhi/core";
import { readSweeps, toPlatformKey, visibleText } from "@qizhi/core";
import { inputError } from "../errors/cli-error.ts";
import { openHistory } from "./history.ts";
import type { Io } from "../terminal/io.ts";
import { findJobs, lastOf, noteLast, resolveJobs } from "./job-reference.ts";

/** What a command line names: jobs by their ids, and whole sweeps. */
export interface Targets {
  readonly jobIds: readonly string[];
  readonly sweeps: readonly SweepState[];
}

/**
 * The sweeps that a reference could mean: by id, by a prefix of it (with or without `sweep-`), by name, or
 * `@last` where the newest thing of the history is a sweep or one of its jobs.
 */
export function findSweeps(
  reference: string,
  sweeps: readonly SweepState[],
  jobs: readonly KnownJob[],
): SweepState[] {
  if (reference === "@last") {
    const job = lastOf(jobs);
    return sweeps.filter(
      ({ runs }) => job !== undefined && runs.some(({ jobId }) => jobId === job.jobId),
    );
  }
  const text = reference.toLowerCase();
  const exact = sweeps.filter(({ id }) => id === text);
  if (exact.length > 0) return exact;
  const prefix = text.startsWith("sweep-") ? text : `sweep-${text}`;
  const isPrefix = /^sweep-[\da-f]+$/.test(prefix);
  return sweeps.filter(({ id, plan }) => {
    return plan.name === reference || (isPrefix && id.startsWith(prefix));
  });
}

/** The sweep that `@last` names where only a sweep can be meant: that of the last job of one, of this terminal if there is any. */
export function findLastSweep(view: JournalView, io: Io): SweepState | undefined {
  const jobs = view.jobs.filter(({ attempt }) => attempt?.sweepRun !== undefined);
  noteLast(["@last"], jobs, io);
  return findSweeps("@last", readSweeps(view), jobs)[0];
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
  noteLast(references, here, io, options);
  const ours = readSweeps(view).filter((sweep) => sweep.platform === platform);
  const sweeps = new Map<string, SweepState>();
  // It was said above which job this is.
  const toId = (reference: string) =>
    reference === "@last" ? (lastOf(here)?.jobId ?? reference) : reference;
  const rest = references.filter((reference) => {
    const found = findSweeps(reference, ours, here);
    const [only] = found;
    if (only === undefined) return true;
    refuseSeveral(reference, found, here);
    sweeps.set(only.id, only);
    return false;
  });
  return { jobIds: resolveJobs(rest.map(toId), connection, io), sweeps: [...sweeps.values()] };
}

/** @throws {InputError} a reference means several sweeps, or a sweep and a job. */
export function refuseSeveral(
  reference: string,
  found: readonly SweepState[],
  jobs: readonly KnownJob[],
): void {
  const others = reference === "@last" ? [] : findJobs(reference, jobs);
  if (found.length + others.length <= 1) return;
  throw inputError(
    (say) => {
      const lines = [
        ...found.map(({ id, plan }) => `  ${visibleText(id)}  ${visibleText(plan.name)}`),
        ...others.map(({ jobId, name = "" }) => `  ${visibleText(jobId)}  ${visibleText(name)}`),
      ];
      const count = lines.length;
      return [say.reference.ambiguous(visibleText(reference), count), ...lines.slice(0, 10)].join(
        "\n",
      );
    },
    (say) => say.reference.ambiguousHint,
  );
}
