import * as fc from "fast-check";
import { expect, test } from "vitest";
import { NodeHeaders } from "./headers.ts";

test("names are matched without case, values of one name are joined", () => {
  const headers = new NodeHeaders({ "Content-Type": "a", X: "1" });
  headers.append("x", "2");
  headers.set("content-type", " b ");

  expect([...headers]).toEqual([
    ["content-type", "b"],
    ["x", "1, 2"],
  ]);
  headers.delete("X");
  expect([headers.has("x"), headers.get("x"), headers.get("CONTENT-TYPE")]).toEqual([
    false,
    null,
    "b",
  ]);
});

test("agrees with the runtime's own Headers on any input, and refuses what that refuses", () => {
  const name = fc.oneof(fc.constantFrom("Accept", "x-a", "X-A"), fc.string({ maxLength: 4 }));
  const value = fc.oneof(fc.string(), fc.string({ unit: "binary", maxLength: 4 }));
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value), { maxLength: 4 }), (pairs) => {
      const read = (create: () => Headers) => {
        try {
          return [...create()];
        } catch (error) {
          return error instanceof TypeError ? "TypeError" : error;
        }
      };
      const own = read(() => new NodeHeaders(pairs));
      const standard = read(() => new Headers(pairs));
      // Node's sender refuses control characters that the standard lets pass; so do we.
      const isStricter = own === "TypeError" && pairs.some(([, text]) => /\p{Cc}/u.test(text));
      expect(isStricter || own).toEqual(isStricter || standard);
    }),
    { numRuns: 500 },
  );
});

test("no value can forge another line, and a refused value is not shown", () => {
  const end = fc.constantFrom("\r", "\n", "\r\n", "\0");
  fc.assert(
    fc.property(fc.string(), end, fc.string(), (before, forged, after) => {
      const value = `hunter2${before}${forged}${after}x`;
      const set = () => new NodeHeaders({ authorization: value });
      expect(set).toThrow(TypeError);
      expect(set).not.toThrow(/hunter2/);
    }),
  );
});
