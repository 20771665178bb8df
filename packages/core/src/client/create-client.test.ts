import { describe, expect, test } from "vitest";
import { classifyCreateError } from "./submission.ts";
import { trustId } from "../errors/call-errors.ts";
import { summarizeJob } from "../jobs/report.ts";
import { count, failureOf, openClient, openPlatform, seedId, spec } from "./client.fixture.ts";
import { createRateLimiter } from "../calls/limiter.ts";
import { type ClientOptions, createClient, readBaseUrl } from "./create-client.ts";
import type { LocalPlatformOptions, WireOptions } from "../local/index.ts";
import { operations } from "../calls/operations.ts";

const withSeed: LocalPlatformOptions = { jobs: [{ jobId: seedId, status: "job_running" }] };

/** A platform whose details are exactly this body. */
function openReplying(body: unknown, status = 200) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return openPlatform({
    faults: [{ operation: "detail", fault: { kind: "reply", status, body: text } }],
  });
}

describe("the main calls", () => {
  const wires: [string, Partial<WireOptions>][] = [
    ["enveloped", {}],
    ["bare", { envelope: false }],
    ["with numbers as text", { numbers: "string" }],
    ["with null for what is absent", { absentKeys: "null" }],
    ["with the whole job as the create answer", { createAnswer: "job" }],
    ["with integers for priority levels", { priorityLevel: "integer" }],
    ["bare, numbers as text, nulls", { envelope: false, numbers: "string", absentKeys: "null" }],
  ];
  test.each(wires)("work on a platform that answers %s", async (_name, wire) => {
    await using platform = await openPlatform({ wire, jobs: withSeed.jobs ?? [] });
    const client = openClient(platform);
    const made = await client.createJob(spec);
    expect(made.job_id).toMatch(/^job-[0-9a-f-]{36}$/);
    const ended = await client.waitForJob(made.job_id);
    expect(ended.status).toBe("job_succeeded");
    expect(ended.framework_config?.[0]?.instance_count).toBe(1);
    expect(ended.node_count).toBe(1);
    expect(ended.timeline?.finished).toMatch(/^\d{13}$/);
    await client.stopJob(seedId);
    expect(["job_stopping", "job_stopped"]).toContain((await client.getJob(seedId)).status);
  });

  test("send what the page asks for, with the token and nothing else", async () => {
    await using platform = await openPlatform(withSeed);
    await openClient(platform).getJob(seedId);
    const [login, detail] = platform.requests;
    expect(JSON.parse(login?.body ?? "")).toEqual(platform.credentials);
    expect(login?.headers).not.toHaveProperty("authorization");
    expect(detail?.headers.authorization).toBe(`Bearer ${platform.issuedTokens[0]}`);
    expect(JSON.parse(detail?.body ?? "")).toEqual({ job_id: seedId });
  });

  test("are made with the options of the start, whatever becomes of them", async () => {
    await using platform = await openPlatform(withSeed);
    const { url: baseUrl } = platform;
    const credentials = { ...platform.credentials };
    const options: ClientOptions = { baseUrl, credentials };
    const client = createClient(options);
    delete options.credentials;
    credentials.username = "another";
    expect(await client.getJob(seedId)).toMatchObject({ job_id: seedId });
  });

  test("open a connection of its own for every create", async () => {
    await using platform = await openPlatform(withSeed);
    const client = openClient(platform);
    await client.getJob(seedId);
    await client.createJob(spec);
    const create = platform.requests.find(({ operation }) => operation === "create");
    expect(create?.headers.connection).toBe("close");
  });

  test("include any other operation, by its value", async () => {
    await using platform = await openPlatform();
    const { username, password } = platform.credentials;
    const answer = await openClient(platform).call(operations.token, { username, password });
    expect(answer).toMatchObject({ token_type: "Bearer", expires_in: 604_800 });
    const error = await failureOf(
      openClient(platform).call(operations.token, { username, password: "" }),
    );
    expect(error).toMatchObject({ code: "input", rule: "request_wrong" });
    expect(String(error)).toContain("The request of token is wrong: password: ");
  });
});

