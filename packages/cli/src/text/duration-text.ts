import { formatDuration, parseDuration } from "@qizhi/core";

/** Milliseconds of the wire in the form of a spec: `86400000` as `1d`, unchanged where no unit is exact. */
export function toDurationText(text: string | undefined): string | undefined {
  const ms = Number(text);
  if (text === undefined || text === "" || ms === 0) return undefined;
  const short = formatDuration(ms)
    .replaceAll(" ", "")
    .replace(/(?<=[a-z])0+[a-z]+$/, "");
  return parseDuration(short) === ms ? short : text;
}
