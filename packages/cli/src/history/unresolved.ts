import type { Attempt, JournalView } from "@qizhi/core/journal";
import {
  attemptListUrl,
  excerpt,
  isOpenAttempt,
  sayUnknown,
  shortAttempt,
} from "@qizhi/core/internal";
import type { SweepState } from "@qizhi/core/sweep";
import { findGivenPlatform, givenAccess } from "../access/access.ts";
import type { CommandInput } from "../context/command.ts";
import { exitCode } from "../errors/exit-code.ts";
import { type Connection, toCommand } from "../terminal/connection.ts";
import { type Io, printJson, printNote, printResult } from "../terminal/io.ts";
import type { Messages } from "../messages/en.ts";
import { toAgeText, toIsoTime } from "../text/time-text.ts";
import { fitsGlob } from "./references.ts";

/** `qizhi list --unresolved`: the creates with an unknown outcome whose names fit a pattern. Sends nothing. */
export function listUnresolved(
  { attempts }: JournalView,
  name: string | undefined,
  { options, io }: CommandInput,
): number {
  const { t } = io;
  const given = findGivenPlatform(options, io);
  const all = attempts.filter(({ state }) => state === "unknown");
  const open = all
    .filter(({ platform }) => given === undefined || platform === given)
    .filter((attempt) => name === undefined || fitsGlob(attempt.name, name))
    .toReversed();
  if (options.flag("json")) {
    printJson(io, open.map(toUnresolvedJson));
  } else if (open.length === 0) {
    printNote(io, all.length === 0 ? t.history.noneUnresolved : t.history.noUnresolvedMatch);
  } else {
    printResult(io, open.map((attempt) => toBlock(attempt, t)).join("\n"));
    printNote(io, t.history.settle(toCommand({ flags: givenAccess(options) }, "track")));
  }
  return exitCode.ok;
}

/** The attempts of a sweep of which nobody knows whether they created a job, or will yet. */
export function unresolvedOf({ id }: SweepState, { attempts }: JournalView): Attempt[] {
  return attempts.filter((each) => isOpenAttempt(each) && each.sweepRun?.sweep === id);
}

/** Says which creates of sweeps have an unknown outcome, and how to settle each. @param chosen by which flags. */
export function reportUnresolved(
  open: readonly Attempt[],
  chosen: Pick<Connection, "flags">,
  io: Io,
): void {
  if (open.length === 0) return;
  const blocks = open.map((attempt) => toBlock(attempt, io.t));
  const { mayRun, settle } = io.t.history;
  printNote(io, [mayRun(open.length), ...blocks, settle(toCommand(chosen, "track"))].join("\n"));
}

function toBlock(attempt: Attempt, t: Messages): string {
  const ago = toAgeText(Date.parse(attempt.time), t);
  return [
    `${shortAttempt(attempt.id)}  ${excerpt(attempt.name, 60)}  ${ago}`,
    `  ${attemptListUrl(attempt)}`,
    `  ${sayUnknown(attempt, t.errors)}`,
  ].join("\n");
}

/** An attempt with an unknown outcome as `--json` gives it. */
export function toUnresolvedJson(attempt: Attempt): Record<string, unknown> {
  return {
    attempt: attempt.id,
    name: attempt.name,
    base_url: attempt.platform,
    account: attempt.account ?? null,
    sent_at: toIsoTime(Date.parse(attempt.time)),
    fingerprint: attempt.fingerprint,
    list_url: attemptListUrl(attempt),
    reason: attempt.reason ?? null,
  };
}
