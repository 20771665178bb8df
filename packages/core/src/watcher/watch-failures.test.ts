import { describe, expect, it } from "vitest";
import {
  type AuthError,
  ConnectionError,
  type QizhiError,
  ResponseError,
} from "../errors/errors.ts";
import { authError } from "../errors/call-errors.ts";
import { createRateLimiter } from "../calls/limiter.ts";
import { createSimulatedClock } from "../async/simulated-clock.fixture.ts";
import { createPlannedFleet, toPlannedId } from "./fleet.fixture.ts";
import type { JobsUpdate, WaitOptions } from "./updates.ts";
import { watchJobs } from "./watch-jobs.ts";

const minute = 60_000;
const hour = 60 * minute;
const call = { operation: "detail", host: "platform", attempts: 1 };
const silence = { reason: "TIMEOUT", why: { rule: "cut", params: {} }, sent: true } as const;
const page = () => new ResponseError(call, 404, { rule: "html_page", params: {} });
const fault = () => new ResponseError(call, 500, { rule: "html_page", params: {} });
const tokenRefused = (): AuthError =>
  authError("new_token_refused", {
    host: "platform",
    operation: "detail",
    refusal: { kind: "status", status: 401, said: "", platformCode: -1 },
  });

interface Poll {
  readonly index: number;
  readonly now: number;
  readonly timeoutMs: number;
}
/** What goes wrong with a poll, after how many ms. */
type Fails = (poll: Poll) => { error: QizhiError; afterMs?: number } | undefined;

/** Watches jobs that run for an hour, of which some polls fail. */
async function watch(count: number, fails: Fails, options: WaitOptions = {}) {
  const clock = createSimulatedClock();
  const fleet = createPlannedFleet(
    clock,
    Array.from({ length: count }, (_, index) => ({
      jobId: toPlannedId(index),
      stages: [
        [0, "job_running"],
        [hour, "job_succeeded"],
      ] as const,
    })),
  );
  const reported: (JobsUpdate & { at: number })[] = [];
  const failedAt: number[] = [];
  const context = {
    ...fleet,
    clock,
    limiter: createRateLimiter({ clock }),
    async getJob(jobId: string, { timeoutMs = 120_000 }: { timeoutMs?: number | undefined } = {}) {
      const failure = fails({ index: fleet.jobIds.indexOf(jobId), now: clock.now(), timeoutMs });
      await clock.sleep(failure?.afterMs ?? 50);
      if (failure === undefined) return fleet.getJob(jobId);
      failedAt.push(clock.now());
      throw failure.error;
    },
  };
  const work = async () => {
    for await (const update of watchJobs(context, fleet.jobIds, options)) {
      reported.push({ ...update, at: clock.now() });
    }
  };
  const error: unknown = await clock.runUntil(work()).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const ended = reported.filter((update) => update.type === "job" && update.isLast);
  const lost = reported.filter(({ type }) => type === "lost");
  const troubles = reported.filter(({ type }) => type === "trouble" || type === "recovered");
  return { reported, ended, lost, troubles, failedAt, error, endedAt: clock.now() };
}

describe("the limit of a wait for many", () => {
  const limit = { timeoutMs: minute / 2 };
  // The last poll and the last turn of a job may end later.
  const latest = minute / 2 + 8_000;

  it.each([17, 100, 1_000])("holds at a platform that never answers: %i jobs", async (count) => {
    const silent: Fails = ({ timeoutMs }) => ({
      error: new ConnectionError(call, silence),
      afterMs: timeoutMs,
    });
    const { lost, error } = await watch(count, silent, limit);
    expect(error).toBeUndefined();
    expect(lost).toHaveLength(count);
    for (const { at } of lost) expect(at).toBeLessThan(latest);
  });

  it("holds where the rate allows no last poll of each", async () => {
    const { lost } = await watch(1_000, () => undefined, limit);
    expect(lost).toHaveLength(1_000);
    for (const { at } of lost) expect(at).toBeLessThan(latest);
  });
});

