import { describe, expect, test } from "vitest";
import { createTestClock, failureOf } from "../client/client.fixture.ts";
import { createClient } from "../client/create-client.ts";
import type { JobUpdate, WaitOptions } from "../index.ts";
import {
  enveloped,
  type Replay,
  type ReplayRequest,
  type ReplayStep,
  startReplay,
} from "../calls/replay.fixture.ts";

const jobId = "job-aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa";
const second = 1_000;
const minute = 60 * second;

/** A wait on a test's clock: what it gave or threw, its updates, and how long it took. */
async function waitOn(replay: Replay, options: WaitOptions = {}) {
  const clock = createTestClock();
  const startedAt = clock.now();
  const credentials = { username: "someone", password: "hunter2-of-someone" };
  const client = createClient({ baseUrl: replay.url, credentials, clock });
  const updates: JobUpdate[] = [];
  const onUpdate = (update: JobUpdate) => void updates.push(update);
  const wait = client.waitForJob(jobId, { ...options, onUpdate });
  const outcome = await wait.then(
    (job) => ({ job, error: undefined }),
    async () => ({ job: undefined, error: await failureOf(wait) }),
  );
  return { ...outcome, updates, tookMs: clock.now() - startedAt };
}

const job = (status: string, more: object = {}): ReplayStep =>
  enveloped({ job_id: jobId, status, ...more });
const times = (count: number, step: ReplayStep): ReplayStep[] =>
  Array.from({ length: count }, () => step);
const refusal = (code: number, message: string, http = 200): ReplayStep => ({
  http,
  body: { code, message, data: null },
});

describe("the limit of the queue", () => {
  test("counts each stay from when it was seen to begin", async () => {
    const queued = times(4, job("job_queuing"));
    const running = times(12, job("job_running"));
    await using replay = await startReplay({
      detail: [...queued, ...running, ...queued, job("job_running"), job("job_succeeded")],
    });
    const limits = { queueTimeoutMs: 30 * second, minIntervalMs: second };
    const { job: ended, error, tookMs } = await waitOn(replay, limits);
    expect(error).toBeUndefined();
    expect(ended).toMatchObject({ status: "job_succeeded" });
    expect(tookMs).toBeGreaterThan(45 * second);
  });

  test("ends the wait for a job that ran and queues again for that long", async () => {
    await using replay = await startReplay({
      detail: [...times(20, job("job_running")), job("job_queuing")],
    });
    const { error, tookMs } = await waitOn(replay, { queueTimeoutMs: 5 * minute });
    expect(error).toMatchObject({ code: "wait_timeout", limit: "queue", status: "job_queuing" });
    expect(tookMs).toBeGreaterThan(6 * minute);
  });

  test("counts each round for itself, also where no poll saw the job run", async () => {
    const round = (current_running_round: number) =>
      times(5, job("job_queuing", { current_running_round }));
    await using replay = await startReplay({
      detail: [...round(1), ...round(2), job("job_running"), job("job_succeeded")],
    });
    const { job: ended, tookMs } = await waitOn(replay, { queueTimeoutMs: 25 * second });
    expect(ended).toMatchObject({ status: "job_succeeded" });
    expect(tookMs).toBeGreaterThan(25 * second);
  });

  test("is reached by no job that may have left the queue while nobody could ask", async () => {
    await using replay = await startReplay({
      detail: [
        ...times(3, job("job_queuing")),
        ...times(8, { http: 502, body: "" }),
        job("job_running"),
        job("job_succeeded"),
      ],
    });
    const { job: ended, tookMs } = await waitOn(replay, { queueTimeoutMs: 8 * second });
    expect(ended).toMatchObject({ status: "job_succeeded" });
    expect(tookMs).toBeGreaterThan(10 * second);
  });

  test("is reached by a job that still queues after an outage", async () => {
    const outage = times(8, { http: 502, body: "" });
    await using replay = await startReplay({
      detail: [job("job_queuing"), ...outage, job("job_queuing")],
    });
    const { error } = await waitOn(replay, { queueTimeoutMs: 8 * second });
    expect(error).toMatchObject({ code: "wait_timeout", limit: "queue", status: "job_queuing" });
  });

  test("counts from the begin for a job that nobody has seen", async () => {
    await using replay = await startReplay({ detail: { http: 502, body: "" } });
    const { error, tookMs } = await waitOn(replay, { queueTimeoutMs: minute });
    expect(error).toMatchObject({ code: "wait_timeout", limit: "queue", status: undefined });
    expect(tookMs).toBeLessThanOrEqual(minute + 6 * second);
  });
});

