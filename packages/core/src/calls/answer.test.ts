import { describe, expect, test } from "vitest";
import { createTestClock, failureOf, seedId, spec } from "../client/client.fixture.ts";
import type { Client } from "../client/client.ts";
import { classifyCreateError } from "../client/submission.ts";
import { createClient } from "../client/create-client.ts";
import { enveloped, type ReplayAnswer, replayJobId, startReplay } from "./replay.fixture.ts";
import type { ReplayOperation, ReplayScript } from "./replay.fixture.ts";

const password = "hunter2-answers";

/** A platform that answers by a script, and a client of it. */
async function open(script: ReplayScript) {
  const platform = await startReplay(script);
  const credentials = { username: "someone", password };
  const client = createClient({ baseUrl: platform.url, credentials, clock: createTestClock() });
  return { platform, client, [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose]() };
}

const calls: Record<ReplayOperation, (client: Client) => Promise<unknown>> = {
  token: (client) => client.authenticate(),
  create: (client) => client.createJob(spec),
  detail: (client) => client.getJob(seedId),
  stop: (client) => client.stopJob(seedId),
};

/** What one call answered so is rejected with, and how often it was sent. */
async function failure(operation: ReplayOperation, answer: ReplayAnswer) {
  await using place = await open({ [operation]: answer });
  const error = await failureOf(calls[operation](place.client));
  return { error, sent: place.platform.count(operation) };
}

const redirect = (http: number, location?: string): ReplayAnswer => ({
  http,
  headers: location === undefined ? {} : { location },
  body: "",
});

describe("a redirect", () => {
  const login = [
    "/login",
    "/auth/realms/x/login",
    "/cas?service=x",
    "/sso/",
    "http://login.invalid/",
  ];
  test.each([301, 302, 307].flatMap((http) => login.map((location) => [http, location] as const)))(
    "of %i to %s is a refused token, for a create as well",
    async (http, location) => {
      const { error, sent } = await failure("create", redirect(http, location));
      expect(error).toMatchObject({ code: "auth", reason: "token_refused" });
      expect([sent, classifyCreateError(error)]).toEqual([2, "not_sent"]);
    },
  );

  test.each<[number, string | undefined]>([
    [300, "/login"],
    [301, "/jobs/1"],
    [302, undefined],
    [302, "/jobs/1"],
    [302, "/authors"],
    [302, "javascript:login"],
    [303, "/login"],
    [303, "http://login.invalid/"],
    [304, undefined],
    [307, "/openapi/v1/train_job/create/"],
    [308, "/login"],
  ])("of %i to %s leaves a create open, and it is not sent again", async (http, location) => {
    const { error, sent } = await failure("create", redirect(http, location));
    expect(error).toMatchObject({ code: "submission_unknown", cause: { rule: "redirect" } });
    expect([sent, classifyCreateError(error)]).toEqual([1, "unknown"]);
  });

  test.each(["detail", "stop"] as const)("elsewhere is no answer to %s", async (operation) => {
    const { error, sent } = await failure(operation, redirect(303, "/jobs/1?token=secret"));
    expect(error).toMatchObject({ code: "response", rule: "redirect", status: 303 });
    expect(String(error)).toMatch(/a redirect to http:\/\/127\.0\.0\.1:\d+\/jobs\/1 \(HTTP 303\)/);
    expect(sent).toBe(5);
  });
});

describe("an answer about another job", () => {
  const other = "job-99999999-9999-4999-8999-999999999999";

  test("is no answer to a poll: it is sent again", async () => {
    await using place = await open({
      detail: [
        enveloped({ job_id: other, status: "job_succeeded" }),
        enveloped({ job_id: ` ${seedId.toUpperCase()} `, status: "job_running" }),
      ],
    });
    // Blanks and case make no other job of it.
    const job = await place.client.getJob(seedId);
    expect(job).toMatchObject({ job_id: seedId, status: "job_running" });
    expect(place.platform.count("detail")).toBe(2);
  });

  test.each([other, 42, "string", seedId.slice(0, -1)])("such as %s says so", async (jobId) => {
    const answer = enveloped({ job_id: jobId, status: "job_succeeded" });
    const { error } = await failure("detail", answer);
    expect(error).toMatchObject({ code: "response", rule: "other_job" });
    expect(String(error)).toContain(`another job, ${jobId}`);
  });

  test("is no answer to a stop", async () => {
    const { error } = await failure("stop", enveloped({ job_id: other }));
    expect(error).toMatchObject({ code: "response", rule: "other_job" });
  });
});

