import * as fc from "fast-check";
import { expect, test, vi } from "vitest";
import { bodies, headers, json } from "./answers.fixture.ts";
import { createTestClock, seedId, spec } from "../client/client.fixture.ts";
import { isQizhiError } from "../errors/errors.ts";
import { makeCall } from "./call.ts";
import type { CallContext } from "./call-context.ts";
import { PlatformClock } from "../async/clock.ts";
import { RetryBudget } from "./retry.ts";
import { Secrets } from "./secrets.ts";
import { createRateLimiter } from "./limiter.ts";
import { hostileText } from "../local/index.ts";
import { operations } from "./operations.ts";
import { classifyCreateError, submitJob } from "../client/submission.ts";

const runsPerCall = 5_000;
// They compute all the time, and other suites may share the cores.
vi.setConfig({ testTimeout: 240_000 });

/** What an answer can mean at most, known from how it was made. */
interface Meaning {
  /** The job that it names and that later calls can name. */
  readonly jobId?: string;
  /** It says that it went well, and nothing else. */
  readonly saysYes?: boolean;
  /** It says in words of the platform that there is no job. */
  readonly saysNo?: boolean;
  /** It says yes and no, or yes with a status that says no. */
  readonly saysYesInPart?: boolean;
}

interface Answer extends Meaning {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

const otherId = "job-bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb";
const goodIds = fc.constantFrom(
  seedId,
  otherId,
  seedId.toUpperCase(),
  "newform_1.2",
  ` ${otherId}\n`,
);
const badIds = fc.constantFrom<unknown>(
  "--help",
  "..",
  "../x",
  "a/b",
  "a b",
  "job-1234",
  "é",
  "x".repeat(201),
  "$(id)",
  hostileText,
  true,
  {},
  [seedId],
);
const noCodes = fc.oneof(
  fc.constantFrom(-1, 429, 100001, 100002, 100003, 100004, 200006, -100000, 2001),
  fc.integer({ min: 1_000_000 }),
);
const faultCodes = fc.oneof(
  fc.constantFrom<unknown>(500, 100000, "500", "100000"),
  // A gateway's own status.
  fc.constantFrom<unknown>(408, 425, 499, 502, 503, 504, "504"),
);
const said = fc.constantFrom("no", "", "内部错误", hostileText);

type Made = Meaning & { readonly body: unknown };

const yes = fc.tuple(goodIds, fc.boolean()).map(([id, isBare]): Made => {
  const data = { job_id: id, status: "job_running", access_token: "some.token" };
  const body = isBare ? data : { code: 0, message: "success", data };
  return { body, jobId: id.trim(), saysYes: !isBare, saysYesInPart: true };
});
const strange = fc.tuple(badIds, fc.boolean()).map(([id, isBare]): Made => {
  const data = { job_id: id, access_token: null };
  return { body: isBare ? data : { code: 0, data }, saysYes: !isBare, saysYesInPart: true };
});
const empty = fc
  .constantFrom<unknown>({}, { code: 0 }, { code: 0, data: {} }, { code: 0, data: null })
  .map((body): Made => ({
    body,
    saysYes: true,
    saysYesInPart: Object.keys(Object(body)).length > 0,
  }));
const no = fc
  .tuple(noCodes, said)
  .map(([code, message]): Made => ({ body: { code, message, data: null }, saysNo: true }));
const otherNo = fc.tuple(said, fc.nat(4)).map(([message, at]): Made => {
  const shapes = [
    { success: false, message },
    { error: { message: message || "no" } },
    { Code: "InvalidParameter", Message: message },
    { ResponseMetadata: { Error: { CodeN: 1, Message: message } } },
    { errors: [{ message: message || "no" }] },
  ];
  return { body: shapes[at], saysNo: true };
});
const fault = fc
  .tuple(faultCodes, said)
  .map(([code, message]): Made => ({ body: { code, message, data: null } }));
const contradiction = fc
  .tuple(fc.oneof(noCodes, faultCodes), fc.oneof(goodIds, badIds), said)
  .map(([code, id, message]): Made => ({
    body: { code, message, data: { job_id: id, access_token: "some.token" } },
    saysYesInPart: true,
  }));
const made = fc
  .oneof(yes, strange, empty, no, otherNo, fault, contradiction)
  .map(({ body, ...meaning }) => ({ text: JSON.stringify(body), ...meaning }));
const page = fc.constantFrom(
  "<html><title>502 Bad Gateway</title>",
  "<title>登录</title>",
  "",
  "ok",
);
const random = fc.oneof(bodies, json, page).map((body) => {
  const text = typeof body === "string" ? body : Buffer.from(body).toString();
  return { text, ...meaningOf(text) };
});
const statuses = fc.oneof(
  { weight: 3, arbitrary: fc.constant(200) },
  fc.constantFrom(301, 302, 307, 400, 401, 403, 404, 408, 409, 413, 425, 429, 499, 500, 502, 504),
  fc.integer({ min: 200, max: 599 }),
);
const answers: fc.Arbitrary<Answer> = fc
  .tuple(statuses, headers, fc.oneof({ weight: 3, arbitrary: made }, random))
  .map(([status, sent, body]) => ({ status, headers: sent, ...body }));

/** What JSON of any kind means at most. */
function meaningOf(text: string): Meaning {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return {};
  }
  const { code, status, data, job_id: bareId } = Object(body);
  // What is null counts as missing.
  const number = code === null ? undefined : toNumber(code);
  const saysNo = (number ?? 0) !== 0 || (typeof status === "number" && status >= 400);
  const isEmpty = Object.values(Object(body)).every((value) => value === null);
  const id: unknown = (code ?? undefined) === undefined ? bareId : Object(data).job_id;
  const isId = typeof id === "string" || typeof id === "number";
  return { saysNo, saysYes: number === 0 || isEmpty, ...(isId && { jobId: String(id).trim() }) };
}