describe("a status that this version does not know", () => {
  const created = Date.now() - 10 * minute;
  const end = String(created + 5 * minute);
  const timeline = { created: String(created), run: String(created + minute) };

  test.each([
    ["timeline.finished", { timeline: { ...timeline, finished: end } }],
    ["finished_at", { created_at: String(created), finished_at: end }],
    ["seconds", { finished_at: String(Math.floor(Number(end) / second)) }],
    ["ISO 8601", { finished_at: new Date(Number(end)).toISOString() }],
  ])("beside an end in %s ends the wait after some polls, with no success", async (_, more) => {
    const ended = job("job_evaporated", more);
    await using replay = await startReplay({ detail: [job("job_running", { timeline }), ended] });
    const { error, updates, tookMs } = await waitOn(replay);
    const endedAt = new Date(Math.floor(Number(end) / second) * second).toISOString();
    expect(error).toMatchObject({ code: "job_ended", jobId, status: "job_evaporated" });
    expect(String(error)).toMatch(
      /The platform says that job \S+ ended at .*, with a status that this version does not know: job_evaporated\./,
    );
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({
      job_id: jobId,
      status: "job_evaporated",
      ended_at: expect.stringContaining(endedAt.slice(0, 19)),
    });
    expect(replay.count("detail")).toBe(4);
    expect(tookMs).toBeLessThan(minute);
    expect(updates.map((update) => update.type === "job" && update.phase)).toEqual([
      "running",
      "ended",
      "ended",
    ]);
    expect(updates.every((update) => update.type === "job" && !update.isTerminal)).toBe(true);
  });

  test("beside an end without a zone ends the wait, at no time that is certain", async () => {
    const finished_at = new Date(Date.now() - minute).toISOString().slice(0, 19).replace("T", " ");
    await using replay = await startReplay({ detail: job("job_evaporated", { finished_at }) });
    const { error } = await waitOn(replay);
    expect(error).toMatchObject({ code: "job_ended", endedAtMs: undefined });
    expect(String(error)).toContain(`job ${jobId} ended, with a status that this version`);
  });

  test("and an end that is taken back lets the wait go on", async () => {
    const ended = job("UNKNOWN", { finished_at: end });
    await using replay = await startReplay({
      detail: [ended, ended, job("UNKNOWN"), ended, ended, job("job_succeeded")],
    });
    const { job: last } = await waitOn(replay);
    expect(last).toMatchObject({ status: "job_succeeded" });
  });

  test.each([
    ["zero", "0"],
    ["the zero of another type", "-62135596800000"],
    ["before the job's creation", String(created - 60 * minute)],
    ["far in the future", String(Date.now() + 400 * 24 * 60 * minute)],
    ["no time", "soon"],
    ["long before its creation, without a zone", "2026-10-28 13:08:08"],
    ["too large a number", "99999999999999999999999"],
  ])("beside an end that is %s is waited for", async (_, finished) => {
    const more = { timeline: { ...timeline, finished }, finished_at: finished };
    await using replay = await startReplay({ detail: job("job_evaporated", more) });
    const { error } = await waitOn(replay, { timeoutMs: 10 * minute });
    expect(error).toMatchObject({ code: "wait_timeout", status: "job_evaporated" });
  });
});

describe("a pause that the platform asks for and that is longer than the error budget", () => {
  const hour = 60 * minute;
  const asks: ReplayStep = { http: 429, body: "", headers: { "retry-after": "3600" } };

  test("is made, and does not count", async () => {
    await using replay = await startReplay({
      detail: [job("job_running"), asks, { http: 502, body: "" }, job("job_succeeded")],
    });
    const { job: ended, tookMs } = await waitOn(replay, { errorBudgetMs: minute });
    expect(ended).toMatchObject({ status: "job_succeeded" });
    expect(tookMs).toBeGreaterThanOrEqual(hour);
    expect(replay.count("detail")).toBe(4);
  });

  test("is not made a second time in a row", async () => {
    await using replay = await startReplay({ detail: [job("job_running"), asks] });
    const { error, tookMs } = await waitOn(replay);
    expect(error).toMatchObject({ code: "wait_lost", cause: { status: 429 } });
    expect(String(error)).toContain("The job itself goes on.");
    expect([replay.count("detail"), Math.floor(tookMs / hour)]).toEqual([3, 1]);
  });

  test("ends with the limit of the wait all the same", async () => {
    await using replay = await startReplay({ detail: [job("job_running"), asks] });
    const { error, tookMs } = await waitOn(replay, { timeoutMs: 20 * minute });
    expect(error).toMatchObject({ code: "wait_timeout" });
    expect(tookMs).toBeLessThan(21 * minute);
    expect(replay.count("detail")).toBeLessThanOrEqual(3);
  });
});

