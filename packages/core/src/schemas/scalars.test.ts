import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { openEnum, wireBoolean, wireInteger, wireNumber, wireText, wireObject } from "./scalars.ts";

const answer = wireObject(() => ({
  text: wireText(),
  inner: wireObject(() => ({ text: wireText() }))(),
  list: z.array(wireObject(() => ({ text: wireText() }))()),
}))();

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
    [wireInteger(), 1, 1],
    [wireInteger(), "12", 12],
    [wireNumber(), 1.5, 1.5],
    [wireNumber(), "1.5", 1.5],
    [wireText(), "a", "a"],
    [wireText(), 7, "7"],
    [wireBoolean(), true, true],
    [wireBoolean(), "false", false],
    [openEnum([0, 1])(), 9, 9],
  ])("%# is read from its usual and its other form", (schema, input, output) => {
    expect(schema.parse(input)).toBe(output);
  });

  it.each([
    [wireInteger(), 1.5],
    [wireInteger(), "1.5"],
    [wireInteger(), 2 ** 53],
    [wireNumber(), Infinity],
    [wireNumber(), "x"],
    [wireText(), true],
    [wireBoolean(), "yes"],
  ])("%# is refused in any other", (schema, input) => {
    expect(schema.safeParse(input).success).toBe(false);
  });
});
