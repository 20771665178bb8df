import { describe, expect, it } from "vitest";
import { en } from "../messages/en.ts";
import { zh } from "../messages/zh.ts";
import { jobState, madeAt } from "./job-state.fixture.ts";
import { countAll, heartbeatMs, toSignOfLife } from "./plain-log.ts";

describe("a sign of life in a log", () => {
  it("comes every minute at first, and every five later", () => {
    expect([0, 599_000, 600_000, 36_000_000].map(heartbeatMs)).toEqual([
      60_000, 60_000, 300_000, 300_000,
    ]);
  });

  it("tells how one job goes, and counts several", () => {
    expect(toSignOfLife(jobState(), en, madeAt + 166_000)).toBe(
      "still running for 2m 00s, 0.53 GPU-hours so far",
    );
    expect(countAll(["running", "queued", "running"], zh)).toBe("仍在等待：2 个运行中，1 个排队中");
    expect(countAll(["unknown"], en)).toBe("still 1 unknown");
    expect(countAll(["running", "given_up"], en)).toBe("still 1 running, 1 given up");
    expect(countAll(["running", "given_up"], zh)).toBe("仍在等待：1 个运行中，1 个已放弃等待");
  });
});
