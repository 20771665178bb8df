import { inputError, type InputError } from "../errors/input-errors.ts";
import type { KnownError } from "../errors/errors.ts";
import { toPlatformKey } from "../journal/platform-key.ts";
import type { Journal } from "../journal/journal.ts";
import type { Attempt } from "../journal/attempts.ts";
import type { JobSpec } from "../schemas/job-spec.ts";
import { excerpt, visibleText } from "../text/text.ts";
import { jobListUrl } from "../jobs/job-id.ts";
import { textOf } from "../text/json-value.ts";

/** @throws {InputError} an equal create is under way, or may have created a job that nobody has seen. */
export function refuseOpen(journal: Journal, platform: string, spec: JobSpec): void {
  const open = journal.index().findOpen(toPlatformKey(platform), spec).at(-1);
  if (open !== undefined) throw toDoubleError(open, platform);
}

/** @throws {InputError} the journal has lost lines that may have recorded a create: a person is to accept that first. */
export function refuseDamaged(journal: Journal): void {
  const { unreadLines: lines } = journal.index();
  if (lines > 0) throw inputError("journal_damaged", { file: excerpt(journal.file), lines });
}

/** The last job that was created of an equal spec. */
export function findCreated(
  journal: Journal,
  platform: string,
  spec: JobSpec,
): Attempt | undefined {
  return journal.index().findCreated(toPlatformKey(platform), spec);
}

/**
 * @param known the attempt of the last job of an equal spec that there was when somebody looked, or `none`.
 * @throws {InputError} there is a newer one.
 */
export function refuseNewer(
  journal: Journal,
  platform: string,
  spec: JobSpec,
  known = "none",
): void {
  const created = findCreated(journal, platform, spec);
  if (created === undefined || created.id === known) return;
  const { name, jobId = "" } = created;
  throw inputError("create_made_since", { name: excerpt(name, 100), jobId: visibleText(jobId) });
}

/**
 * Of two processes that are about to send the same at the same moment, the one that wrote first goes on. The other one
 * may have got its answer while this one waited for its turn.
 * @param own what this process has written, and the job of an equal spec that was there when it began.
 * @throws {InputError} the other process was first.
 */
export function giveWay(
  journal: Journal,
  platform: string,
  spec: JobSpec,
  own: { readonly attempt: string; readonly before: Attempt | undefined },
): void {
  const [first] = journal.index().findOpen(toPlatformKey(platform), spec);
  if (first !== undefined && first.id !== own.attempt) throw toDoubleError(first, platform);
  refuseNewer(journal, platform, spec, own.before?.id);
}

/** @throws {InputError} another attempt than the one that is to be settled with the job has it. */
export function refuseOwnedJob(
  journal: Journal,
  platform: string,
  jobId: string,
  attempt: string,
): void {
  const owner = journal.index().findOwner(toPlatformKey(platform), jobId, attempt);
  if (owner === undefined) return;
  throw inputError("job_id_taken", { jobId, attempt: shortAttempt(owner.id) });
}

/** Whether an attempt waits for a person's word: nothing settled it meanwhile, and nobody may still be sending it. */
export function isUnsettled(journal: Journal, id: string): boolean {
  const attempt = journal.read().attempts.find((each) => each.id === id);
  // Where its records are lost, a person alone can tell.
  if (attempt === undefined) return true;
  return attempt.state === "unknown" && !isUnderWay(attempt);
}

/** Whether a process may still be sending an attempt, be it one of another machine. */
export function isUnderWay({ cause }: Attempt): boolean {
  return cause?.code === "under_way";
}

/** Whether an error says that an equal create is open. */
export function isDoubleError({ rule }: Pick<KnownError, "rule">): boolean {
  return rule === "create_doubled" || rule === "create_under_way" || rule === "create_made_since";
}

/** Records that a person has accepted the damage of a journal. */
export function acceptDamage(journal: Journal): void {
  const index = journal.index();
  if (index.unreadLines > 0) journal.append(index.toAcceptance());
}

/** Says of an attempt that is under way, or has an unknown outcome, that it keeps another from being sent. */
export function toDoubleError(open: Attempt, platform: string): InputError {
  const name = excerpt(open.name, 100);
  const { pid: processId, host } = open.process;
  if (isUnderWay(open)) {
    const elsewhere = open.state === "unknown" && { host: visibleText(host) };
    return inputError("create_under_way", { name, processId, ...elsewhere });
  }
  const { reason = "", cause } = open;
  return inputError("create_doubled", {
    name,
    sentAt: open.time,
    reason: excerpt(reason, 300),
    ...(cause && { cause }),
    listUrl: attemptListUrl({ ...open, platform: open.platform || platform }),
    attempt: shortAttempt(open.id),
    ...(open.sweepRun && { sweep: visibleText(open.sweepRun.sweep) }),
  });
}

/** Page of the web console that would list the job of an attempt. */
export function attemptListUrl({ platform, spec }: Pick<Attempt, "platform" | "spec">): string {
  return visibleText(jobListUrl(platform, textOf(spec["workspace_id"])));
}

/** The part of an attempt's id that people type. */
export function shortAttempt(id: string): string {
  return visibleText(id.slice(0, 8));
}
