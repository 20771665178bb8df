import { formatDuration } from "@qizhi/core";
import type { Messages } from "./messages/en.ts";

/** A moment for people: how far away, and the local time, such as `in 6d 23h (2026-01-07 09:12)`. */
export function toMomentText(at: number, t: Messages, now = Date.now()): string {
  const distance = formatDuration(Math.abs(at - now));
  return t.moment(at >= now ? t.later(distance) : t.ago(distance), toLocalTime(at));
}

/** Local time to the minute: `2026-01-07 09:12`. */
export function toLocalTime(at: number): string {
  const date = new Date(at);
  const [month, day, hour, minute] = [
    date.getMonth() + 1,
    date.getDate(),
    date.getHours(),
    date.getMinutes(),
  ].map((part) => String(part).padStart(2, "0"));
  return `${date.getFullYear()}-${month}-${day} ${hour}:${minute}`;
}

/** A moment as `--json` gives it: ISO 8601, or `null` where it is not known. */
export function toIsoTime(at: number | undefined): string | null {
  return at === undefined || !Number.isFinite(at) ? null : new Date(at).toISOString();
}
