/** What one face told of its attempt. */
export interface Told {
  /** How it ended, in the words of `Ending`. */
  readonly ends: string;
  /** What was told. */
  readonly word: string;
  /** Everything that people, logs and files get to see, by place. */
  readonly texts: Readonly<Record<string, string>>;
  /** What is wrong with it in itself. */
  readonly faults: readonly string[];
}

/** Takes out of a message what differs from run to run, and what the table need not repeat. */
export function toStablePhrase(message: string): string {
  return message
    .replace(/127\.0\.0\.1:\d+: /g, "")
    .replace(/127\.0\.0\.1:\d+/g, "the platform")
    .replace(/job-[0-9a-f]{8}-[0-9a-f-]{27}/g, "…")
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d \(UTC[^)]*\)/g, "…")
    .replace(/(may or may not exist): it was sent at .*$/, "$1")
    .replace(/ for [^:]*: .* (The job itself goes on\.)/, " for …. $1")
    .replace(/\b\d+(\.\d+)? ?m?s\b/g, "…")
    .replace(/\s*\((?:job_[a-z_]+) when last seen\)/, "")
    .trim();
}
