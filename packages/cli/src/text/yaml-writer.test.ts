import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { parseCommand } from "../../../runner-emulator/src/text/command-parser.ts";
import { escapeUnsafe } from "./unsafe-text.ts";
import { toYaml } from "./yaml-writer.ts";

const unsafe = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|\p{Surrogate}/u;
const piece = fc.constantFrom(
  ..."\u009b \u0085 \u007f \u202e \u2066 \u200b \u2028 \u{e0041} \u001b".split(" "),
  "::add-mask::x",
  "  ::stop-commands::t",
  "##[error]y",
  "#\ufe0f",
  "#[error]z",
  "\n",
  "\t",
  " ",
  "a: b",
  "- x",
  "#",
);
const texts = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));
const commandsIn = (text: string) =>
  text.split("\n").flatMap((line) => parseCommand(line, new Set(["error", "add-mask"])) ?? []);
const values = fc.dictionary(texts, fc.oneof(texts, fc.array(texts, { maxLength: 3 })));

test("YAML of any texts moves no terminal, commands no runner and reads as the same", () => {
  fc.assert(
    fc.property(values, (value) => {
      const plain: unknown = JSON.parse(JSON.stringify(value));
      const text = toYaml(plain);
      expect(text.replaceAll("\t", "")).not.toMatch(unsafe);
      expect(text).not.toMatch(/^\s*::/m);
      expect(commandsIn(text)).toEqual([]);
      expect(parse(text)).toEqual(plain);
    }),
    { numRuns: 500 },
  );
});

test("JSON of any texts moves no terminal, commands no runner and reads as the same", () => {
  fc.assert(
    fc.property(values, (value) => {
      const text = escapeUnsafe(JSON.stringify(value, undefined, 2));
      expect(text).not.toMatch(unsafe);
      expect(commandsIn(text)).toEqual([]);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
