import * as z from "zod/mini";
import { parseDuration } from "../duration.ts";
import { uuidPattern } from "./job-ref.ts";

/** The longest `max_running_time_ms`: the platform's column has 32 bits (wire-facts 7). */
export const longestRunMs = 2_147_483_647;

/** Text of one line that says something; blanks around it are dropped. */
export const text = z.string().check(
  z.trim(),
  z.minLength(1, "is empty"),
  z.refine((value) => !/[\p{Cc}\u2028\u2029]/u.test(value), "holds control characters"),
);

/**
 * An id of the platform: `prefix` and a UUID (wire-facts 4).
 * @param where where a person finds it, said when it is wrong.
 */
export function idSchema(prefix: string, where: string) {
  const whole = new RegExp(`^${prefix}${uuidPattern}$`);
  return z
    .string()
    .check(z.regex(whole, { error: ({ input }) => explainId(String(input), prefix, where) }));
}

function explainId(id: string, prefix: string, where: string): string {
  const tail = id.slice(prefix.length);
  if (id.startsWith(prefix) && /^[0-9a-fA-F-]{4,35}$/.test(tail)) {
    return `is cut off: ${id.length} of ${prefix.length + 36} characters; copy the whole id, it is ${where}`;
  }
  return `is not of the form ${prefix}xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx; it is ${where}`;
}

// A pattern and not parseDuration alone, so that the JSON Schema knows it too.
const durationText = z
  .string()
  .check(
    z.regex(
      /^(\d+|(\d+(\.\d+)?(ms|s|m|h|d))+)$/,
      "is not a duration: write milliseconds or a number with a unit, such as 90s, 30m, 2h, 1d",
    ),
  );

// A number of ms goes out as text: the platform refuses JSON numbers here (wire-facts 2.1).
const durationMs = z.pipe(
  z.pipe(
    z.union([z.int().check(z.minimum(0, "is negative")), durationText]),
    z.transform((value) =>
      String(typeof value === "string" ? (parseDuration(value) ?? Number(value)) : value),
    ),
  ),
  z
    .string()
    .check(
      z.refine(
        (value) => Number(value) <= Number.MAX_SAFE_INTEGER,
        "is far too long for a duration",
      ),
    ),
);

/** How long nodes are held: milliseconds as text, over 0 (wire-facts 7). */
export const reserveMs = durationMs.check(
  z.refine(
    (value) => value !== "0",
    'is 0, which the platform refuses ("retention time must be positive"); leave it out to hold nothing',
  ),
);

/** Longest run: milliseconds as text, 1 to {@link longestRunMs}. */
export const maxRunningTimeMs = durationMs.check(
  z.refine((value) => value !== "0", "is 0; leave it out for no limit of its own"),
  z.refine(
    (value) => Number(value) <= longestRunMs,
    `is over ${longestRunMs} ms (24 d 20 h), which the platform's database refuses (error 1264)`,
  ),
);

/** Name of an environment variable. */
export const envName = z
  .string()
  .check(
    z.regex(
      /^[A-Za-z_][A-Za-z0-9_]*$/,
      "is not a variable name: letters, digits and _, not a digit first",
    ),
  );