describe("a job that was seen and is refused", () => {
  const refusals: [string, ReplayStep][] = [
    ["an unknown job", refusal(100002, "parameter error")],
    ["an unknown job with HTTP 400", refusal(100002, "参数错误", 400)],
    ["no permission", refusal(100003, "permission denied")],
    ["no such resource", refusal(100004, "resource not found", 403)],
    ["HTTP 404 in an envelope", refusal(4_711, "job not found", 404)],
    [
      "an error with a name",
      { body: { ResponseMetadata: { Error: { Code: "ResourceNotFound", Message: "no job" } } } },
    ],
  ];

  test.each(refusals)("for some seconds is waited over: %s", async (_, step) => {
    await using replay = await startReplay({
      detail: [job("job_running"), ...times(3, step), job("job_running"), job("job_succeeded")],
    });
    const { job: ended, updates } = await waitOn(replay);
    expect(ended).toMatchObject({ status: "job_succeeded" });
    const types = updates.map(({ type }) => type);
    expect(types).toEqual(["job", "trouble", "recovered", "job"]);
    const lastSeen = { status: "job_running", atMs: expect.any(Number) };
    expect(updates[1]).toMatchObject({ jobId, error: { code: "api" }, lastSeen });
    expect(updates[2]).toMatchObject({ jobId });
  });

  test.each(refusals)("for good is gone, after some polls: %s", async (_, step) => {
    await using replay = await startReplay({ detail: [job("job_running"), step] });
    const { error, tookMs } = await waitOn(replay);
    expect(error).toMatchObject({ code: "job_gone", jobId, status: "job_running" });
    expect(String(error)).toMatch(
      /is gone: it was job_running at .*; since then the platform does not know it .*deleted, or this account may not see it any more/,
    );
    expect(String(error)).not.toMatch(/check the (job )?id|goes on/i);
    expect(replay.count("detail")).toBeGreaterThanOrEqual(4);
    expect(tookMs).toBeGreaterThanOrEqual(30 * second);
    expect(tookMs).toBeLessThan(minute);
  });

  test("late in a wait is asked about again within seconds", async () => {
    await using replay = await startReplay({
      detail: [...times(60, job("job_running")), refusal(100002, "parameter error")],
    });
    const { error } = await waitOn(replay);
    expect(error).toMatchObject({ code: "job_gone" });
    expect(replay.count("detail")).toBeGreaterThanOrEqual(63);
  });

  test("for another reason is waited over for the error budget", async () => {
    await using replay = await startReplay({
      detail: [job("job_running"), refusal(-100000, "参数校验错误", 400)],
    });
    const { error, tookMs, updates } = await waitOn(replay, { errorBudgetMs: 5 * minute });
    expect(error).toMatchObject({ code: "wait_lost", cause: { code: "api" } });
    expect(String(error)).toContain("whether it goes on is not known");
    expect(updates[1]).toMatchObject({ type: "trouble", lastSeen: { status: "job_running" } });
    expect(tookMs).toBeGreaterThanOrEqual(5 * minute);
  });

  test("by a gateway that has no route is an outage, and the job is not gone", async () => {
    const noRoute: ReplayStep = { http: 404, body: { error_msg: "404 Route Not Found" } };
    await using replay = await startReplay({
      detail: [job("job_running"), ...times(20, noRoute), job("job_succeeded")],
    });
    const { job: ended, tookMs } = await waitOn(replay);
    expect(ended).toMatchObject({ status: "job_succeeded" });
    expect(tookMs).toBeGreaterThan(minute);
    await using forGood = await startReplay({ detail: [job("job_running"), noRoute] });
    expect((await waitOn(forGood)).error).toMatchObject({ code: "wait_lost" });
  });

  test("at the limit of the wait is gone, and not active", async () => {
    await using replay = await startReplay({
      detail: [job("job_running"), refusal(100002, "parameter error")],
    });
    const { error } = await waitOn(replay, { timeoutMs: 20 * second });
    expect(error).toMatchObject({ code: "job_gone", status: "job_running" });
  });

  test("after it had ended is gone without a pause for second thoughts", async () => {
    await using replay = await startReplay({ detail: refusal(100002, "parameter error") });
    const lastSeen = () => ({ status: "job_succeeded", atMs: Date.now() - minute });
    const { error, tookMs } = await waitOn(replay, { lastSeen });
    expect(error).toMatchObject({ code: "job_gone", status: "job_succeeded", hasEnded: true });
    expect(String(error)).not.toContain("still runs");
    expect(tookMs).toBeLessThan(30 * second);
  });

  test("after a poll of the same client, before the wait, is waited over", async () => {
    await using replay = await startReplay({
      detail: [job("job_running"), ...times(3, refusal(100002, "no job")), job("job_stopped")],
    });
    const client = createClient({
      baseUrl: replay.url,
      credentials: { username: "someone", password: "hunter2-of-someone" },
      clock: createTestClock(),
    });
    await client.getJob(jobId);
    expect(await client.waitForJob(jobId)).toMatchObject({ status: "job_stopped" });
  });

  test("before it was ever seen ends the wait at once, with the advice for a wrong id", async () => {
    await using replay = await startReplay({ detail: refusal(100002, "parameter error") });
    const { error } = await waitOn(replay);
    expect(error).toMatchObject({ code: "api", platformCode: 100002 });
    expect(String(error)).toContain("Check the job id");
    expect(replay.count("detail")).toBe(1);
  });
});

