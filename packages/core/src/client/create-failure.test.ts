import { describe, expect, test } from "vitest";
import { createTestClock, spec } from "./client.fixture.ts";
import { classifyCreateError, type CreateFailure, toFailedOutcome } from "./create-failure.ts";
import { createClient } from "./create-client.ts";
import { InputError, isQizhiError } from "../errors/errors.ts";
import { type ReplayAnswer, replayJobId, startReplay } from "../calls/replay.fixture.ts";

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
