import { formatDuration } from "@qizhi/core";
import { toLocalTime } from "@qizhi/core/internal";
import type { Messages } from "../messages/en.ts";

/** A moment for people: the local time and how far away, such as `2026-01-07 09:12 (in 6d 23h)`. */
export function toMomentText(at: number, t: Messages, now = Date.now()): string {
  const distance = at > now ? t.later(formatDuration(at - now)) : toAgeText(at, t, now);
  return t.moment(toLocalTime(at), distance);
}

/** The time since a moment, to the second: `3m 20s ago`. */
export function toAgeText(at: number, t: Messages, now = Date.now()): string {
  const ageMs = now - at;
  return ageMs < 1_000 ? t.justNow : t.ago(formatDuration(ageMs));
}

/** A moment as `--json` gives it: ISO 8601, or `null` where it is not known. */
export function toIsoTime(at: number | undefined): string | null {
  return at === undefined || !Number.isFinite(at) ? null : new Date(at).toISOString();
}
