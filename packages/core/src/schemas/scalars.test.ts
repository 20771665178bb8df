import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { openEnum, WireBoolean, WireInteger, WireNumber, WireText } from "./scalars.ts";
import { wireObject } from "./scalars.ts";

const answer = wireObject(() => ({
  text: WireText,
  inner: wireObject(() => ({ text: WireText })),
  list: z.array(wireObject(() => ({ text: WireText }))),
}));

describe("wireObject", () => {
  it("leaves the input as it is", () => {
    const input = { text: 1, other: { kept: true }, inner: { text: 2 }, list: [{ text: 3 }] };
    const before = structuredClone(input);
    const output = answer.parse(input);
    expect(output).toEqual({
      text: "1",
      other: { kept: true },
      inner: { text: "2" },
      list: [{ text: "3" }],
    });
    expect(input).toEqual(before);
  });

  it("lets no __proto__ of an answer through", () => {
    const output = answer.parse(JSON.parse('{"__proto__":{"polluted":1},"text":"a"}'));
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
