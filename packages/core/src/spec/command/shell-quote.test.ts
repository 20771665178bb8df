import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quoteCommand } from "./shell-quote.ts";

/** The arguments as a real sh hands them on. */
function throughShell(words: string[]): string[] {
  const line = quoteCommand(["printf", String.raw`%s\0`, ...words]);
  const { stdout, stderr } = spawnSync("sh", ["-c", line], { encoding: "utf8" });
  expect(stderr).toBe("");
  return stdout.split("\0").slice(0, -1);
}

describe("quoteCommand", () => {
  it("leaves plain words as they are", () => {
    const argv = ["torchrun", "--nproc_per_node=8", "train.py", "a/b:c", "x@y", "1,2"];
    expect(quoteCommand(argv)).toBe(argv.join(" "));
  });

  it("brings every argument through sh unchanged", () => {
    const nasty = fc.constantFrom(
      "'",
      '"',
      "$HOME",
      "`id`",
      "\\",
      "\n",
      "*",
      "~",
      "!",
      "#",
      "",
      " ",
      ";",
      "-n",
      "$(id)",
      "a=b",
      "{a,b}",
      "启智",
    );
    const unit = fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0"));
    const word = fc.array(fc.oneof(nasty, unit), { maxLength: 4 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), (words) => {
        expect(throughShell(words)).toEqual(words);
      }),
      { numRuns: 150 },
    );
  });

  it.each(["if", "!", "{", "A=b", "for", "a b", "~x", "%1", "#x"])(
    "makes %s the name of a program when it stands first",
    (word) => {
      const { status, stderr } = spawnSync("sh", ["-c", quoteCommand([word, "x"])], {
        encoding: "utf8",
      });
      expect(status).toBe(127);
      expect(stderr).toContain("not found");
    },
  );
});
