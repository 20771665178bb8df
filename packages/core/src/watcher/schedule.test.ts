import * as fc from "fast-check";
import { expect, test } from "vitest";
import { pollIntervalMs } from "./schedule.ts";

const second = 1_000;
const hour = 3_600 * second;
const day = 24 * hour;

/** What a wait sees of a job that ends at `endMs` and changes at `changesMs`. */
function simulate(endMs: number, changesMs: number[], lookMs: number) {
  let now = 0;
  let polls = 0;
  let seen = 0;
  let changedAt = 0;
  for (;;) {
    polls += 1;
    const answeredFor = now + lookMs / 2;
    now += lookMs;
    if (answeredFor >= endMs) return { polls, lateMs: now - endMs };
    const changes = changesMs.filter((at) => at <= answeredFor).length;
    if (changes !== seen) [seen, changedAt] = [changes, now];
    now += pollIntervalMs(now, now - changedAt);
  }
}

const durations = [10, 11, 15, 30, 60, 100, 120, 300, 600, 1_200, 1_800].map(
  (each) => each * second,
);
const long = [hour, 1.01 * hour, 1.5 * hour, 2 * hour, 8 * hour, day, 3 * day, 7 * day];

/** Times at which a job leaves the queue and starts, at all parts of its life. */
function toChanges(endMs: number): number[][] {
  return [0, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98].map((part) => {
    const queued = endMs * part;
    return [queued, queued + Math.min(46 * second, (endMs - queued) / 2)];
  });
}

test.each([...durations, ...long])("the end of a job of %i ms is seen in time", (endMs) => {
  const lookMs = 20;
  for (const changes of toChanges(endMs)) {
    for (let run = 0; run < 20; run++) {
      const { lateMs } = simulate(endMs, changes, lookMs);
      expect(lateMs).toBeLessThanOrEqual(Math.min(60 * second, Math.max(5 * second, endMs * 0.05)));
    }
  }
});

test.each(long)("a job of %i ms takes at most 0.35 of the polls of a fixed 10 s", (endMs) => {
  for (const changes of toChanges(endMs)) {
    for (let run = 0; run < 20; run++) {
      const { polls } = simulate(endMs, changes, 20);
      expect(polls / (endMs / (10 * second))).toBeLessThanOrEqual(0.35);
    }
  }
});

test("the first polls come within seconds", () => {
  const first = pollIntervalMs(0, 0);
  expect(first).toBeGreaterThan(0.9 * second);
  expect(first).toBeLessThanOrEqual(second);
  expect(simulate(10 * second, [], 0).polls).toBeGreaterThanOrEqual(4);
});

test("a change brings short pauses back", () => {
  expect(pollIntervalMs(day, day)).toBeGreaterThan(50 * second);
  expect(pollIntervalMs(day, 0)).toBeLessThanOrEqual(3 * second);
});

const ms = fc.double({ min: 0, max: 30 * day, noNaN: true });

test("no pause is a busy loop or over a minute, whatever the times", () => {
  const shortest = fc.double({ min: -5, max: 50 * second, noNaN: true });
  fc.assert(
    fc.property(ms, ms, shortest, (waitedMs, unchangedMs, minIntervalMs) => {
      const pause = pollIntervalMs(waitedMs, unchangedMs, { minIntervalMs });
      expect(pause).toBeGreaterThanOrEqual(0.95 * Math.max(10, minIntervalMs));
      expect(pause).toBeLessThanOrEqual(60 * second);
    }),
  );
});

test("pauses only grow while nothing changes, but for the jitter", () => {
  fc.assert(
    fc.property(ms, ms, (earlier, later) => {
      const [first = 0, second_ = 0] = [earlier, later].toSorted((a, b) => a - b);
      expect(pollIntervalMs(second_, second_)).toBeGreaterThanOrEqual(
        0.95 * pollIntervalMs(first, first),
      );
    }),
  );
});

test("pauses of a thousand waits do not fall together", () => {
  const pauses = new Set(Array.from({ length: 1_000 }, () => pollIntervalMs(hour, hour)));
  expect(pauses.size).toBeGreaterThan(990);
});
