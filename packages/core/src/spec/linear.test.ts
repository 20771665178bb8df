import { expect, test } from "vitest";
import { findTemplates } from "./matrix-places.ts";
import { parseMatrixSetting } from "../sweep/define/matrix.ts";
import { parseDuration } from "../text/time-text.ts";
import { findSlow } from "../text/linear.fixture.ts";
import { findSecrets, looksSecret } from "../text/looks-secret.ts";
import { maskedExcerpt, maskedSetting } from "../text/masked-text.ts";
import { findLastInBackground } from "./command/background.ts";
import { findLookalikeSigns } from "./command/shell-slips.ts";
import { readShellText } from "./command/shell-text.ts";
import { findShellError } from "./command/shell-syntax.ts";
import { applyOverrides } from "./overrides.ts";
import { findFolding } from "./command/folded.ts";
import { specFrame } from "./text/frame.ts";
import { parseJsonText } from "./text/json-text.ts";
import { findLineSecrets, isInSecret, withoutLineSecrets } from "./text/line-secrets.ts";
import { explainUnknownKey } from "./text/unknown-key.ts";
import { isMaskedCommand } from "./masked.ts";
import { minimalSpec } from "./spec.fixture.ts";
import { findSpecWarnings } from "./warnings.ts";
import { parseYamlText } from "./text/yaml-text.ts";
import { parseJobSpec } from "./parse.ts";

const spec = parseJobSpec(minimalSpec);

// What is done to the text of a spec, and what such a text may repeat.
const uses: Record<string, (text: string) => unknown> = {
  "YAML in one value": (text) => parseYamlText(`a: "${text.replaceAll(/["\\\n]/g, "")}"`),
  JSON: parseJsonText,
  "warnings of a command": (command) =>
    findSpecWarnings({ spec: { ...spec, command } }, { isCi: false, readShell: () => "sh: 1: no" }),
  "a command as its shell reads it": readShellText,
  "a command without its secrets": (text) => isMaskedCommand(`*** ${text}`),
  "an error of sh": (text) => findShellError(text, () => `${text}: 1:`),
  "a folded command": (text) => findFolding(`>\n  a\n  ${text}`, 0),
  "a command on plain lines": (text) => findFolding(`a\n  ${text}`, 0),
  "a command on quoted lines": (text) => findFolding(`"a\n  ${text}`, 0),
  "a process in the background": (text) => findLastInBackground(`${text} & bash -c '${text} &'`),
  "lookalikes in a command": (text) => findLookalikeSigns(readShellText(text)),
  secrets: findSecrets,
  "the secret in a value": (text) => looksSecret(text, text),
  "a masked excerpt": (text) => maskedExcerpt(text, 60),
  "the secrets of a line": (text) => findLineSecrets([text], 0),
  "the secrets of a line of values": (text) =>
    findLineSecrets([`name: API_KEY, ${text}`, text, text], 1),
  "a line in a secret": (text) => isInSecret(["KEY:", ...text.split("\n"), text], 1),
  "a message about a secret": (text) => withoutLineSecrets(text, `KEY: ${text}`, 5),
  "a masked setting": (text) => [
    maskedSetting(text, 60),
    maskedSetting(`KEY${text}`, 60),
    maskedSetting(`a={${text}`, 60),
  ],
  "a frame": (text) => specFrame({ line: 1, column: 500_000 }, text),
  "places of a matrix": (text) => findTemplates({ command: text }, ["a"]),
  "a duration": parseDuration,
  "a path that is set": (text) => override({ set: [`${text}=1`] }),
  "a value that is set": (text) => override({ set: [`envs.A=${text}`, `x=${text}`] }),
  "a variable that is set": (text) => override({ env: [`${text}=1`, `A=${text}`] }),
  "words of a command": (text) => override({ command: [text, text] }),
  "a setting of a matrix": (text) => parseMatrixSetting(`a=${text}`),
  "an unknown key": (text) => explainUnknownKey([], text),
  "an id, a name and a path": (text) =>
    checkSpec({
      ...minimalSpec,
      name: text,
      project_id: text,
      command: text,
      envs: { [text]: text },
    }),
  "slips in YAML": (text) => parseYamlText(`a:\n${text}\n - b: "${text}`),
  "lookalikes in YAML": (text) => parseYamlText(`a: b\n${text}\nc：d`),
};
const override = (overrides: object) => applyOverrides(spec, { ...overrides, allowUnknown: true });
const checkSpec = (value: unknown) => {
  expect(() => parseJobSpec(value)).toThrow();
};
const repeated = [
  ...'a|a=|a: |=|\'|"|\\|{{|{{ matrix.|{{ matrix.a }}|[|]|,|-|--|<<a;|((|$(|${a|&|nohup |conda |0|1h|1.|_|KEY=|TOKEN=x|eyJ|eyJa.|hf_|://a:|@|#|token: |value: |token:"|token: $(|name: API_KEY |a.|a.0.|[0]|a: [|\u3000|\u00a0|&1|bash -c |-H "x: |bash -c \'|setsid |——'.split(
    "|",
  ),
  " ",
  "\n",
  "-----BEGIN PRIVATE KEY",
  "KEY:\n",
  '"KEY" ',
  "&token=",
  "a.token=",
  "–a:\n",
  "  -a: b\n",
  " \t- a: b\n",
  '"a":b\n',
  '"a” ',
  "{a:b, ",
  "{a: ：",
  'KEY="',
  String.raw`KEY=\"`,
  String.raw`KEY='\''`,
  `'"'"'`,
  "job-11111111-1111-4111-8111-111111111111/",
  "| tee",
  "\\ ",
  "\\\n",
  "\\\n#\n",
  "\\\u00a0",
  "((<<a\n",
  "sh -c '",
  "set -o ",
  "\t",
];

test.each(Object.entries(uses))(
  "%s takes a time that grows with the text alone",
  { timeout: 240_000 },
  (_name, use) => expect(findSlow(use, repeated)).toEqual([]),
);

test("many values of a matrix take a time that grows with their number alone", () => {
  const list = Array.from({ length: 150_000 }, (_, index) => index).join();
  expect(findSlow(() => parseMatrixSetting(`a=${list}`), [" "])).toEqual([]);
});
