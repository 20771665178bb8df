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

/** Local time with its zone: `2026-01-07 09:12 (UTC+8)`. */
export function toLocalMoment(at: number): string {
  return `${toLocalTime(at)} (${localZone(at)})`;
}

/** The zone of local time at a moment, as `UTC+8` or `UTC-3:30`. */
export function localZone(at: number): string {
  const minutes = -new Date(at).getTimezoneOffset();
  const rest = Math.abs(minutes % 60);
  const hours = Math.floor(Math.abs(minutes) / 60);
  const tail = rest === 0 ? "" : `:${String(rest).padStart(2, "0")}`;
  return `UTC${minutes < 0 ? "-" : "+"}${hours}${tail}`;
}
