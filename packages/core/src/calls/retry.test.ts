import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ApiError, AuthError, ConnectionError, ResponseError } from "../errors/errors.ts";
import {
  backoffMs,
  hadNoEffect,
  isPassing,
  mayHaveHadEffect,
  retryAfterMs,
  RetryBudget,
} from "./retry.ts";

const call = { operation: "create", host: "h", attempts: 1 };
const api = (status: number, platformCode?: number, platformMessage = "") =>
  new ApiError(call, { status, platformCode, platformMessage });
const connection = (reason: string, sent: boolean) =>
  new ConnectionError(call, { reason, why: { rule: "failed", params: {} }, sent });
const response = (status: number) =>
  new ResponseError(call, status, { rule: "html_page", params: {} });

describe("a failure", () => {
  test.each<[string, unknown, boolean, boolean, boolean]>([
    // name, error, passing, certainly no effect, maybe an effect
    ["refused connection", connection("ECONNREFUSED", false), true, true, false],
    ["unknown name", connection("ENOTFOUND", false), true, true, false],
    ["reset", connection("ECONNRESET", true), true, false, true],
    ["deadline", connection("TIMEOUT", true), true, false, true],
    ["wrong certificate", connection("CERT_HAS_EXPIRED", false), false, true, false],
    ["wrong proxy", connection("PROXY_INVALID", false), false, true, false],
    ["body too large", connection("BODY_TOO_LARGE", true), false, false, true],
    ["429", api(429), true, true, false],
    ["500", api(500), true, false, true],
    ["500 code 100000", api(500, 100000), true, false, true],
    ["500 code 100002", api(500, 100002), false, false, true],
    ["500 quota", api(500, 100000, "总项目配额不足"), false, false, false],
    ["200 code 500", api(200, 500), true, false, true],
    ["200 code 100000", api(200, 100000), true, false, true],
    ["200 quota", api(200, 100000, "超出总提交配额限制"), false, false, false],
    ["200 code 100002", api(200, 100002), false, false, false],
    ["400 code -100000", api(400, -100000), false, false, false],
    ["408", api(408), true, false, true],
    ["409", api(409), false, false, true],
    ["409 code 100002", api(409, 100002), false, false, false],
    ["404", api(404), false, false, false],
    ["page with 200", response(200), true, false, true],
    ["page with 404", response(404), false, false, false],
    ["page with 408", response(408), true, false, true],
    ["page with 409", response(409), false, false, true],
    ["page with 502", response(502), true, false, true],
    ["refused token", new AuthError("token_refused", "s", "h"), false, false, false],
    ["a fault of the caller", new TypeError("x"), false, false, false],
    ["an abort", "reason", false, false, false],
  ])("%s is judged", (_name, error, passing, noEffect, maybe) => {
    expect(isPassing(error)).toBe(passing);
    expect(hadNoEffect(error)).toBe(noEffect);
    expect(mayHaveHadEffect(error, "create")).toBe(maybe);
    // The failure of another call on the way says nothing of this one.
    expect(mayHaveHadEffect(error, "stop")).toBe(false);
  });
});

describe("the pause before another attempt", () => {
  test("is anywhere under a doubling ceiling of at most 20 s", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), (attempt) => {
        const pause = backoffMs(attempt);
        expect(pause).toBeGreaterThanOrEqual(0);
        expect(pause).toBeLessThan(Math.min(20_000, 500 * 2 ** (attempt - 1)));
      }),
    );
    const pauses = Array.from({ length: 2_000 }, () => backoffMs(4));
    expect(Math.min(...pauses)).toBeLessThan(400);
    expect(Math.max(...pauses)).toBeGreaterThan(3_600);
  });

  test("is what the platform asks for at least, however long that is", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.double({ min: 0, noNaN: true }),
        (n, asked) => {
          const pause = backoffMs(n, asked);
          expect(pause).toBeGreaterThanOrEqual(asked);
          expect(pause).toBeLessThanOrEqual(Math.max(20_000, asked + 1_000));
        },
      ),
    );
  });

  test("is spread although the platform asks for 0", () => {
    expect(new Set(Array.from({ length: 100 }, () => backoffMs(3, 0))).size).toBeGreaterThan(90);
  });
});

describe("Retry-After", () => {
  const sentAt = "Sun, 06 Nov 2033 08:49:37 GMT";
  test.each([
    ["120", 120_000],
    [" 1.5 ", 1_500],
    ["0", 0],
    ["Sun, 06 Nov 2033 08:50:07 GMT", 30_000],
    ["Sunday, 06-Nov-33 08:50:07 GMT", 30_000],
    ["Sun, 06 Nov 2033 08:00:00 GMT", 0],
    ["-5", undefined],
    ["soon", undefined],
    ["2033-11-06", undefined],
    ["1e3", undefined],
    ["", undefined],
    [undefined, undefined],
    ["120, 120", undefined],
  ])("%j asks for %s ms", (value, ms) => {
    expect(retryAfterMs(value, sentAt)).toBe(ms);
  });

  test("as a date is read by this machine's clock where the answer has no date", () => {
    const inAMinute = new Date(Date.now() + 60_000).toUTCString();
    expect(retryAfterMs(inAMinute, undefined)).toBeGreaterThan(55_000);
    expect(retryAfterMs(inAMinute, "no date")).toBeLessThanOrEqual(60_000);
  });
});

test("a budget pays for 20 retries, and one more for 5 successes", () => {
  const budget = new RetryBudget();
  const spend = () => Array.from({ length: 100 }, () => budget.spend()).filter(Boolean).length;
  expect(spend()).toBe(20);
  for (let success = 0; success < 9; success++) budget.earn();
  expect(spend()).toBe(1);
  for (let success = 0; success < 10_000; success++) budget.earn();
  expect(spend()).toBe(20);
});