describe("an answer", () => {
  test("keeps extra keys and unknown values", async () => {
    const status = "job_hibernating";
    const data = { job_id: seedId, status, new_key: { deep: [1] }, priority_level: "URGENT" };
    await using platform = await openReplying({ code: 0, message: "success", data });
    await expect(openClient(platform).getJob(seedId)).resolves.toEqual(data);
  });

  test("loses a mistyped field, not the rest", async () => {
    const data = {
      job_id: seedId,
      status: "job_running",
      node_count: { not: "a number" },
      timeline: "yesterday",
      framework_config: [{ instance_count: 2, gpu_count: [] }],
      envs: [{ name: "A", value: "1" }, "B=2", null],
    };
    await using platform = await openReplying({ code: 0, data });
    await expect(openClient(platform).getJob(seedId)).resolves.toEqual({
      job_id: seedId,
      status: "job_running",
      framework_config: [{ instance_count: 2 }],
      envs: [{ name: "A", value: "1" }],
    });
  });

  test.each([
    ["no job_id", { code: 0, data: { status: "job_running" } }],
    ["an empty job_id", { code: 0, data: { job_id: "" } }],
    ["no data", { code: 0, message: "success" }],
    ["a list", { code: 0, data: [] }],
    ["a string", '"ok"'],
    ["null", "null"],
    ["a code that is none", { code: "zero", data: { job_id: seedId } }],
    ["half of its JSON", '{"code":0,"data":{"job_id":"job-'],
    ["nothing", ""],
    ["text", "pong"],
    ["a login page", "<html><title>统一身份认证</title><form action=/login></form>"],
    ["a __proto__ key", '{"code":0,"data":{"job_id":"x","__proto__":{"status":"job_succeeded"}}}'],
    ["a number beyond all numbers", `{"code":0,"data":{"job_id":"${seedId}","node_count":1e999}}`],
    ["10,000 levels", `{"code":0,"data":${"[".repeat(10_000)}${"]".repeat(10_000)}}`],
  ])("with %s is an error that says so", async (_name, body) => {
    await using platform = await openReplying(body);
    const error = await failureOf(openClient(platform).getJob(seedId));
    expect(error).toMatchObject({ code: "response", status: 200, call: { operation: "detail" } });
  });

  test("of a code other than 0 is the platform's no, whatever the HTTP status", async () => {
    for (const status of [200, 400, 500]) {
      const code = 100002;
      await using platform = await openReplying({ code, message: "参数错误\u001b[2J" }, status);
      const error = await failureOf(openClient(platform).getJob(seedId));
      expect(error).toMatchObject({ code: "api", status, platformCode: code });
      expect(error).toMatchObject({ platformMessage: "参数错误\\x1b[2J" });
      expect(count(platform, "detail")).toBe(1);
    }
  });

  test("with a code as text or a message that is no text is read all the same", async () => {
    const message = { toString: 1, reason: "no" };
    await using platform = await openReplying({ code: "100004", message });
    const error = await failureOf(openClient(platform).getJob(seedId));
    expect(error).toMatchObject({ platformCode: 100004, platformMessage: JSON.stringify(message) });
  });

  test("of more than 8 MiB ends in an error, after one request", async () => {
    await using platform = await openReplying(`{"code":0,"x":"${"x".repeat(9 * 1024 * 1024)}"}`);
    const error = await failureOf(openClient(platform).getJob(seedId));
    expect(error).toMatchObject({ code: "connection", reason: "BODY_TOO_LARGE" });
    expect(count(platform, "detail")).toBe(1);
  });

  test("that echoes the token does not bring it into the error", async () => {
    await using platform = await openPlatform();
    const client = openClient(platform);
    await client.authenticate();
    const echo = `authorization: Bearer ${platform.issuedTokens[0]}`;
    for (const [status, body] of [
      [500, `<title>${echo}</title>`],
      [400, echo],
      [200, JSON.stringify({ code: 100002, message: echo })],
      [401, JSON.stringify({ code: -1, message: echo })],
      [429, JSON.stringify({ code: 429, message: echo })],
      [200, JSON.stringify(echo)],
    ] as const) {
      platform.setFaults([{ operation: "detail", fault: { kind: "reply", status, body } }]);
      await failureOf(client.getJob(seedId));
    }
  });
});

