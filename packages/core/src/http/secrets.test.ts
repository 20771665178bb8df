import * as fc from "fast-check";
import { expect, test } from "vitest";
import { hideSecrets } from "./secrets.ts";

test.each([
  ["Authorization: Bearer abc.def-ghi", ["abc.def-ghi"], "Authorization: ***"],
  ["bearer AAAABBBBCCCC==", [], "***"],
  ["got eyJhbGciOiJI.eyJzdWIi.sig_-9 here", [], "got *** here"],
  ["the Bearer token is missing", [], "the Bearer token is missing"],
  ["for user: päss word!", ["päss word"], "for user: ***!"],
  ['{"password":"a\\"b\\\\c"}', ['a"b\\c'], '{"password":"***"}'],
  ["a cat", ["a"], "a cat"],
  ["nothing", [""], "nothing"],
])("%j becomes %j", (text, secrets, expected) => {
  expect(hideSecrets(text, secrets)).toBe(expected);
});

test("no secret is left in any text around it", () => {
  const secret = fc.string({ minLength: 4 }).filter((each) => !each.includes("*"));
  fc.assert(
    fc.property(fc.string(), secret, fc.string(), (before, hidden, after) => {
      const shown = hideSecrets(`${before.replaceAll("*", "")}${hidden}${after}`, [hidden]);
      expect(shown).not.toContain(hidden);
    }),
  );
});
