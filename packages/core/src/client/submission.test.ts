import { describe, expect, test } from "vitest";
import type { TokenOwner } from "./auth.ts";
import {
  count,
  createTestClock,
  failureOf,
  openClient,
  openPlatform,
  spec,
} from "./client.fixture.ts";
import type { FaultAction } from "../local/index.ts";
import { classifyCreateError, type CreateFailure, toFailedOutcome } from "./submission.ts";
import { createClient } from "./create-client.ts";
import { InputError, isQizhiError } from "../errors/errors.ts";
import { type ReplayAnswer, replayJobId, startReplay } from "../calls/replay.fixture.ts";

interface Expected {
  /** How many creates reach the platform. */
  creates: number;
  /** How many jobs exist then. */
  jobs: 0 | 1;
  /** `code` of the error, or `job`. */
  outcome: string;
}

const once = (jobs: 0 | 1, outcome: string): Expected => ({ creates: 1, jobs, outcome });
const unknown = (jobs: 0 | 1) => once(jobs, "submission_unknown");
const made: Expected = once(1, "job");
// Refused before it acted, each time: sent up to five times, and no job.
const refused: Expected = { creates: 5, jobs: 0, outcome: "api" };
const tokenRefused: Expected = { creates: 2, jobs: 0, outcome: "auth" };

const always: [string, FaultAction, Expected][] = [
  ["latency", { kind: "latency", ms: 5 }, made],
  ["an effect that comes late", { kind: "late-effect", ms: 5 }, made],
  ["latency beyond the deadline", { kind: "latency", ms: 2_000 }, unknown(1)],
  ["no answer", { kind: "never-answer" }, unknown(0)],
  ["no answer, after the effect", { kind: "never-answer", effect: true }, unknown(1)],
  ["a dripping answer", { kind: "drip", intervalMs: 200 }, unknown(1)],
  ["a reset", { kind: "reset" }, unknown(0)],
  ["a reset after the effect", { kind: "reset", effect: true }, unknown(1)],
  ["a body cut off", { kind: "truncated-body" }, unknown(1)],
  ["half of the JSON", { kind: "cut-json" }, unknown(1)],
  ["an HTML page", { kind: "html-200" }, unknown(0)],
  ["an HTML page after the effect", { kind: "html-200", effect: true }, unknown(1)],
  ["500 with a code", { kind: "server-error" }, unknown(0)],
  ["500 with a code after the effect", { kind: "server-error", effect: true }, unknown(1)],
  ["500 with code 500", { kind: "server-error", code: 500, effect: true }, unknown(1)],
  ["502", { kind: "gateway-error" }, unknown(0)],
  ["502 after the effect", { kind: "gateway-error", effect: true }, unknown(1)],
  ["503 after the effect", { kind: "gateway-error", status: 503, effect: true }, unknown(1)],
  [
    "504 with the code of a refused token",
    {
      kind: "reply",
      status: 504,
      body: '{"code":-1,"message":"upstream request timeout"}',
      effect: true,
    },
    unknown(1),
  ],
  [
    "504 with the code of too many requests",
    {
      kind: "reply",
      status: 504,
      body: '{"code":429,"message":"upstream request timeout"}',
      effect: true,
    },
    unknown(1),
  ],
  ["504 after the effect", { kind: "gateway-error", status: 504, effect: true }, unknown(1)],
  ["408", { kind: "reply", status: 408, body: "" }, unknown(0)],
  ["a fault with HTTP 200", { kind: "reply", status: 200, body: '{"code":500}' }, unknown(0)],
  [
    "no job_id",
    { kind: "reply", status: 200, body: '{"code":0,"data":{}}', effect: true },
    unknown(1),
  ],
  ["no data", { kind: "reply", status: 200, body: '{"code":0}', effect: true }, unknown(1)],
  ["a list", { kind: "reply", status: 200, body: "[]", effect: true }, unknown(1)],
  ["null", { kind: "reply", status: 200, body: "null", effect: true }, unknown(1)],
  ["a text as JSON", { kind: "reply", status: 200, body: '"ok"', effect: true }, unknown(1)],
  [
    "a code that is none",
    { kind: "reply", status: 200, body: '{"code":{}}', effect: true },
    unknown(1),
  ],
  ["nothing", { kind: "reply", status: 200, body: "", effect: true }, unknown(1)],
  ["204", { kind: "reply", status: 204, body: "", effect: true }, unknown(1)],
  [
    "an id that cannot be asked for",
    { kind: "reply", status: 200, body: '{"code":0,"data":{"job_id":"../x"}}', effect: true },
    unknown(1),
  ],
  ["hostile text", { kind: "hostile-text" }, made],
  ["an unknown status", { kind: "unknown-status" }, made],
  ["429 as HTML", { kind: "rate-limit" }, refused],
  ["429 as JSON", { kind: "rate-limit", body: "json", retryAfterSec: 1 }, refused],
  ["code -1", { kind: "token-refused" }, tokenRefused],
  ["code -1 with 401", { kind: "token-refused", status: 401 }, tokenRefused],
  ["code -1 with 403", { kind: "token-refused", status: 403 }, tokenRefused],
  ["a redirect", { kind: "login-redirect" }, tokenRefused],
  ["bad parameters", { kind: "reply", status: 400, body: '{"code":-100000}' }, once(0, "api")],
  ["an unknown refusal", { kind: "reply", status: 200, body: '{"code":200006}' }, once(0, "api")],
  [
    "an unrouted path",
    { kind: "reply", status: 404, body: "404 page not found" },
    once(0, "response"),
  ],
];

