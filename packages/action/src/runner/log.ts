import type { AnnotationProperties } from "@actions/core";
import { debug, endGroup, error, notice, startGroup, warning } from "@actions/core";
import { formatDuration } from "@qizhi/core";
import type { Secrets } from "./secrets.ts";
import { harmless, harmlessExcerpt, shorten } from "./text.ts";

const longestLogLine = 1_000;

// The runner cuts a message at 4,096 characters.
const longestLine = 900;
const mostLines = 20;
const longestMessage = 4_000;

/** Where something stands in a file of the workspace: GitHub shows it there in the diff of a pull request. */
export interface Place {
  /** From the workspace on, with `/`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column?: number | undefined;
}

/** Something to say of a step: a mistake in its inputs, or what is unwise. */
export interface Remark {
  readonly text: string;
  /** Where it stands, in a file of the workspace. */
  readonly place?: Place | undefined;
}

/** What the step says: the lines of its log, and its annotations. */
export type Log = ReturnType<typeof createLog>;

/** Makes the log of this step. Every line begins with our own text, so that none can be a command. */
export function createLog(secrets: Secrets) {
  const startedAt = performance.now();
  const clean = (text: string) => harmlessExcerpt(secrets.redact(text), longestLogLine);
  const print = (text: string) => void process.stdout.write(`${text}\n`);
  const line = (text: string) =>
    print(`[${formatDuration(performance.now() - startedAt)}] ${clean(text)}`);
  const toAnnotate =
    (write: typeof error) =>
    (title: string, lines: readonly (string | undefined)[], place?: Place): void =>
      write(fit(lines, secrets), { title, ...toProperties(place, secrets) });
  return {
    line,
    /** Writes what a full disk may refuse while the step goes on, or says why not. */
    tryTo(what: string, write: () => void) {
      try {
        write();
      } catch (cause) {
        line(`Could not write ${what}: ${String(cause)}`);
      }
    },
    /** Lines that fold away under a title of our own. */
    group(title: string, lines: readonly string[]) {
      startGroup(clean(title));
      for (const text of lines) print(`- ${clean(text)}`);
      endGroup();
    },
    /** A line for step debug logging only. */
    debug: (text: string) => debug(clean(text)),
    /** Annotations, each with a title of our own; the last error of a failed step says all. */
    error: toAnnotate(error),
    warning: toAnnotate(warning),
    notice: toAnnotate(notice),
  };
}

function toProperties(place: Place | undefined, secrets: Secrets): AnnotationProperties {
  // A name that would have to be changed is that of no file.
  if (place === undefined || harmless(secrets.redact(place.file)) !== place.file) return {};
  const { file, line, column } = place;
  return { file, startLine: line, ...(column !== undefined && { startColumn: column }) };
}

function fit(lines: readonly (string | undefined)[], secrets: Secrets): string {
  const toLine = (line: string) => harmlessExcerpt(secrets.redact(line), longestLine);
  const given = lines.flatMap((line) => line || []);
  // The last line is the link: of too much text the rest is cut.
  const [last = ""] = given.splice(-1).map(toLine);
  const rest = given.flatMap((line) => line.split("\n").slice(0, mostLines)).map(toLine);
  const kept = shorten(rest.join("\n"), longestMessage - last.length - 2);
  return kept === "" ? last : `${kept}\n${last}`;
}
