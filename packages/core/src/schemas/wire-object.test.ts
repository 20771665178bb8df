import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { openEnum, WireBoolean, WireInteger, WireNumber, WireText } from "./scalars.ts";
import { wireArray, wireObject } from "./wire-object.ts";

const zodText = z.union([z.string(), z.pipe(z.pipe(z.number(), z.transform(String)), z.string())]);
const plain = z.looseObject({
  text: z.optional(zodText),
  inner: z.optional(z.looseObject({ text: z.optional(zodText) })),
  list: z.optional(z.array(z.looseObject({ text: z.optional(zodText) }))),
});
const quick = wireObject(() => ({
  text: WireText,
  inner: wireObject(() => ({ text: WireText })),
  list: wireArray(wireObject(() => ({ text: WireText }))),
}));

const key = fc.constantFrom("text", "inner", "list", "constructor", "toString", "other");
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.string(),
    fc.double(),
    fc.boolean(),
    fc.constantFrom(null, undefined),
    fc.array(tie("any"), { maxLength: 2 }),
    fc.dictionary(key, tie("any"), { maxKeys: 4, noNullPrototype: false }),
  ),
})).any;

describe("wireObject", () => {
  it("takes, changes and refuses what looseObject does", () => {
    fc.assert(
      fc.property(value, (input) => {
        const [expected, result] = [plain.safeParse(input), quick.safeParse(input)];
        expect(result.success).toBe(expected.success);
        expect(result.data).toEqual(expected.data);
        expect(result.error?.issues).toEqual(expected.error?.issues);
      }),
      { numRuns: 500 },
    );
  });

  it("leaves the input as it is", () => {
    const input = { text: 1, other: { kept: true }, inner: { text: 2 }, list: [{ text: 3 }] };
    const before = structuredClone(input);
    const output = quick.parse(input);
    expect(output).toEqual({
      text: "1",
      other: { kept: true },
      inner: { text: "2" },
      list: [{ text: "3" }],
    });
    expect(input).toEqual(before);
  });

  it("gives the object itself where nothing has to change", () => {
    const input = { text: "1", inner: { text: "2" }, list: [{ text: "3" }, {}] };
    expect(quick.parse(input)).toBe(input);
  });

  it("lets no __proto__ of an answer through", () => {
    const output = quick.parse(JSON.parse('{"__proto__":{"polluted":1},"text":"a"}'));
    expect(Object.getPrototypeOf(output)).toBe(Object.prototype);
    expect(Object.hasOwn(output, "__proto__")).toBe(false);
    expect(output).toEqual({ text: "a" });
  });
});

describe("a scalar of the wire", () => {
  it.each([
    [WireInteger, 1, 1],
    [WireInteger, "12", 12],
    [WireNumber, 1.5, 1.5],
    [WireNumber, "1.5", 1.5],
    [WireText, "a", "a"],
    [WireText, 7, "7"],
    [WireBoolean, true, true],
    [WireBoolean, "false", false],
    [openEnum([0, 1]), 9, 9],
  ])("%# is read from its usual and its other form", (schema, input, output) => {
    expect(schema.parse(input)).toBe(output);
  });

  it.each([
    [WireInteger, 1.5],
    [WireInteger, "1.5"],
    [WireInteger, 2 ** 53],
    [WireNumber, Infinity],
    [WireNumber, "x"],
    [WireText, true],
    [WireBoolean, "yes"],
  ])("%# is refused in any other", (schema, input) => {
    expect(schema.safeParse(input).success).toBe(false);
  });
});