describe("a stop is done", () => {
  test.each<[string, unknown]>([
    ["in the envelope", { code: 0, message: "success", data: {} }],
    ["in the envelope without data", { code: 0 }],
    ["with the job's own id", { code: 0, data: { job_id: seedId } }],
    ["as the page shows it", {}],
  ])("when it is said %s", async (_name, body) => {
    await using place = await open({ stop: { body } });
    await place.client.stopJob(seedId);
    expect(place.platform.count("stop")).toBe(1);
  });

  test.each<[unknown, string]>([
    [{ success: false, msg: "permission denied" }, "api"],
    [{ Code: 100003, Message: "permission denied" }, "api"],
    [{ error: "permission denied" }, "api"],
    [{ error: { message: "permission denied" } }, "api"],
    [
      { ResponseMetadata: { Error: { Code: "AccessForbidden", Message: "permission denied" } } },
      "api",
    ],
    [{ code: 0, success: false, message: "permission denied" }, "api"],
    [{ code: "0x0", message: "permission denied" }, "response"],
    [{ code: " 0 ", message: "permission denied" }, "response"],
    [{ code: 0, data: { code: 100003, message: "permission denied" } }, "response"],
    [{ message: "permission denied" }, "response"],
    [{ data: {}, message: "permission denied" }, "response"],
  ])("but not by %j", async (body, code) => {
    const { error } = await failure("stop", { body });
    expect(error).toMatchObject({ code });
    expect(String(error)).toContain("permission denied");
  });
});

test("a job is not what its answer calls an error", async () => {
  const data = { job_id: seedId, status: "job_succeeded", code: 100002, message: "gone" };
  const { error } = await failure("detail", enveloped(data));
  expect(error).toMatchObject({ code: "response", rule: "other_shape" });
  expect(String(error)).toContain('"gone"');
});

describe("a create that is answered with", () => {
  const job = { job_id: replayJobId };
  const Error = { Code: "InternalError", Message: "总项目配额不足：总提交配额限制为 40 GPU" };
  const fault = { Code: "InternalError", Message: "something went wrong" };

  test.each<[string, ReplayAnswer, string]>([
    ["a yes and HTTP 400", { http: 400, body: { code: 0, data: job } }, "unknown"],
    ["a yes without a job and HTTP 400", { http: 400, body: { code: 0 } }, "unknown"],
    ["a yes and HTTP 401", { http: 401, body: { code: 0, data: job } }, "unknown"],
    ["a bare job and HTTP 404", { http: 404, body: job }, "unknown"],
    ["a refusal and a job", { http: 400, body: { code: 100002, data: job } }, "unknown"],
    ["a refused token and a job", { body: { code: -1, data: job } }, "unknown"],
    ["an error and a job", { body: { error: "no", ...job } }, "unknown"],
    ["a code inside", { body: { code: 0, data: { code: 100002, message: "no" } } }, "unknown"],
    ["the quota in the newer envelope", { body: { ResponseMetadata: { Error } } }, "quota"],
    ["a fault in the newer envelope", { body: { ResponseMetadata: { Error: fault } } }, "unknown"],
    ["an error with words", { body: { error: { message: "name exists" } } }, "refused"],
    ["no success", { body: { success: false, msg: "name exists" } }, "refused"],
    ["a time-out in words", { body: { error: "upstream request timeout" } }, "unknown"],
    ["JSON of 403 without a code", { http: 403, body: { message: "no" } }, "refused"],
    ["a page of 403", { http: 403, body: "<title>Forbidden</title>" }, "refused"],
  ])("%s is sent once, and its outcome is as certain as that", async (_name, answer, certain) => {
    const { error, sent } = await failure("create", answer);
    expect([classifyCreateError(error), sent]).toEqual([certain, 1]);
  });

  test.each(["--help", "-rf", "..", ".", "__proto__", "../x", "job-1234", "", "a b", "$(x)"])(
    "the id %j may have created a job, and the id stands in no command",
    async (jobId) => {
      const { error, sent } = await failure("create", enveloped({ job_id: jobId }));
      expect(error).toMatchObject({ code: "submission_unknown" });
      expect(sent).toBe(1);
      if (jobId.length > 2) expect(String(error)).not.toContain(jobId);
    },
  );

  test("an id with blanks around it is that id", async () => {
    await using place = await open({ create: enveloped({ job_id: ` ${replayJobId}\n` }) });
    expect(await place.client.createJob(spec)).toMatchObject({ job_id: replayJobId });
  });

  test("words says them in the unknown submission as well", async () => {
    const { error } = await failure("create", { body: { message: "配额不足" } });
    expect(error).toMatchObject({ code: "submission_unknown" });
    expect(String(error)).toContain('JSON without job_id: "配额不足"');
  });
});

