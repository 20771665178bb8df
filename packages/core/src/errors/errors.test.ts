import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import {
  ApiError,
  AuthError,
  ConnectionError,
  InputError,
  isQizhiError,
  type QizhiError,
  ResponseError,
  SpecError,
  SubmissionUnknownError,
  WaitLostError,
  WaitTimeoutError,
} from "./errors.ts";
import { authError } from "./call-errors.ts";
import { english, sayError, sayIssue } from "./say-error.ts";
import { hostileText } from "../local/index.ts";

const call = { operation: "create", host: "h:1", attempts: 2 };
const cut = { rule: "cut", params: {} } as const;
const reset = new ConnectionError(call, {
  reason: "ECONNRESET",
  why: cut,
  via: hostileText,
  sent: true,
});
const long = hostileText + "x".repeat(10_000);

const errors: [QizhiError, string, object][] = [
  [
    new SpecError([{ path: ["envs", 0, long], message: "is wrong", line: 3, column: 7 }], "a.yaml"),
    "spec",
    { file: "a.yaml", issues: [{ line: 3, column: 7 }] },
  ],
  [new InputError("The base URL is wrong.", "Write another."), "input", { hint: "Write another." }],
  [new AuthError("missing", "Not logged in.", "Log in."), "auth", { reason: "missing" }],
  [
    new ApiError(call, { status: 400, platformCode: -100000, platformMessage: long }),
    "api",
    { status: 400, platform_code: -100000, operation: "create", host: "h:1", attempts: 2 },
  ],
  [reset, "connection", { reason: "ECONNRESET", sent: true }],
  [new ResponseError(call, 502, { rule: "gateway_page", params: {} }), "response", { status: 502 }],
  [
    new SubmissionUnknownError(
      { jobName: long, sentAt: "2026-07-22T00:00:00Z", listUrl: "u" },
      reset,
    ),
    "submission_unknown",
    { sent_at: "2026-07-22T00:00:00Z", list_url: "u" },
  ],
  [
    new WaitTimeoutError({
      jobId: "job-1",
      limit: "total",
      limitMs: 5,
      status: hostileText,
    }),
    "wait_timeout",
    { job_id: "job-1", limit: "total", limit_ms: 5 },
  ],
  [new WaitLostError("job-1", "10m 00s", reset), "wait_lost", { job_id: "job-1" }],
];

describe.each(errors)("%s", (error, code, json) => {
  test("has a code, a name, a summary and its facts as JSON", () => {
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({
      code,
      name: error.constructor.name,
      summary: error.summary,
      ...json,
    });
    expect(isQizhiError(error)).toBe(true);
  });

  test("says it in text that moves nothing", () => {
    // The list of a spec's problems has one line each.
    const lines = code === "spec" ? error.message.split("\n") : [error.message];
    for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    expect(error.message.startsWith(error.summary)).toBe(true);
    expect(error.message).toContain(error.hint ?? "");
  });
});

test("an error of another copy of this library is known, other errors are not", () => {
  const copy = Object.assign(new Error("x"), { code: "api", summary: "x", hint: undefined });
  expect(isQizhiError(copy)).toBe(true);
  for (const other of [new Error("x"), { code: "api", summary: "", hint: "" }, null, "x"]) {
    expect(isQizhiError(other)).toBe(false);
  }
});

test.each([
  { code: "of_tomorrow", job: "x" },
  { code: "toString" },
  { code: "input", rule: "of_tomorrow", params: {} },
  { code: "api", status: 400 },
])("an error of a newer copy, %j, says in every language its own words", (facts) => {
  const said = { summary: "It failed.", hint: "Try later." };
  const words = { ...english };
  const copy = Object.assign(new Error("x"), said, facts);
  if (!isQizhiError(copy)) throw copy;
  expect(sayError(copy, words)).toEqual(said);
  const wait = new WaitLostError("job-1", "10 min", copy);
  expect(sayError(wait, words)).toEqual({ summary: wait.summary, hint: wait.hint });
});

test("what the platform said is cut at 500 characters, with a mark", () => {
  const answer = { status: 400, platformCode: 1, platformMessage: "x".repeat(600) };
  const { platformMessage } = new ApiError(call, answer);
  expect(platformMessage).toBe(`${"x".repeat(500)}… (600 characters)`);
});

test.each([
  ["总项目配额不足：普通任务", true],
  ["超出总提交配额限制，该任务提交失败", true],
  ["参数错误", false],
])("%s is a quota refusal: %s", (platformMessage, expected) => {
  const answer = { status: 200, platformCode: 100000, platformMessage };
  expect(new ApiError(call, answer).isQuotaRefusal).toBe(expected);
});

test("the cause of an unknown submission is kept, and shown", () => {
  const facts = { jobName: "n", sentAt: "t", listUrl: "u" };
  const error = new SubmissionUnknownError(facts, reset);
  expect(error.cause).toBe(reset);
  expect(inspect(error)).toContain("ECONNRESET");
});

test.each([
  [{ path: [], message: "is empty" }, undefined, "is empty"],
  [{ path: ["a", 0, "b"], message: "m", line: 2, column: 5 }, "f.yaml", "f.yaml:2:5 a[0].b m"],
  [{ path: ["a"], message: "m\u001b[2J" }, "f\n.yaml", "f\\n.yaml a m\\x1b[2J"],
])("%j is one line", (issue, file, line) => {
  expect(sayIssue(issue, file)).toBe(line);
});

test.each(["token", "create", "detail", "stop"])(
  "a message says %s in plain words",
  (operation) => {
    const asked = { ...call, operation };
    const failure = { reason: "TIMEOUT", why: cut, sent: true };
    const refusal = { kind: "status", status: 403 } as const;
    for (const { summary } of [
      new ApiError(asked, { status: 400, platformCode: 1, platformMessage: "no" }),
      new ConnectionError(asked, failure),
      new ResponseError(asked, 200, { rule: "empty_body", params: {} }),
      authError("new_token_refused", { host: "h", operation, refusal }),
    ]) {
      expect(summary).toMatch(/ to (log you in|(create|show|stop) the job)\b/);
    }
  },
);