describe("a job that alone cannot be asked about", () => {
  it.each([
    ["an unrouted path", page()],
    ["a page of a gateway", new ResponseError(call, 403, { rule: "html_page", params: {} })],
    ["too large an answer", new ConnectionError(call, { ...silence, reason: "BODY_TOO_LARGE" })],
  ])("is lost alone after the error budget, also where it never answered: %s", async (_, cause) => {
    const { ended, lost, error } = await watch(3, ({ index }) =>
      index === 2 ? { error: cause } : undefined,
    );
    expect(error).toBeUndefined();
    expect(ended).toHaveLength(2);
    const jobId = toPlannedId(2);
    expect(lost).toMatchObject([{ jobId, error: { code: "wait_lost", jobId, cause } }]);
    expect(lost[0]?.at).toBeGreaterThanOrEqual(10 * minute);
    expect(lost[0]?.at).toBeLessThan(11 * minute);
  });

  it("waits for the first answers to the others before it ends the watch", async () => {
    const { ended, lost, error } = await watch(3, ({ index }) =>
      index === 0 ? { error: page(), afterMs: 1 } : undefined,
    );
    expect(error).toBeUndefined();
    expect([ended.length, lost.length]).toEqual([2, 1]);
  });

  it("is not given up before another job is answered: the platform may be the cause", async () => {
    for (let from = 10 * minute; from < 12 * minute; from += 7_000) {
      const refused = { error: tokenRefused() };
      const fails: Fails = ({ now }) => (now >= from ? refused : undefined);
      const { lost, error } = await watch(2, fails, { errorBudgetMs: 300 });
      expect([lost, error]).toMatchObject([[], { code: "wait_lost" }]);
    }
  });

  it.each([1, 40, 1_000, 20_000, 90_000])(
    "is not given up alone where no other is answered any more, from %i ms after it",
    async (laterMs) => {
      for (let from = 10 * minute; from < 12 * minute; from += 7_000) {
        const fails: Fails = ({ index, now }) =>
          now >= from + index * laterMs ? { error: fault() } : undefined;
        const { lost, error, endedAt } = await watch(2, fails);
        expect([lost, error]).toMatchObject([[], { code: "wait_lost" }]);
        expect(endedAt).toBeLessThan(from + laterMs + 12 * minute);
      }
    },
  );

  it("is reported once by its id before it is lost, and without the others", async () => {
    const { troubles, lost } = await watch(2, ({ index }) =>
      index === 1 ? { error: fault() } : undefined,
    );
    const jobId = toPlannedId(1);
    expect(troubles).toMatchObject([{ type: "trouble", jobId, error: { code: "response" } }]);
    expect(troubles[0]?.at).toBeLessThan(minute);
    expect(lost).toMatchObject([{ jobId }]);
  });

  it("is reported again once it can be polled", async () => {
    const { troubles, ended } = await watch(2, ({ index, now }) =>
      index === 1 && now < 5 * minute ? { error: fault() } : undefined,
    );
    const jobId = toPlannedId(1);
    expect(troubles).toMatchObject([
      { type: "trouble", jobId },
      { type: "recovered", jobId },
    ]);
    expect(ended).toHaveLength(2);
  });

  it.each([1, 2, 3, 4])("makes no outage, also if there are %i of its kind", async (bad) => {
    const { troubles, lost, ended, error } = await watch(
      bad + 1,
      ({ index }) => (index > 0 ? { error: fault() } : undefined),
      { errorBudgetMs: 20 * minute },
    );
    expect(error).toBeUndefined();
    expect([ended.length, lost.length]).toEqual([1, bad]);
    const own = troubles.filter((update) => "jobId" in update);
    expect(new Set(own.map(({ jobId }) => jobId)).size).toBe(bad);
    // Before each is known for its own trouble, several in a row look like one of the platform, in the first two
    // rounds of polls at most: four reports. A job that had been reported before the second is reported once more.
    expect(troubles.length).toBeLessThanOrEqual(bad + 5);
  });

  it("does not end the watch after a budget that is shorter than a pause", async () => {
    const isBad = (index: number, now: number) => index === 1 && now > 30 * minute;
    const { lost, ended, error } = await watch(
      2,
      ({ index, now }) => (isBad(index, now) ? { error: fault() } : undefined),
      { errorBudgetMs: 2_000 },
    );
    expect(error).toBeUndefined();
    expect([ended.length, lost.length]).toEqual([1, 1]);
  });
});