describe("a create that always meets", () => {
  test.each(always)("%s", async (_name, fault, expected) => {
    await using platform = await openPlatform({ faults: [{ operation: "create", fault }] });
    // Short only where it is waited for, so that a busy machine does not add a deadline of its own.
    const isSilent = /^(never-answer|drip|latency)$/.test(fault.kind) && expected !== made;
    const client = openClient(platform, isSilent ? { attemptTimeoutMs: 400 } : {});
    await client.authenticate();
    const outcome = await client.createJob(spec).then(
      () => "job",
      (error: unknown) => failureOf(Promise.reject(error)),
    );
    const code = outcome instanceof Error && "code" in outcome ? outcome.code : outcome;
    expect({
      creates: count(platform, "create"),
      jobs: platform.jobs().length,
      outcome: code,
    }).toEqual(expected);
  });
});

describe("a create that once meets", () => {
  test.each<[string, FaultAction]>([
    ["429", { kind: "rate-limit" }],
    ["429 with Retry-After", { kind: "rate-limit", body: "json", retryAfterSec: 5 }],
    ["a refused token", { kind: "token-refused" }],
    ["a refused token with 401", { kind: "token-refused", status: 401 }],
    ["a redirect to a login", { kind: "login-redirect" }],
  ])("%s is sent again and creates one job", async (_name, fault) => {
    await using platform = await openPlatform({
      faults: [{ operation: "create", calls: [1], fault }],
    });
    const job = await openClient(platform).createJob(spec);
    expect(platform.jobs().map(({ jobId }) => jobId)).toEqual([job.job_id]);
    expect(count(platform, "create")).toBe(2);
  });

  test("a closed port is sent again once it is open, and creates one job", async () => {
    await using platform = await openPlatform();
    const clock = createTestClock();
    const client = openClient(platform, { clock });
    await client.authenticate();
    await platform.outage();
    clock.onSleep = () => (clock.sleeps.length === 3 ? platform.restore() : undefined);
    await client.createJob(spec);
    expect(clock.sleeps).toHaveLength(3);
    expect(count(platform, "create")).toBe(1);
    expect(platform.jobs()).toHaveLength(1);
  });
});