function toNumber(code: unknown): number | undefined {
  const isText = typeof code === "string" && /^-?\d+$/.test(code);
  return isText || Number.isInteger(code) ? Number(code) : undefined;
}

/** Opens what calls are made with; it has every attempt answered by the answer. */
function open({ status, text, headers: sent }: Answer) {
  const clock = createTestClock();
  const state = { sends: 0 };
  const context: CallContext = {
    baseUrl: "https://platform.test",
    host: "platform.test",
    clock,
    async send({ onSent }) {
      state.sends += 1;
      onSent?.();
      return { status, text, header: (name) => sent[name] };
    },
    platformClock: new PlatformClock(),
    budget: new RetryBudget(),
    secrets: new Secrets("hunter2", "given.token"),
    limiter: createRateLimiter({ perSecond: 1e9, burst: 1_000, clock }),
    attemptTimeoutMs: 30_000,
    callTimeoutMs: 60_000,
    maxAttempts: 2,
    onEvent: () => {},
    tokens: {
      get: async () => "given.token",
      replace: async () => ({ value: "next.token", isFromLogin: true }),
    },
  };
  return { context, state };
}

/** Whether HTTP alone says that nothing was done: a refusal of a gateway, or the way to a login. */
function isRefusedByHttp({ status, headers: { location } }: Answer): boolean {
  const isLogin = location !== undefined && [301, 302, 307].includes(status);
  return isLogin || (status >= 400 && status < 500 && ![408, 409, 425, 499].includes(status));
}

/** The outcome of a call; what it rejects with is an error of this library with escaped words. */
async function outcomeOf<Value>(
  promise: Promise<Value>,
): Promise<{ value: Value } | { error: unknown }> {
  try {
    return { value: await promise };
  } catch (error) {
    if (!isQizhiError(error)) throw error;
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ code: error.code });
    expect(error.message).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    expect(error.message.length).toBeLessThan(2_000);
    return { error };
  }
}

const isGood = ({ status }: Answer) => status >= 200 && status < 300;

async function check(property: (answer: Answer) => Promise<string>): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(answers, async (answer) => {
      const outcome = await property(answer);
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    }),
    { numRuns: runsPerCall },
  );
  return seen;
}

test("a create has a job only where the answer names one, and none only where that is said", async () => {
  const seen = await check(async (answer) => {
    const { context, state } = open(answer);
    const outcome = await outcomeOf(submitJob(context, spec, {}));
    const isCertain = answer.saysYesInPart
      ? answer.status < 400 && isRefusedByHttp(answer)
      : answer.saysNo || isRefusedByHttp(answer);
    if (state.sends > 1) expect(isCertain).toBe(true);
    if ("value" in outcome) {
      expect(isGood(answer)).toBe(true);
      expect(answer.saysNo ?? false).toBe(false);
      expect(outcome.value.job_id).toBe(answer.jobId);
      expect(outcome.value.job_id).toMatch(/^[a-z0-9][\w.-]{0,199}$/i);
      return "created";
    }
    // An answer that is right is never lost.
    expect(isGood(answer) && answer.jobId !== undefined && answer.saysYesInPart).not.toBe(true);
    const failure = classifyCreateError(outcome.error);
    if (failure !== "unknown") expect(isCertain).toBe(true);
    return failure;
  });
  expect([...seen.keys()].toSorted()).toEqual(["created", "not_sent", "refused", "unknown"]);
});

test("a detail is about the job that was asked for, or fails", async () => {
  const seen = await check(async (answer) => {
    const { context } = open(answer);
    const call = makeCall(context, operations.detail, { job_id: seedId });
    const outcome = await outcomeOf(call);
    if ("error" in outcome) return "failed";
    expect(isGood(answer)).toBe(true);
    expect(answer.saysNo ?? false).toBe(false);
    expect(answer.jobId?.toLowerCase()).toBe(seedId);
    return "read";
  });
  expect([...seen.keys()].toSorted()).toEqual(["failed", "read"]);
});

test("a stop is done only where the platform says so", async () => {
  const seen = await check(async (answer) => {
    const { context } = open(answer);
    const call = makeCall(context, operations.stop, { job_id: seedId });
    const outcome = await outcomeOf(call);
    if ("error" in outcome) return "failed";
    expect(isGood(answer)).toBe(true);
    expect(answer.saysNo ?? false).toBe(false);
    expect(answer.saysYes).toBe(true);
    return "stopped";
  });
  expect([...seen.keys()].toSorted()).toEqual(["failed", "stopped"]);
});

test("a login succeeds only with a token", async () => {
  const seen = await check(async (answer) => {
    const { context } = open(answer);
    const outcome = await outcomeOf(
      makeCall({ ...context, tokens: undefined }, operations.token, {}),
    );
    if ("error" in outcome) return "failed";
    expect(isGood(answer)).toBe(true);
    expect(answer.saysNo ?? false).toBe(false);
    const body = JSON.parse(answer.text);
    const { access_token: token } = (body.code ?? undefined) === undefined ? body : body.data;
    expect(outcome.value.access_token).toBe(String(token));
    return "logged in";
  });
  expect([...seen.keys()].toSorted()).toEqual(["failed", "logged in"]);
});
