import type { JournalView, KnownJob } from "@qizhi/core/journal";
import { readSweeps, type SweepState } from "@qizhi/core/sweep";
import { excerpt, shortAttempt, visibleText } from "@qizhi/core/internal";
import { inputError } from "../errors/cli-error.ts";
import { type Io, printNote } from "../terminal/io.ts";
import { toAgeText } from "../text/time-text.ts";
import { bornAt } from "./history.ts";
import {
  findAttempts,
  findJobs,
  findOpen,
  findSweeps,
  type Last,
  type LastOfHistory,
  toPlace,
} from "./references.ts";

/**
 * Says what `@last` is, where another terminal has submitted since, or this one never did. @returns whether it did.
 * @throws {InputError} another terminal submitted it, and the command acts without a question (`isFinal`).
 */
export function noteLast(
  reference: string,
  found: LastOfHistory,
  io: Io,
  { isFinal = false } = {},
): boolean {
  const { last, newest, isElsewhere } = found;
  if (isFinal && isElsewhere) {
    throw inputError(
      (say) => say.reference.lastElsewhere(reference, describe(last, say)),
      "reference.lastElsewhereHint",
    );
  }
  const isSame = last === newest || (last.sweep !== undefined && last.sweep === newest.sweep);
  if (isElsewhere) printNote(io, io.t.reference.lastElsewhere(reference, describe(last, io.t)));
  else if (!isSame) {
    printNote(io, io.t.reference.lastIs(describe(last, io.t), describe(newest, io.t)));
  }
  return isElsewhere || !isSame;
}

/** @throws {InputError} `@last` has no job that could be meant. */
export function refuseJobless({ sweep, attempt }: Last, reference = "@last"): never {
  if (attempt !== undefined) {
    const [id, name] = [shortAttempt(attempt.id), excerpt(attempt.name, 60)];
    throw inputError(["reference.lastUnknown", reference, id, name], "journal.seeUnresolved");
  }
  const id = visibleText(sweep?.id ?? "");
  throw inputError(["reference.noJobYet", id], ["reference.noJobYetHint", id]);
}

/** @throws {InputError} a reference means several things, which it lists. */
export function refuseSeveral(
  reference: string,
  found: { readonly jobs: readonly KnownJob[]; readonly sweeps: readonly SweepState[] },
): never {
  const newest = found.jobs.toSorted((a, b) => bornAt(b) - bornAt(a));
  throw inputError((say) => {
    const all = [
      ...found.sweeps.map((sweep) => describe({ sweep }, say)),
      ...newest.map((job) => describe({ job }, say)),
    ];
    const lines = all.slice(0, 10).map((line) => `  ${line}`);
    if (all.length > 10) lines.push(`  … (${all.length})`);
    return [say.reference.ambiguous(visibleText(reference), all.length), ...lines].join("\n");
  }, "reference.ambiguousHint");
}

export function refuseUnknown(reference: string, view: JournalView, platform: string): never {
  const place = toPlace(reference);
  if (place === 1) throw inputError("reference.noLast", "reference.noneHint");
  if (place !== undefined)
    throw inputError(["reference.noPlace", reference, place], "reference.noneHint");
  const named = findOpen(view, platform, reference);
  const open = named.length > 0 ? named : findAttempts(reference, findOpen(view, platform, "*"));
  const lost = open.filter(({ state }) => state === "unknown");
  if (lost.length > 1) throw inputError(["history.unresolved", lost.length]);
  const attempt = lost[0] ?? open.at(-1);
  if (attempt !== undefined) refuseJobless({ attempt }, visibleText(reference));
  refuseElsewhere(reference, view, platform);
  throw inputError(["reference.none", visibleText(reference)], "reference.noneHint");
}

/** @throws {InputError} only another platform than the command's has such a job or sweep; with the way to it. */
export function refuseElsewhere(reference: string, view: JournalView, platform: string): void {
  const isElsewhere = (each: { platform: string }) => each.platform !== platform;
  const [sweep] = findSweeps(reference, readSweeps(view).filter(isElsewhere));
  const [job] = findJobs(reference, view.jobs.filter(isElsewhere));
  // A sweep of one run gives its job its own name.
  const other = sweep ?? job;
  if (other === undefined) return;
  const [shown, its] = [visibleText(reference), visibleText(other.platform)];
  throw inputError(["reference.elsewhere", shown, its, sweep !== undefined]);
}

function describe({ job, sweep, attempt }: Last, t: Io["t"]): string {
  const line = (id: string, name: string, at: number) =>
    `${id}  ${excerpt(name, 40)}  ${toAgeText(at, t)}`;
  if (sweep) return line(visibleText(sweep.id), sweep.plan.name, Date.parse(sweep.beganAt));
  if (job) return line(visibleText(job.jobId), job.name ?? "", bornAt(job));
  const { id = "", name = "", time = "" } = attempt ?? {};
  return line(shortAttempt(id), name, Date.parse(time));
}
