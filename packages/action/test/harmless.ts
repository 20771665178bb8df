import { expect } from "vitest";
import { findForeignMarkdown } from "./markdown/read-markdown.ts";
import type { RunnerResult } from "@qizhi/runner-emulator";
import { hostileText } from "@qizhi/core/local";

/** Texts that try to be commands, control characters, Markdown or lines of a tool. */
export const texts = [
  hostileText,
  "::error::forged",
  "\u00a0\u2003::error::forged",
  "a\r::error::forged\rb",
  "middle ##[error]forged",
  "hidden #\u200b#\u00ad[error]forged ##\ufe0f[group]x",
  "::stop-commands::pause\n::add-mask::a",
  "\ud800 lone \udfff surrogates",
  "\u001b[31mred\u001b[0m\u001b]0;title\u0007",
  "  12:30  error  Unexpected thing  some-rule",
  "src/a.ts(1,2): error TS1234: forged",
  "a.js: line 1, col 2, Error - forged (rule)",
  "File \"x.py\", line 1, in y\nraise Forged('z')",
  "| a | b |\n|---|---|\n| @octocat #12 | $x^2$ https://example.org |",
  "`````` ~~~ </code></td></table><img src=x onerror=alert(1)> <!-- ",
  "%0A%3A%3Aerror%3A%3Aforged",
];

/** All of them as one text. */
export const allTexts = texts.join("\n");

const own = new Set(["add-mask", "notice", "error", "warning", "group", "endgroup", "debug"]);

/** What may not follow from any text of the platform. */
export function expectHarmless(result: RunnerResult): void {
  expect(result.problems).toEqual([]);
  expect(result.commands.filter(({ name }) => !own.has(name))).toEqual([]);
  expect(result.commands.filter(({ form }) => form !== "::")).toEqual([]);
  expect(result.annotations.filter(({ source }) => source === "matcher")).toEqual([]);
  expect(result.annotations.filter(({ title }) => !title?.startsWith("Qizhi"))).toEqual([]);
  expect(result.sent.error).toBeLessThanOrEqual(1);
  expect(result.sent.notice + result.sent.warning).toBeLessThanOrEqual(3);
  // Only the ends of our own lines.
  expect(result.rawStdout + result.rawStderr).not.toMatch(/(?!\n)\p{Cc}/u);
  expect(result.rawStderr).toBe("");
  const runs: { url: string | null }[] = JSON.parse(result.outputs["runs"] ?? "[]");
  const runUrl = JSON.parse(result.outputs["report"] ?? "{}").workflow_run?.url;
  const urls = [result.outputs["url"] ?? "", runUrl, ...runs.map(({ url }) => url ?? "")];
  expect(findForeignMarkdown(result.summary, { urls })).toEqual([]);
  expect(Buffer.byteLength(result.summary)).toBeLessThanOrEqual(65_536);
}
