import { localZone, toLocalTime, parseDuration } from "@qizhi/core/internal";
import type { Messages } from "../messages/en.ts";
import { formatDuration } from "@qizhi/core";

/** Local time with its zone: `2026-01-07 09:12 UTC+8`. */
export function toTimeText(at: number): string {
  return `${toLocalTime(at)} ${localZone(at)}`;
}

/** A moment for people: the time and how far away, such as `2026-01-07 09:12 UTC+8 (in 6d 23h)`. */
export function toMomentText(at: number, t: Messages, now = Date.now()): string {
  const distance = at > now ? t.later(t.duration(at - now)) : toAgeText(at, t, now);
  return t.aside(toTimeText(at), distance);
}

/** A moment that has passed; one of the future, by a wrong clock, without how far away it seems. */
export function toPastText(at: number, t: Messages, now: number): string {
  return at > now ? toTimeText(at) : toMomentText(at, t, now);
}

/** The time since a moment, to the second: `3m 20s ago`. */
export function toAgeText(at: number, t: Messages, now = Date.now()): string {
  const ageMs = now - at;
  return ageMs < 1_000 ? t.justNow : t.ago(t.duration(ageMs));
}

/** A moment as `--json` gives it: ISO 8601, or `null` where it is not known. */
export function toIsoTime(at: number | undefined): string | null {
  return Math.abs(at ?? Infinity) > 8.64e15 ? null : new Date(at!).toISOString();
}

/** Milliseconds of the wire in the form of a spec: `86400000` as `1d`, unchanged where no unit is exact. */
export function toDurationText(text: string | undefined): string | undefined {
  const ms = Number(text);
  if (text === undefined || text === "" || ms === 0) return undefined;
  const short = formatDuration(ms)
    .replaceAll(" ", "")
    .replace(/(?<=[a-z])0+[a-z]+$/, "");
  return parseDuration(short) === ms ? short : text;
}
