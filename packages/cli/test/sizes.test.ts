import { expect, it } from "vitest";
import { measureSizes } from "../bench/sizes.ts";

it("keeps the packages within their sizes", () => {
  const over = measureSizes().rows.filter(({ ok }) => ok === false);
  expect(over.map(({ what, reached, bar }) => `${what}: ${reached}, ${bar}`)).toEqual([]);
}, 60_000);