describe("a redirect", () => {
  test("is never followed, with its token least of all", async () => {
    await using elsewhere = await openPlatform();
    await using platform = await openPlatform({
      faults: [
        {
          operation: "any",
          calls: { from: 2 },
          fault: { kind: "login-redirect", location: `${elsewhere.url}/auth/token` },
        },
      ],
    });
    await failureOf(openClient(platform).getJob(seedId));
    expect(elsewhere.requests).toHaveLength(0);
  });

  test("is not followed by the runtime's own fetch either", async () => {
    await using elsewhere = await openPlatform();
    await using platform = await openPlatform({
      faults: [
        {
          operation: "detail",
          fault: { kind: "login-redirect", location: `${elsewhere.url}/auth/token` },
        },
      ],
    });
    const error = await failureOf(openClient(platform, { transport: globalThis }).getJob(seedId));
    expect(error).toMatchObject({ code: "auth", reason: "token_refused" });
    expect(elsewhere.requests).toHaveLength(0);
  });
});

describe("what is wrong before anything is sent", () => {
  test.each([
    [{ credentials: { username: "a", password: "" } }, "The credentials have no password."],
    [{ credentials: { username: "", password: "hunter2" } }, "The credentials have no username."],
    [{ credentials: { username: "", password: "" } }, "neither a username nor a password is set"],
    [{ attemptTimeoutMs: -1 }, "attemptTimeoutMs of createClient is -1, not a number"],
    [{ callTimeoutMs: Number.NaN }, "callTimeoutMs of createClient is NaN, not a number"],
    [{ accessToken: "" }, "token is empty"],
    [{ accessToken: "eyJ\nx" }, "token is empty or holds"],
    [{ baseUrl: "ftp://x" }, "not an http(s) address"],
  ])("is an input error: %j", async (options, words) => {
    const error = await failureOf((async () => createClient(options))());
    expect(error).toMatchObject({ code: "input", message: expect.stringContaining(words) });
  });

  test("includes an option of a name that there is not, and names the right one", async () => {
    // As JavaScript lets it through.
    const misspelt = { baseURL: "http://127.0.0.1:1", timeout: 5 } as object;
    const client = createClient();
    const said = await Promise.all(
      [
        async () => createClient(misspelt),
        async () => createRateLimiter({ perSeconds: 1 } as object),
        async () => client.watchJob(seedId, { timeoutms: 5 } as object),
        async () => client.watchJobs([seedId], { pace: 5 } as object),
        () => client.waitForJob(seedId, { onUpdates: () => {} } as object),
      ].map(async (call) => String(await failureOf(call()))),
    );
    expect(said).toEqual([
      'InputError: createClient has no option "baseURL". Write baseUrl.',
      'InputError: createRateLimiter has no option "perSeconds". Write perSecond.',
      'InputError: watchJob has no option "timeoutms". Write timeoutMs.',
      'InputError: watchJobs has no option "pace". It has timeoutMs, queueTimeoutMs, errorBudgetMs, minIntervalMs, everyPoll, untilReleased, lastSeen, signal.',
      'InputError: waitForJob has no option "onUpdates". Write onUpdate.',
    ]);
  });

  test("includes an option of a single call", async () => {
    await using platform = await openPlatform();
    const client = openClient(platform);
    // As JavaScript lets it through.
    const how = (options: object) => options;
    const said = await Promise.all(
      [
        client.getJob(seedId, { timeoutMs: Number.NaN }),
        client.stopJob(seedId, how({ pollFirts: true })),
        client.stopJobs([seedId], how({ onSettle: () => {} })),
        client.stopJobs([seedId], { timeoutMs: -1 }),
        client.authenticate(how({ timeoutMs: "5000" })),
        client.call(operations.token, platform.credentials, how({ timeout: 5 })),
      ].map(async (call) => String(await failureOf(call))),
    );
    expect(said).toEqual([
      "InputError: timeoutMs of getJob is NaN, not a number of at least 0.",
      'InputError: stopJob has no option "pollFirts". Write pollFirst.',
      'InputError: stopJobs has no option "onSettle". Write onSettled.',
      "InputError: timeoutMs of stopJobs is -1, not a number of at least 0.",
      "InputError: timeoutMs of authenticate is 5000, not a number of at least 0.",
      'InputError: call has no option "timeout". Write timeoutMs.',
    ]);
    expect(platform.requests).toHaveLength(0);
  });

  test.each(["", "job-123", "x y", "../detail", "job-\u202e"])(
    "refuses %j as a job id",
    async (id) => {
      await using platform = await openPlatform();
      const client = openClient(platform);
      for (const call of [client.getJob(id), client.stopJob(id), client.waitForJob(id)]) {
        expect(await failureOf(call)).toMatchObject({ code: "input" });
      }
      expect(platform.requests).toHaveLength(0);
    },
  );

  test("includes a wrong spec, with all its problems", async () => {
    await using platform = await openPlatform();
    const wrong = { ...spec, name: "", task_priority: 11 };
    const error = await failureOf(openClient(platform).createJob(wrong));
    expect(error).toMatchObject({ code: "spec", issues: { length: 2 } });
    expect(platform.requests).toHaveLength(0);
  });
});

