import { expect, test } from "vitest";
import { isLowered, readPriority } from "./report.ts";

test.each([
  [{ priority_name: "4", priority: 20, priority_level: "NORMAL", task_priority: 0 }, 4, "NORMAL"],
  [{ priority: 13, priority_level: "LOW" }, 3, "LOW"],
  [{ priority: 35 }, 10, undefined],
  [{ priority: "30", priority_level: 2 }, 5, undefined],
  [{ priority_name: "urgent", task_priority: 9 }, undefined, undefined],
  [{}, undefined, undefined],
])("of %j is %s, %s", (job, priority, priorityLevel) => {
  expect(readPriority(job)).toEqual({ priority, priorityLevel });
});

test("is lowered where the platform keeps less than was asked for", () => {
  expect(isLowered({ priority: 4 }, 10)).toBe(true);
  expect([
    isLowered({ priority: 10 }, 10),
    isLowered({ priority: 4 }, 0),
    isLowered({ priority: undefined }, 10),
    isLowered({ priority: 4 }, undefined),
  ]).toEqual([false, false, false, false]);
});