test("125,000 nodes that are none cost an answer its lists and nothing else", async () => {
  const node_infos = Array.from({ length: 125_000 }, () => "x");
  const data = { job_id: seedId, status: "job_running", node_infos, name: 5 };
  await using place = await open({
    create: enveloped({ ...data, job_id: replayJobId }),
    detail: enveloped(data),
  });
  const job = await place.client.getJob(seedId);
  expect(job).toEqual({ job_id: seedId, status: "job_running", name: "5" });
  expect(await place.client.createJob(spec)).toMatchObject({ job_id: replayJobId });
});

describe("the advice", () => {
  const page = (http: number, headers = {}): ReplayAnswer => ({ http, headers, body: "<p>" });
  const said = (message: string): ReplayAnswer => ({ body: { code: 100005, message } });
  const no = (code: number): ReplayAnswer => ({ body: { code, message: "任务名称已存在" } });

  test.each<[ReplayOperation, ReplayAnswer, string | undefined]>([
    ["create", no(100002), "platform_rules"],
    ["create", no(-100000), "platform_rules"],
    ["create", no(100003), "ids_in_spec"],
    ["create", no(200006), "priority_levels"],
    ["create", said("exclude_nodes not enable in workspace"), "excluded_nodes"],
    ["create", said("task priority must be 1 or 4"), "priority_levels"],
    ["detail", no(100002), "job_id"],
    // The polls of the stop show the job: its id is right.
    ["stop", no(100002), undefined],
    ["detail", no(100004), "mistyped_id"],
    ["detail", no(-100000), undefined],
    ["create", page(413), "spec_too_large"],
    ["create", { http: 413, body: { message: "too large" } }, "spec_too_large"],
    ["detail", page(413), "way_in"],
    ["detail", page(511), "network_login"],
    ["detail", { http: 404, body: "404 page not found" }, "no_route"],
    ["create", { http: 404, body: "<html><title>404 Not Found</title>" }, "no_route"],
    ["stop", { http: 404, body: { error_msg: "404 Route Not Found" } }, "no_route"],
    ["detail", page(429), "slow_down"],
    ["detail", page(502), "gateway_trouble"],
    ["detail", page(200), "way_in"],
    ["detail", redirect(308, "/x"), "base_url"],
  ])("after %s and %j is %s", async (operation, answer, rule) => {
    const { error } = await failure(operation, answer);
    expect(error).toHaveProperty("advice", rule && expect.objectContaining({ rule }));
  });

  test("for a create never speaks of a job id", async () => {
    for (const code of [100002, 100003, 100004, -100000]) {
      const { error } = await failure("create", no(code));
      expect(String(error)).not.toContain("job id");
    }
  });
});