test("a base URL with a path carries every call and link, and without it every route is gone", async () => {
  await using platform = await openPlatform({ wire: { basePath: "/gateway/qz" } });
  const client = openClient(platform);
  const { job_id: jobId } = await client.createJob(spec);
  expect(await client.waitForJob(jobId)).toMatchObject({ status: "job_succeeded" });
  await client.stopJob(jobId);
  const page = summarizeJob(await client.getJob(jobId), client).url;
  expect(page).toContain("/gateway/qz/jobs/distributedTrainingDetail/");
  expect((await fetch(page)).status).toBe(200);
  const accessToken = platform.issuedTokens[0] ?? "";
  const lost = createClient({ baseUrl: new URL(page).origin, accessToken });
  const error = await failureOf(lost.createJob({ ...spec, name: "other" }));
  expect(error).toMatchObject({ code: "response", rule: "no_such_route", status: 404 });
  expect(String(error)).toContain('an error for an unknown address: "404 page not found"');
  expect(error).toHaveProperty("hint", expect.stringContaining("it may need a path"));
  expect(classifyCreateError(error)).toBe("refused");
});

test("an attempt without any time ends at once, and does not wait for ever", async () => {
  await using platform = await openPlatform({
    faults: [{ operation: "token", fault: { kind: "never-answer" } }],
  });
  const client = openClient(platform, { attemptTimeoutMs: 0 });
  expect(await failureOf(client.getJob(seedId))).toMatchObject({ code: "connection" });
});

test("a refusal of a job that is known to be there doubts no id, in its stack either", async () => {
  await using platform = await openPlatform();
  const error = await failureOf(openClient(platform).getJob(seedId));
  const toStack = () => String(Object(error).stack);
  expect(toStack()).toContain("Check the job id");
  trustId(error);
  expect(toStack()).not.toContain("Check the job id");
});

test.each([
  ["https://qz.sii.edu.cn", "https://qz.sii.edu.cn", "qz.sii.edu.cn"],
  ["https://qz.sii.edu.cn/", "https://qz.sii.edu.cn", "qz.sii.edu.cn"],
  ["https://QZ.example:8443/a/b///", "https://qz.example:8443/a/b", "qz.example:8443"],
  ["http://127.0.0.1:80/", "http://127.0.0.1", "127.0.0.1"],
  ["http://127.9.9.9:8080", "http://127.9.9.9:8080", "127.9.9.9:8080"],
  ["http://localhost:3000", "http://localhost:3000", "localhost:3000"],
  ["http://[::1]:3000", "http://[::1]:3000", "[::1]:3000"],
])("%s is read as %s", (text, baseUrl, host) => {
  expect(readBaseUrl(text)).toEqual({ baseUrl, host });
});

test.each([
  "",
  "qz.sii.edu.cn",
  "ftp://qz.sii.edu.cn",
  "javascript:alert(1)",
  "https://",
  "https://someone:hunter2@qz.sii.edu.cn",
  "https://someone@qz.sii.edu.cn",
  "https://qz.sii.edu.cn/?",
  "https://qz.sii.edu.cn/?a=b",
  "https://qz.sii.edu.cn/#",
  "https://qz.sii.edu.cn/a#b",
])("%j is refused, and never repeated", (text) => {
  expect(() => readBaseUrl(text)).toThrow(expect.objectContaining({ code: "input" }));
  expect(() => readBaseUrl(text)).not.toThrow(/hunter2|someone|alert/);
});

test.each([
  "http://qz.sii.edu.cn",
  "http://10.0.0.1",
  "http://localhost.example",
  "http://127.example",
  "http://0.0.0.0",
])("%s would carry the password in clear", (text) => {
  expect(() => readBaseUrl(text)).toThrow(/in clear/);
  expect(readBaseUrl(text, true).baseUrl).toBe(text);
});
