import { debug, endGroup, startGroup } from "@actions/core";
import { formatDuration } from "@qizhi/core";
import type { Secrets } from "./secrets.ts";
import { harmlessExcerpt } from "./text.ts";

const longestLine = 1_000;

/** Writes the step's log. Every line begins with our own text, so that none can be a command. */
export interface Log {
  /** One line, after the time since the step began. */
  line(text: string): void;
  /** Lines that fold away under a title of our own. */
  group(title: string, lines: readonly string[]): void;
  /** A line for step debug logging only. */
  debug(text: string): void;
}

/** Makes the log of this step. */
export function createLog(secrets: Secrets): Log {
  const startedAt = performance.now();
  const clean = (text: string) => harmlessExcerpt(secrets.redact(text), longestLine);
  const print = (text: string) => process.stdout.write(`${text}\n`);
  return {
    line: (text) => print(`[${formatDuration(performance.now() - startedAt)}] ${clean(text)}`),
    group(title, lines) {
      startGroup(title);
      for (const text of lines) print(`- ${clean(text)}`);
      endGroup();
    },
    debug: (text) => debug(clean(text)),
  };
}
