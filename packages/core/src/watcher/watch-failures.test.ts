import { describe, expect, it } from "vitest";
import { ConnectionError, type QizhiError, ResponseError } from "../errors.ts";
import { createRateLimiter } from "../limiter.ts";
import { createSimulatedClock } from "../simulated-clock.fixture.ts";
import { createPlannedFleet, toPlannedId } from "./fleet.fixture.ts";
import type { JobsUpdate, WatchJobsOptions } from "./updates.ts";
import { watchJobs } from "./watch-jobs.ts";

const minute = 60_000;
const hour = 60 * minute;
const call = { operation: "detail", host: "platform", attempts: 1 };
const page = () => new ResponseError(call, 404, "a page");
const fault = () => new ResponseError(call, 500, "a page");
interface Look {
  readonly index: number;
  readonly now: number;
  readonly timeoutMs: number;
}
/** What goes wrong with a look, after how many ms. */
type Fails = (look: Look) => { error: QizhiError; afterMs?: number } | undefined;

/** Watches jobs that run for an hour, of which some looks fail. */
async function watch(count: number, fails: Fails, options: WatchJobsOptions = {}) {
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
  const told: (JobsUpdate & { at: number })[] = [];
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
      told.push({ ...update, at: clock.now() });
    }
  };
  const error: unknown = await clock.runUntil(work()).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const ended = told.filter((update) => update.type === "job" && update.isLast);
  const lost = told.filter(({ type }) => type === "lost");
  const troubles = told.filter(({ type }) => type === "trouble" || type === "recovered");
  return { told, ended, lost, troubles, failedAt, error, endedAt: clock.now() };
}

describe("an outage", () => {
  it("is told once, and of no job by itself", async () => {
    const { troubles, ended } = await watch(20, ({ now }) =>
      now > 10 * minute && now < 18 * minute ? { error: fault() } : undefined,
    );
    expect(troubles.map(({ type }) => type)).toEqual(["trouble", "recovered"]);
    expect(troubles.some((update) => "jobId" in update)).toBe(false);
    expect(ended).toHaveLength(20);
  });

  it("that nobody was answered before ends the watch with the first looks", async () => {
    const { error, failedAt, told } = await watch(100, () => ({ error: page() }));
    expect(error).toMatchObject({ code: "response", status: 404 });
    expect(failedAt.length).toBeLessThanOrEqual(4);
    expect(told.filter(({ type }) => type === "lost")).toEqual([]);
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

const silence = { reason: "TIMEOUT", text: "no answer", sent: true };