describe("an outage", () => {
  it("is named by the failure before the last poll, which the end of the wait cut short", async () => {
    const timeout = new ConnectionError(call, silence);
    const { error } = await watch(
      1,
      ({ timeoutMs }) =>
        timeoutMs < 120_000 ? { error: timeout, afterMs: timeoutMs } : { error: fault() },
      { errorBudgetMs: 5 * minute },
    );
    expect(error).toMatchObject({ code: "wait_lost", cause: { code: "response", status: 500 } });
  });

  it("is reported once, and for no single job", async () => {
    const { troubles, ended } = await watch(20, ({ now }) =>
      now > 10 * minute && now < 18 * minute ? { error: fault() } : undefined,
    );
    expect(troubles.map(({ type }) => type)).toEqual(["trouble", "recovered"]);
    expect(troubles.some((update) => "jobId" in update)).toBe(false);
    expect(ended).toHaveLength(20);
  });

  it("before any answer ends the watch with the first polls", async () => {
    const { error, failedAt, reported } = await watch(100, () => ({ error: page() }));
    expect(error).toMatchObject({ code: "response", status: 404 });
    expect(failedAt.length).toBeLessThanOrEqual(4);
    expect(reported.filter(({ type }) => type === "lost")).toEqual([]);
  });

  it("of a silent platform ends the watch a few seconds after the error budget", async () => {
    const { error, endedAt } = await watch(
      10,
      ({ now, timeoutMs }) =>
        now > minute
          ? { error: new ConnectionError(call, silence), afterMs: timeoutMs }
          : undefined,
      { errorBudgetMs: 3 * minute },
    );
    expect(error).toMatchObject({ code: "wait_lost" });
    expect(endedAt).toBeGreaterThanOrEqual(4 * minute);
    expect(endedAt).toBeLessThan(4 * minute + 10_000);
  });
});

describe("new tokens that are refused", () => {
  const refusedFrom =
    (from: number, to = Infinity): Fails =>
    ({ now }) =>
      now >= from && now < to ? { error: tokenRefused() } : undefined;

  it("are asked for about once a minute by 100 jobs together", async () => {
    const { failedAt, error, endedAt } = await watch(100, refusedFrom(10 * minute));
    expect(error).toMatchObject({ code: "wait_lost", cause: { code: "auth" } });
    expect(endedAt).toBeLessThan(20 * minute + 10_000);
    // Each failed poll is a login: at first after 1 s, 2 s, 4 s, then after a minute.
    expect(failedAt.length).toBeLessThanOrEqual(20);
    const settled = failedAt.filter((at) => at > 12 * minute && at < 19.5 * minute);
    expect(settled.length).toBeGreaterThanOrEqual(7);
    expect(settled.length).toBeLessThanOrEqual(8);
  });

  it("keep nobody past a limit, and cost no login for it", async () => {
    const { failedAt, lost, error } = await watch(100, refusedFrom(10 * minute), {
      timeoutMs: 15 * minute,
    });
    expect(error).toBeUndefined();
    expect(lost).toHaveLength(100);
    for (const { at } of lost) expect(at).toBeLessThan(15 * minute + 10_000);
    const codes = lost.map((update) => update.type === "lost" && update.error.code);
    expect(new Set(codes)).toEqual(new Set(["wait_timeout"]));
    expect(failedAt.length).toBeLessThanOrEqual(15);
  });

  it("are no reason to wait once one was taken", async () => {
    const { troubles, ended } = await watch(100, refusedFrom(10 * minute, 13 * minute));
    expect(troubles.map(({ type }) => type)).toEqual(["trouble", "recovered"]);
    expect(troubles[1]?.at).toBeLessThan(14.5 * minute);
    expect(ended).toHaveLength(100);
    for (const { at } of ended) expect(at).toBeLessThan(hour + 3 * minute);
  });

  it("for one job alone hold the others back for moments only", async () => {
    const { failedAt, lost, ended, reported } = await watch(
      10,
      ({ index }) => (index === 9 ? { error: tokenRefused() } : undefined),
      { everyPoll: true },
    );
    expect(failedAt.length).toBeLessThanOrEqual(20);
    expect([ended.length, lost.length]).toEqual([9, 1]);
    const polls = reported.filter(({ at, type }) => type === "job" && at < 10 * minute);
    expect(polls.length).toBeGreaterThan(9 * 20);
  });

  it("leave no job without a turn: each is asked about before all are given up", async () => {
    const { error, endedAt } = await watch(2, refusedFrom(1), { errorBudgetMs: 2_000 });
    expect(error).toMatchObject({ code: "wait_lost" });
    expect(endedAt).toBeLessThan(10_000);
  });
});
