import { startLocalPlatform } from "@qizhi/core/local";
import { expect, test } from "vitest";
import { countOf, runBundle } from "./bundle.ts";

test("submits, waits, reports", async () => {
  await using platform = await startLocalPlatform({ stages: 300 });
  const result = await runBundle(platform);
  console.log(result.log, result.problems, result.outputs, result.summary);
  expect(result.problems).toEqual([]);
  expect(result.conclusion).toBe("success");
  expect(countOf(platform, "create")).toBe(1);
});
