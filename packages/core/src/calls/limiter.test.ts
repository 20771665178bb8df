import { array, assert, asyncProperty, boolean, integer, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { createRateLimiter, TurnTimeoutError } from "./limiter.ts";
import { createSimulatedClock } from "../async/simulated-clock.fixture.ts";

/** The most requests in any stretch of time of a length. */
function mostWithin(times: readonly number[], windowMs: number): number {
  let [most, first] = [0, 0];
  for (const [index, at] of times.entries()) {
    // A hair less, so that the end of a window is not in it.
    while (times[first]! <= at - windowMs + 1e-6) first++;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

describe("createRateLimiter", () => {
  it("lets a burst go at once, and never more than the rate in any window", async () => {
    await assert(
      asyncProperty(
        integer({ min: 1, max: 50 }),
        integer({ min: 1, max: 5 }),
        array(record({ atMs: integer({ min: 0, max: 5_000 }), urgent: boolean() }), {
          minLength: 1,
          maxLength: 60,
        }),
        async (perSecond, burst, requests) => {
          const clock = createSimulatedClock();
          const limiter = createRateLimiter({ perSecond, burst, clock });
          const times: number[] = [];
          const all = requests.map(async ({ atMs, urgent }) => {
            await clock.sleep(atMs);
            await limiter.take({ lane: urgent ? "urgent" : "usual" });
            times.push(clock.now());
          });
          await clock.runUntil(Promise.all(all));
          expect(times).toHaveLength(requests.length);
          expect(mostWithin(times, (burst * 1_000) / perSecond)).toBeLessThanOrEqual(burst);
          // No idling either: the last one goes as soon as the rate lets it.
          const lastAsk = Math.max(...requests.map(({ atMs }) => atMs));
          const longest = Math.ceil(requests.length / burst) * ((burst * 1_000) / perSecond);
          expect(times.at(-1)! - lastAsk).toBeLessThanOrEqual(longest + 1e-6);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([
    [{ perSecond: 0 }, "perSecond of createRateLimiter is 0, not a number above 0."],
    [{ burst: 0 }, "burst of createRateLimiter is 0, not a number above 0."],
    [{ burst: Infinity }, "burst of createRateLimiter is Infinity, not a finite number above 0."],
    [{ burst: -1 }, "burst of createRateLimiter is -1, not a number above 0."],
  ])("refuses %j, with which nothing or all would pass", (options, words) => {
    expect(() => createRateLimiter(options)).toThrow(words);
  });

  it("lets any number go at once", async () => {
    const limiter = createRateLimiter({ perSecond: 1, burst: 2 ** 40 });
    await Promise.all(Array.from({ length: 50 }, () => limiter.take()));
    expect(limiter.waiting).toBe(0);
  });

  it("lets one go at once where a part of one is asked for", async () => {
    const clock = createSimulatedClock();
    const limiter = createRateLimiter({ perSecond: 1, burst: 0.5, clock });
    await clock.runUntil(Promise.all([limiter.take(), limiter.take(), limiter.take()]));
    expect(clock.now()).toBe(2_000);
  });

  it("serves each lane in the order of coming, the urgent one first but not alone", async () => {
    const clock = createSimulatedClock();
    const limiter = createRateLimiter({ perSecond: 10, burst: 1, clock });
    await limiter.take();
    const order: string[] = [];
    const take = async (name: string, lane: "usual" | "urgent") => {
      await limiter.take({ lane });
      order.push(name);
    };
    const all = ["a", "b", "c"].map((name) => take(name, "usual"));
    all.push(...["1", "2", "3", "4", "5"].map((name) => take(name, "urgent")));
    expect(limiter.waiting).toBe(8);
    await clock.runUntil(Promise.all(all));
    expect(order.join("")).toBe("12a34b5c");
  });

  it("holds everyone back after a pause, also those who came before it", async () => {
    const clock = createSimulatedClock();
    const limiter = createRateLimiter({ perSecond: 10, burst: 1, clock });
    await limiter.take();
    const waits = [limiter.take(), limiter.take({ lane: "urgent" })];
    limiter.pause(5_000);
    limiter.pause(1_000);
    await clock.runUntil(Promise.any(waits));
    expect(clock.now()).toBe(5_000);
  });

  it("lets no more go at once than go in a second, unless `burst` says otherwise", async () => {
    const clock = createSimulatedClock();
    const limiter = createRateLimiter({ perSecond: 1, clock });
    await clock.runUntil(Promise.all([limiter.take(), limiter.take(), limiter.take()]));
    expect(clock.now()).toBe(2_000);
  });

  it("obeys no pause over a minute", async () => {
    const clock = createSimulatedClock();
    const limiter = createRateLimiter({ clock });
    limiter.pause(1e9);
    await clock.runUntil(limiter.take());
    expect(clock.now()).toBe(60_000);
  });

  it("says which lane got the turn of a request that waits in either, by the same rule", async () => {
    const clock = createSimulatedClock();
    const limiter = createRateLimiter({ perSecond: 1, clock });
    const lanes: string[] = [];
    const work = async () => {
      for (let turn = 0; turn < 7; turn++) lanes.push(await limiter.take({ lane: "either" }));
    };
    await clock.runUntil(work());
    expect(lanes.join(" ")).toBe("urgent urgent usual urgent urgent usual urgent");
    expect(limiter.waiting).toBe(0);
  });

  it("lets one who waits for a bounded time go without a turn, and keeps the order of the others", async () => {
    const clock = createSimulatedClock();
    const limiter = createRateLimiter({ perSecond: 1, burst: 1, clock });
    await limiter.take();
    const left: number[] = [];
    const late = [2_500, 300].map((timeoutMs) =>
      limiter.take({ timeoutMs }).catch((error: unknown) => {
        expect(error).toBeInstanceOf(TurnTimeoutError);
        left.push(clock.now());
      }),
    );
    const last = limiter.take();
    limiter.pause(10_000);
    await clock.runUntil(Promise.all([...late, last]));
    expect(left).toEqual([300, 2_500]);
    expect(clock.now()).toBe(10_000);
    expect(limiter.waiting).toBe(0);
  });

  it("passes pauses on to the turns that other processes share", () => {
    const pauses: number[] = [];
    const slots = { claim: () => 0, pause: (ms: number) => void pauses.push(ms) };
    const limiter = createRateLimiter({ slots });
    limiter.pause(2_000);
    limiter.pause(1e9);
    expect(pauses).toEqual([2_000, 60_000]);
  });

  it("gives the turn of one who left to the next, and keeps no timer when all have left", async () => {
    const clock = createSimulatedClock();
    const limiter = createRateLimiter({ perSecond: 1, burst: 1, clock });
    await limiter.take();
    const [first, third] = [new AbortController(), new AbortController()];
    const left = [limiter.take({ signal: first.signal })];
    const second = limiter.take();
    left.push(limiter.take({ signal: third.signal }));
    const settled = Promise.allSettled(left);
    first.abort(new Error("gone"));
    await clock.runUntil(second);
    expect(clock.now()).toBe(1_000);
    third.abort(new Error("gone"));
    expect((await settled).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(limiter.waiting).toBe(0);
    await new Promise(setImmediate);
    expect(clock.sleepers).toBe(0);
    // It still works after that.
    await clock.runUntil(limiter.take());
    expect(clock.now()).toBe(2_000);
  });
});