describe("a create that was not sent", () => {
  test("because the port stays closed is a connection error", async () => {
    await using platform = await openPlatform();
    const client = openClient(platform);
    await client.authenticate();
    await platform.outage();
    expect(await failureOf(client.createJob(spec))).toMatchObject({
      code: "connection",
      reason: "ECONNREFUSED",
      sent: false,
      call: { operation: "create", attempts: 5 },
    });
  });

  test("because the name does not exist is a connection error", async () => {
    await using platform = await openPlatform();
    const tokenStore = {
      read: async (owner: TokenOwner) => ({ ...owner, value: "kept", expiresAt: undefined }),
      write: async () => {},
      remove: async () => {},
    };
    const baseUrl = "https://platform.invalid";
    const client = openClient(platform, { baseUrl, tokenStore, maxAttempts: 2 });
    const error = await failureOf(client.createJob(spec));
    expect(error).toMatchObject({ code: "connection", sent: false, call: { operation: "create" } });
  });

  test.each<[string, FaultAction, string]>([
    ["a gateway page", { kind: "gateway-error" }, "response"],
    ["a reset", { kind: "reset" }, "connection"],
    ["a fault of the platform", { kind: "server-error" }, "api"],
  ])("because the login before it met %s is that error", async (_name, fault, code) => {
    await using platform = await openPlatform({ faults: [{ operation: "token", fault }] });
    const error = await failureOf(openClient(platform).createJob(spec));
    expect(error).toMatchObject({ code, call: { operation: "token" } });
    expect(count(platform, "create")).toBe(0);
  });

  test("again because the new login met a gateway page is that error", async () => {
    await using platform = await openPlatform();
    const client = openClient(platform);
    await client.authenticate();
    platform.setFaults([
      { operation: "create", fault: { kind: "token-refused" } },
      { operation: "token", fault: { kind: "gateway-error" } },
    ]);
    const error = await failureOf(client.createJob(spec));
    expect(error).toMatchObject({ code: "response", call: { operation: "token" } });
    expect(count(platform, "create")).toBe(1);
    expect(platform.jobs()).toHaveLength(0);
  });

  test("because its time had passed is a connection error", async () => {
    await using platform = await openPlatform();
    const clock = createTestClock();
    const client = openClient(platform, { clock, onToken: () => clock.pass(20_000) });
    const error = await failureOf(client.createJob(spec, { timeoutMs: 10_000 }));
    expect(error).toMatchObject({ code: "connection", sent: false });
    expect(count(platform, "create")).toBe(0);
  });

  test("because of the quota says that it is the quota", async () => {
    await using platform = await openPlatform({ quota: { submittedGpus: 0 } });
    const error = await failureOf(openClient(platform).createJob(spec));
    expect(error).toMatchObject({ code: "api", isQuotaRefusal: true });
    expect(String(error)).toContain("总项目配额不足");
    expect(count(platform, "create")).toBe(1);
  });

  test("because of the quota, behind HTTP 500, is no unknown submission", async () => {
    const message = "总项目配额不足：超出总提交配额限制，该任务提交失败";
    await using platform = await openPlatform({
      quota: { submittedGpus: 0 },
      wire: { quotaRefusal: { status: 500, code: 100000, message } },
    });
    expect(await failureOf(openClient(platform).createJob(spec))).toMatchObject({ code: "api" });
    expect(count(platform, "create")).toBe(1);
  });
});

test("an unknown submission says what to look for, where, and that the job was not sent again", async () => {
  await using platform = await openPlatform({
    faults: [
      { operation: "create", calls: [1], fault: { kind: "rate-limit" } },
      { operation: "create", fault: { kind: "reset", effect: true } },
    ],
  });
  const before = new Date().toISOString();
  const name = "night\u202erun";
  const error = await failureOf(openClient(platform).createJob({ ...spec, name }));
  const listUrl = `${platform.url}/jobs/distributedTraining?spaceId=${spec.workspace_id}`;
  expect(error).toMatchObject({
    name: "SubmissionUnknownError",
    jobName: name,
    listUrl,
    cause: { code: "connection", sent: true, call: { operation: "create", attempts: 2 } },
  });
  const json = JSON.parse(JSON.stringify(error));
  expect(json).toMatchObject({ code: "submission_unknown", job_name: name, list_url: listUrl });
  expect(json.sent_at >= before && json.sent_at <= new Date().toISOString()).toBe(true);
  expect(String(error)).toContain("night\\u202erun");
  expect(String(error)).toContain(listUrl);
  expect(String(error)).toContain("may be a second bill");
});

test("a spec may carry unknown keys where the caller says so", async () => {
  await using platform = await openPlatform({ wire: { unknownFields: "accept" } });
  const client = openClient(platform);
  const extended = { ...spec, description: "new" };
  expect(await failureOf(client.createJob(extended))).toMatchObject({ code: "spec" });
  await client.createJob(extended, { allowUnknown: true });
  const create = platform.requests.find(({ operation }) => operation === "create");
  expect(JSON.parse(create?.body ?? "")).toMatchObject({ description: "new" });
});

test.each([
  [{ timeoutMs: Number.NaN }, "timeoutMs of createJob is NaN, not a number of at least 0."],
  [{ timeoutMs: "5000" }, "timeoutMs of createJob is 5000, not a number of at least 0."],
  [{ allowUnkown: true }, 'createJob has no option "allowUnkown". Write allowUnknown.'],
  [{ pace: 5 }, 'createJob has no option "pace". It has signal, timeoutMs, allowUnknown, runId.'],
])("a create with a wrong option is not sent: %j", async (options: object, words) => {
  await using platform = await openPlatform();
  const error = await failureOf(openClient(platform).createJob(spec, options));
  expect(error).toMatchObject({ code: "input", message: words });
  expect(platform.requests).toHaveLength(0);
});

