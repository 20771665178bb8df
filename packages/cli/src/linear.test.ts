import { expect, test } from "vitest";
import { findSlow } from "../../core/src/text/linear.fixture.ts";
import { findJobs, fitsGlob, toRunName } from "./history/references.ts";
import { readArgv } from "./context/read-argv.ts";
import { withCleanLogin } from "./text/secret-text.ts";
import { escapeCommands, escapeUnsafe } from "./text/unsafe-text.ts";
import { fit, fold, wrap } from "./text/width.ts";
import { toYaml } from "./text/yaml-writer.ts";

// The functions that read untrusted text, and what such text may repeat.
const uses: Record<string, (text: string) => unknown> = {
  "a spec as YAML": (text) => toYaml({ command: text }),
  "a login": (text) => withCleanLogin({ QIZHI_TOKEN: text }),
  "escaped text": escapeUnsafe,
  "a printed text": escapeCommands,
  "a word of a command line": (text) => readArgv([text, `--${text}`], new Map()),
  "the name of a job": (text) => findJobs(text, []),
  "the name of a retry": (text) => toRunName(text.replaceAll("a", "-try1")),
  "a pattern and a name": (text) => [fitsGlob(text, "*a*b"), fitsGlob("aaab", text)],
  "a folded line": (text) => fold(text, 80),
  "a cell": (text) => [fit(text, 40), wrap(text, 40, 3)],
};
const repeated = [
  ..."a|-|=|`|：|a |::|##[|1-|\u3000|\u200b|#\u200b|\u4e2d".split("|"),
  " ",
  "\n",
  "\r\n",
  "\t",
];

test.each(Object.entries(uses))(
  "%s takes a time that grows with the text alone",
  { timeout: 120_000 },
  (_name, use) => expect(findSlow(use, repeated)).toEqual([]),
);
