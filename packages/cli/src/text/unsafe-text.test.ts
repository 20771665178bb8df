import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseCommand } from "../../../runner-emulator/src/text/command-parser.ts";
import { escapeCommands, hasCommand } from "./unsafe-text.ts";

const registered = new Set(["set-output", "error", "add-mask"]);
const piece = fc.constantFrom(
  ..."# ##[error] [error]x ##[set-output name=verdict]pass ::error::x ::add-mask::y : a".split(" "),
  ..."\u200b \ufe0f \u3164 \ufeff \u0085 \u001b \t \r \n \r\n \u2028".split(" "),
  " ",
  "node 0 | ",
);
const texts = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));
const commandsIn = (text: string) =>
  text.split(/\r\n|\r|\n/).flatMap((line) => parseCommand(line, registered) ?? []);

test("no line of a printed text holds a command, as a runner reads it", () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(commandsIn(escapeCommands(text))).toEqual([]);
      if (commandsIn(text).length > 0) expect(hasCommand(text)).toBe(true);
    }),
    { numRuns: 3_000 },
  );
});

test.each([
  [
    "node 0 | ##[set-output name=verdict]pass",
    String.raw`node 0 | \x23#[set-output name=verdict]pass`,
  ],
  ["  ::error::x", String.raw`  \x3a:error::x`],
])("%s stays readable", (text, printed) => expect(escapeCommands(text)).toBe(printed));

test.each(["a::b", "## title", "# [x]", "#[derive(Debug)]", "std::vector"])(
  "%s is printed as it is",
  (text) => expect(escapeCommands(text)).toBe(text),
);
