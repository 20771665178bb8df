import type { JournalView } from "@qizhi/core/journal";
import { readSweeps } from "@qizhi/core/sweep";
import { visibleText } from "@qizhi/core/internal";
import { inputError } from "../errors/cli-error.ts";
import { findJobs, findSweeps } from "./references.ts";

/**
 * Refuses what only another platform than the command's has, with the way to it.
 * @throws {InputError} the history knows such a job or sweep.
 */
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