describe("a job that an earlier process has seen", () => {
  const atMs = Date.parse("2026-01-05T09:00:00Z");
  const lastSeen = () => ({ status: "job_queuing", atMs });

  test.each([
    ["unknown", refusal(100002, "parameter error")],
    ["forbidden", refusal(100003, "permission denied", 403)],
    ["refused", refusal(-100000, "参数校验错误", 400)],
  ])("is not lost because it is %s for some seconds", async (_, step) => {
    await using replay = await startReplay({
      detail: [...times(3, step), job("job_running"), job("job_succeeded")],
    });
    const { job: ended, error } = await waitOn(replay, { lastSeen });
    expect(error).toBeUndefined();
    expect(ended).toMatchObject({ status: "job_succeeded" });
  });

  test("is gone when it stays unknown, with what was seen of it", async () => {
    await using replay = await startReplay({ detail: refusal(100002, "parameter error") });
    const { error, tookMs } = await waitOn(replay, { lastSeen });
    expect(error).toMatchObject({ code: "job_gone", status: "job_queuing", seenAtMs: atMs });
    expect(tookMs).toBeGreaterThanOrEqual(30 * second);
    expect(tookMs).toBeLessThan(minute);
  });

  test("is followed also where the caller's own function fails", async () => {
    await using replay = await startReplay({ detail: job("job_succeeded") });
    const fails = () => {
      throw new TypeError("a bug of the caller");
    };
    const { job: ended } = await waitOn(replay, { lastSeen: fails });
    expect(ended).toMatchObject({ status: "job_succeeded" });
  });

  test("is looked for by its id: another has no such grace", async () => {
    await using replay = await startReplay({ detail: refusal(100002, "parameter error") });
    const { error } = await waitOn(replay, { lastSeen: () => undefined });
    expect(error).toMatchObject({ code: "api" });
    expect(replay.count("detail")).toBe(1);
  });
});

describe("the error budget", () => {
  test("bounds the first poll that fails, too", async () => {
    let asked = 0;
    await using replay = await startReplay({
      detail: ({ body }) => {
        asked += 1;
        return asked === 1
          ? enveloped({ job_id: body["job_id"], status: "job_running" })
          : undefined;
      },
    });
    const clock = createTestClock();
    const began: number[] = [];
    const client = createClient({
      baseUrl: replay.url,
      accessToken: "kept-token",
      clock,
      attemptTimeoutMs: 20,
      onEvent: ({ type }) => {
        if (type === "request") began.push(clock.now());
        // Each attempt that is not answered takes its time on the wait's clock.
        if (type === "retry") clock.pass(10 * second);
      },
    });
    const error = await failureOf(client.waitForJob(jobId, { errorBudgetMs: 20 * second }));
    expect(error).toMatchObject({ code: "wait_lost" });
    expect(clock.now() - began[1]!).toBeLessThan(40 * second);
  });
});

test("a job that is removed in mid-poll does not report that its trouble is over", async () => {
  const other = jobId.replaceAll("a", "b");
  const running = ({ body }: ReplayRequest) =>
    enveloped({ job_id: body["job_id"], status: "job_running" });
  const inMidPoll = (request: ReplayRequest) => {
    watcher.remove(jobId);
    watcher.add(other);
    return running(request);
  };
  await using replay = await startReplay({
    detail: [running, refusal(100002, "no job"), inMidPoll, running],
  });
  const client = createClient({
    baseUrl: replay.url,
    credentials: { username: "someone", password: "hunter2-of-someone" },
    clock: createTestClock(),
  });
  const watcher = client.openWatcher();
  watcher.add(jobId);
  const seen: string[] = [];
  for await (const update of watcher) {
    seen.push(update.type);
    if (update.type === "job" && update.jobId === other) watcher.close();
  }
  expect(seen).toEqual(["job", "trouble", "job"]);
});
