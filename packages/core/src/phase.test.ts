import { expect, test } from "vitest";
import { classifyStatus, statusClasses } from "./phase.ts";

test.each(Object.entries(statusClasses))("%s is classed, whatever its case", (status, expected) => {
  expect(classifyStatus(status)).toBe(expected);
  expect(classifyStatus(` ${status.toUpperCase()} `)).toBe(expected);
});

test.each([
  undefined,
  "",
  "job_hibernating",
  "queue",
  "job_queue_out_later",
  "toString",
  "__proto__",
  "constructor",
])("%j is unknown and active", (status) => {
  expect(classifyStatus(status)).toEqual({
    phase: "unknown",
    isTerminal: false,
    holdsNodes: false,
  });
});

test("nodes are held in the reserving states only", () => {
  const holding = Object.entries(statusClasses).filter(([, { holdsNodes }]) => holdsNodes);
  expect(holding.map(([status]) => status)).toEqual([
    "job_success_reserving",
    "job_fail_reserving",
  ]);
});
