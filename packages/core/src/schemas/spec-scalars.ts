import * as z from "zod/mini";
import { parseDuration } from "../text/time-text.ts";
import { uuidPattern } from "./job-ref.ts";
import { byRule, type IdPlace, noteRule } from "./spec-rules.ts";

/** The longest `max_running_time_ms`: the platform's column has 32 bits (wire 7). */
const longestRunMs = 2_147_483_647;

/** Text of one line that says something; blanks around it are dropped. */
export const text = () =>
  z.string().check(
    z.trim(),
    z.minLength(1, byRule("empty")),
    z.refine((value) => !/[\p{Cc}\u2028\u2029]/u.test(value), byRule("control_characters")),
  );

/**
 * An id of the platform: `prefix` and a UUID (wire 4).
 * @param place where a person finds it, said when it is wrong.
 */
export function idSchema(prefix: string, place: IdPlace) {
  const whole = new RegExp(`^${prefix}${uuidPattern}$`);
  const wholeLength = prefix.length + 36;
  return z.string().check(
    z.regex(whole, {
      error: (issue) => {
        const id = String(issue.input);
        const isCutOff =
          id.startsWith(prefix) && /^[0-9a-fA-F-]{4,35}$/.test(id.slice(prefix.length));
        return isCutOff
          ? noteRule(issue, "id_cut_off", { length: id.length, wholeLength, place })
          : noteRule(issue, "id_form", { prefix, place });
      },
    }),
  );
}

// A pattern and not parseDuration alone, so that the JSON Schema knows it too.
const durationText = () =>
  z.string().check(z.regex(/^(\d+|(\d+(\.\d+)?(ms|s|m|h|d))+)$/, byRule("duration_form")));

// A number of ms goes out as text: the platform refuses JSON numbers here (wire 2.1).
const durationMs = () =>
  z.pipe(
    z.pipe(
      z.union([z.int().check(z.minimum(0, byRule("negative"))), durationText()]),
      z.transform((value) =>
        String(typeof value === "string" ? (parseDuration(value) ?? Number(value)) : value),
      ),
    ),
    z
      .string()
      .check(
        z.refine((value) => Number(value) <= Number.MAX_SAFE_INTEGER, byRule("duration_too_long")),
      ),
  );

/** How long nodes are held: milliseconds as text, over 0 (wire 7). */
export const reserveMs = () =>
  durationMs().check(z.refine((value) => value !== "0", byRule("hold_zero")));

/** Longest run: milliseconds as text, 1 to {@link longestRunMs}. */
export const maxRunningTimeMs = () =>
  durationMs().check(
    z.refine((value) => value !== "0", byRule("run_zero")),
    z.refine(
      (value) => Number(value) <= longestRunMs,
      byRule("run_too_long", { longestMs: longestRunMs }),
    ),
  );

/** Name of an environment variable. */
export const envName = () =>
  z.string().check(z.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, byRule("variable_name")));
