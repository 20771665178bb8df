import { expect, test } from "vitest";
import { parseDuration } from "../text/duration.ts";
import { findSecrets, looksSecret, maskedExcerpt } from "../text/looks-secret.ts";
import { findTemplates } from "../sweep/define/template.ts";
import { isFoldedCommands } from "./text/folded.ts";
import { specFrame } from "./text/frame.ts";
import { findJsonSlip } from "./text/json-slip.ts";
import { parseJsonText } from "./text/json-text.ts";
import { findOpenQuote, maskQuoted } from "./command/shell-mask.ts";
import { findShellError } from "./command/shell-syntax.ts";
import { minimalSpec } from "./spec.fixture.ts";
import { findSpecWarnings } from "./warnings.ts";
import { parseYamlText } from "./text/yaml-text.ts";
import { parseJobSpec } from "./parse.ts";

const spec = parseJobSpec(minimalSpec);

// What is done to the text of a spec, and what such a text may repeat.
const uses: Record<string, (text: string) => unknown> = {
  "YAML in one value": (text) => parseYamlText(`a: "${text.replaceAll(/["\\\n]/g, "")}"`),
  JSON: parseJsonText,
  "a slip of JSON": findJsonSlip,
  "warnings of a command": (command) =>
    findSpecWarnings({ spec: { ...spec, command } }, { isCi: false, readShell: () => "sh: 1: no" }),
  "a masked command": maskQuoted,
  "an open quote": findOpenQuote,
  "an error of sh": (text) => findShellError(text, () => `${text}: 1:`),
  "a folded command": (text) => isFoldedCommands(`>\n  a\n  ${text}`, 0),
  secrets: findSecrets,
  "the secret in a value": (text) => looksSecret(text, text),
  "a masked excerpt": (text) => maskedExcerpt(text, 60),
  "a frame": (text) => specFrame({ line: 1, column: 500_000 }, text),
  "places of a matrix": (text) => findTemplates({ command: text }, ["a"]),
  "a duration": parseDuration,
};
const repeated = [
  ..."a|a=|a: |=|'|\"|\\|{{|{{ matrix.|{{ matrix.a }}|[|]|,|-|--|<<a;|((|$(|${a|&|nohup |conda |0|1h|1.|_|KEY=|TOKEN=x|eyJ|eyJa.|hf_|://a:|@|#".split(
    "|",
  ),
  " ",
  "\n",
  "| tee",
  "\\ ",
  "set -o ",
  "\t",
];

test.each(Object.entries(uses))(
  "%s takes a time that grows with the text alone",
  { timeout: 60_000 },
  (_name, use) => {
    for (const piece of repeated) {
      const text = piece.repeat(1_000_000 / piece.length);
      // Of this process alone: others on the machine slow both.
      const scanMs = Math.max(
        5,
        cpuMsOf(() => scan(text)),
      );
      const ratio = cpuMsOf(() => use(text)) / scanMs;
      expect([piece, ratio < 400 || ratio]).toEqual([piece, true]);
    }
  },
);

/** The plainest thing to do with every character. */
function scan(text: string): void {
  for (const char of text) if (char === "\0") throw new Error("not there");
}

function cpuMsOf(run: () => unknown): number {
  const began = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}
