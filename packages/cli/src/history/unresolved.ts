import type { Attempt, JournalView } from "@qizhi/core/journal";
import {
  attemptListUrl,
  excerpt,
  sayUnknown,
  shortAttempt,
  toPlatformKey,
} from "@qizhi/core/internal";
import type { CommandInput } from "../context/command.ts";
import { exitCode } from "../errors/exit-code.ts";
import { printJson, printNote, printResult } from "../terminal/io.ts";
import { toAgeText, toIsoTime } from "../text/time-text.ts";

/** `qizhi list --unresolved`: the creates with an unknown outcome. Sends nothing. */
export function listUnresolved({ attempts }: JournalView, { options, io }: CommandInput): number {
  const { t, env } = io;
  const given = options.text("baseUrl") ?? (env["QIZHI_BASE_URL"] || undefined);
  const name = options.text("name")?.toLowerCase();
  const open = attempts
    .filter(({ state }) => state === "unknown")
    .filter(({ platform }) => given === undefined || platform === toPlatformKey(given))
    .filter((attempt) => name === undefined || attempt.name.toLowerCase().includes(name))
    .toReversed();
  if (options.flag("json")) {
    printJson(io, open.map(toJson));
  } else if (open.length === 0) {
    printNote(io, t.history.noneUnresolved);
  } else {
    const blocks = open.map((attempt) => {
      const ago = toAgeText(Date.parse(attempt.time), t);
      return [
        `${shortAttempt(attempt.id)}  ${excerpt(attempt.name, 60)}  ${ago}`,
        `  ${attemptListUrl(attempt)}`,
        `  ${sayUnknown(attempt, t.errors)}`,
      ].join("\n");
    });
    printResult(io, blocks.join("\n"));
    printNote(io, t.history.settle);
  }
  return exitCode.ok;
}

function toJson(attempt: Attempt): Record<string, unknown> {
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
