const unitMs: Record<string, number> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const form = /^(\d+(\.\d+)?(ms|s|m|h|d))+$/;
const part = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;

/**
 * Reads a duration with units, such as `90s`, `1h30m` or `1.5h`.
 * @returns whole milliseconds, or `undefined` when the text is not of that form or beyond all times.
 */
export function parseDuration(text: string): number | undefined {
  if (!form.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(part)) total += Number(amount) * unitMs[unit ?? ""]!;
  return Number.isSafeInteger(Math.round(total)) ? Math.round(total) : undefined;
}

/**
 * Writes a duration for people, at most two units: `450 ms`, `12s`, `3m 05s`, `2h 07m`, `1d 4h`.
 * @param ms milliseconds; a negative one counts as 0.
 */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.floor(ms))} ms`;
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${pad(seconds % 60)}s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours}h ${pad(minutes % 60)}m`;
  return `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

/** Writes a duration as a spec may hold it, to the millisecond: `2h`, `16h39m59s`, `86.4s`. */
export function spellDuration(ms: number): string {
  let rest = ms;
  const units = ["d", "h", "m", "s"].map((unit) => {
    const size = unitMs[unit]!;
    const count = unit === "s" ? rest / size : Math.floor(rest / size);
    rest %= size;
    return count === 0 ? "" : `${count}${unit}`;
  });
  return units.join("");
}

function pad(count: number): string {
  return String(count).padStart(2, "0");
}

/** Local time to the minute: `2026-01-07 09:12`. */
export function toLocalTime(at: number): string {
  const date = new Date(at);
  const [month, day, hour, minute] = [
    date.getMonth() + 1,
    date.getDate(),
    date.getHours(),
    date.getMinutes(),
  ].map(pad);
  return `${date.getFullYear()}-${month}-${day} ${hour}:${minute}`;
}

/** Local time with its zone: `2026-01-07 09:12 (UTC+8)`. */
export function toLocalMoment(at: number): string {
  return `${toLocalTime(at)} (${localZone(at)})`;
}

/** The zone of local time at a moment, as `UTC+8` or `UTC-3:30`. */
export function localZone(at: number): string {
  const minutes = -new Date(at).getTimezoneOffset();
  const rest = Math.abs(minutes % 60);
  const hours = Math.floor(Math.abs(minutes) / 60);
  const tail = rest === 0 ? "" : `:${pad(rest)}`;
  return `UTC${minutes < 0 ? "-" : "+"}${hours}${tail}`;
}