test("a create that was sent and is aborted with another call's error is unknown, not what that error says", async () => {
  await using platform = await openPlatform();
  const client = openClient(platform);
  const reason = await failureOf(client.getJob("job-bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"));
  expect(reason).toMatchObject({ code: "api" });
  platform.setFaults([{ operation: "create", fault: { kind: "never-answer", effect: true } }]);
  const controller = new AbortController();
  const created = failureOf(client.createJob(spec, { signal: controller.signal }));
  while (count(platform, "create") === 0) await platform.changed();
  controller.abort(reason);
  const error = await created;
  expect(error).toMatchObject({ code: "submission_unknown" });
  expect(error).toHaveProperty("cause", reason);
  const before = AbortSignal.abort(reason);
  expect(await failureOf(client.createJob(spec, { signal: before }))).toBe(reason);
  expect(count(platform, "create")).toBe(1);
});

const page = (http: number): ReplayAnswer => ({ http, body: "<title>no</title>" });
const code = (value: number, http = 200, message = ""): ReplayAnswer => ({
  http,
  body: { code: value, message, data: null },
});

/** Submits to a platform whose create answers so. */
async function submitTo(create: ReplayAnswer) {
  await using platform = await startReplay({ create });
  const credentials = { username: "someone", password: "hunter2-replay" };
  const client = createClient({ baseUrl: platform.url, credentials, clock: createTestClock() });
  const error: unknown = await client.createJob(spec).catch((reason: unknown) => reason);
  return { error, creates: platform.count("create") };
}

describe("a create that is answered with", () => {
  test.each<[string, ReplayAnswer, CreateFailure]>([
    ...[400, 402, 404, 405, 406, 410, 411, 412, 413, 414, 415, 417, 418, 421, 422, 423].map(
      (http): [string, ReplayAnswer, CreateFailure] => [`a page of ${http}`, page(http), "refused"],
    ),
    ...[408, 409, 425, 499, 500, 502, 503, 504, 511, 599].map(
      (http): [string, ReplayAnswer, CreateFailure] => [`a page of ${http}`, page(http), "unknown"],
    ),
    ["a page of 200", page(200), "unknown"],
    ["bad parameters", code(-100000, 400), "refused"],
    ["a refusal with 200", code(100002), "refused"],
    ["the quota", code(100000, 200, "总项目配额不足"), "quota"],
    ["an internal fault", code(100000), "unknown"],
    ["a conflict by the platform", code(100002, 409), "refused"],
    ["words of a conflict", { http: 409, body: { message: "already processed" } }, "unknown"],
  ])("%s is sent once", async (_name, answer, failure) => {
    const { error, creates } = await submitTo(answer);
    expect([classifyCreateError(error), creates]).toEqual([failure, 1]);
    const result = failure === "quota" ? "refused" : failure;
    expect(toFailedOutcome(error)).toMatchObject({ result });
  });

  test("a list of errors shows the words of its first", async () => {
    const { error } = await submitTo({ http: 200, body: [{ code: 1, message: "no free nodes" }] });
    expect(classifyCreateError(error)).toBe("unknown");
    expect(String(error)).toContain("no free nodes");
  });

  test("429 each time is certain to have created nothing", async () => {
    const { error, creates } = await submitTo(page(429));
    expect([classifyCreateError(error), creates]).toEqual(["not_sent", 5]);
  });
});

test("a create that was not sent is certain to have created nothing, whatever ended it", async () => {
  const errors = [new InputError("wrong"), new Error("aborted"), "aborted", undefined];
  for (const error of errors) expect(classifyCreateError(error)).toBe("not_sent");
  await using platform = await startReplay({ token: page(502) });
  const credentials = { username: "someone", password: "hunter2-replay" };
  const client = createClient({ baseUrl: platform.url, credentials, clock: createTestClock() });
  const error: unknown = await client.createJob(spec).catch((reason: unknown) => reason);
  expect([isQizhiError(error), classifyCreateError(error)]).toEqual([true, "not_sent"]);
});

test("a job is no failure", async () => {
  await using platform = await startReplay();
  const client = createClient({ baseUrl: platform.url, accessToken: "given.token" });
  expect(await client.createJob(spec)).toMatchObject({ job_id: replayJobId });
});
