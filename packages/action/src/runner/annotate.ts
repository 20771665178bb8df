import { error, notice, warning } from "@actions/core";
import { cut } from "@qizhi/core/internal";
import type { Secrets } from "./secrets.ts";
import { harmlessExcerpt } from "./text.ts";

// The runner cuts a message at 4,096 characters.
const longestLine = 900;
const mostLines = 20;
const longestMessage = 4_000;

/** Writes annotations: title of our own, message in lines. */
export interface Annotate {
  /** The one error of a failed step. */
  error(title: string, lines: readonly (string | undefined)[]): void;
  warning(title: string, lines: readonly (string | undefined)[]): void;
  notice(title: string, lines: readonly (string | undefined)[]): void;
}

/** Makes the functions that annotate this step. */
export function createAnnotate(secrets: Secrets): Annotate {
  const toMessage = (lines: readonly (string | undefined)[]) => fit(lines, secrets);
  return {
    error: (title, lines) => error(toMessage(lines), { title }),
    warning: (title, lines) => warning(toMessage(lines), { title }),
    notice: (title, lines) => notice(toMessage(lines), { title }),
  };
}

function fit(lines: readonly (string | undefined)[], secrets: Secrets): string {
  const given = lines.flatMap((line) => line || []);
  // The last line is the link: of too much text the rest is cut.
  const [last = ""] = given.splice(-1).map((line) => toLine(line, secrets));
  const rest = given
    .flatMap((line) => line.split("\n").slice(0, mostLines))
    .map((line) => toLine(line, secrets))
    .join("\n");
  const room = longestMessage - last.length - 2;
  const kept = rest.length > room ? `${cut(rest, room)}…` : rest;
  return kept === "" ? last : `${kept}\n${last}`;
}

function toLine(line: string, secrets: Secrets): string {
  return harmlessExcerpt(secrets.redact(line), longestLine);
}
