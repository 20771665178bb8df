import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bodies, enveloped, headers, nearlyRight, statuses } from "./answers.fixture.ts";
import {
  expectNoSecret,
  openClient,
  openPlatform,
  seedId,
  spec,
} from "../client/client.fixture.ts";
import type { Client } from "../client/client.ts";
import { isQizhiError } from "../errors/errors.ts";
import type { LocalPlatform } from "../local/index.ts";

const calls: Record<string, (client: Client) => Promise<unknown>> = {
  token: (client) => client.authenticate(),
  create: (client) => client.createJob(spec),
  detail: (client) => client.getJob(seedId),
  stop: (client) => client.stopJob(seedId),
};

let platform: LocalPlatform;

beforeAll(async () => {
  platform = await openPlatform({ jobs: [{ jobId: seedId, status: "job_running" }] });
});
afterAll(() => platform.dispose());

describe.each(["token", "create", "detail", "stop"] as const)("%s", (operation) => {
  test("takes any answer, and fails with an error of this library only", async () => {
    const outcomes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(statuses, headers, bodies, async (status, answerHeaders, body) => {
        const reply = { kind: "reply", status, headers: answerHeaders, body } as const;
        platform.setFaults([{ operation, fault: reply }]);
        const given = operation === "token" ? {} : { accessToken: "given.token" };
        const client = openClient(platform, { ...given, maxAttempts: 2 });
        try {
          await calls[operation]?.(client);
          outcomes.add("fine");
        } catch (error) {
          if (!isQizhiError(error)) throw error;
          expectNoSecret(error);
          expect(JSON.parse(JSON.stringify(error))).toMatchObject({ code: error.code });
          expect(error.message).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
          expect(error.message.length).toBeLessThan(2_000);
          outcomes.add(error.code);
        }
      }),
      { numRuns: 150 },
    );
    // The random answers must reach all the ways in which a call can end.
    expect(outcomes).toContain("fine");
    expect(outcomes.size).toBeGreaterThanOrEqual(3);
  });
});

test("a wait takes any answer, and ends or goes on", async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(enveloped, nearlyRight), async (body) => {
      platform.setFaults([{ operation: "detail", fault: { kind: "reply", status: 200, body } }]);
      const client = openClient(platform, { accessToken: "given.token", maxAttempts: 1 });
      try {
        await client.waitForJob(seedId, { timeoutMs: 60_000 });
      } catch (error) {
        if (!isQizhiError(error)) throw error;
      }
    }),
    { numRuns: 50 },
  );
});

test("nothing that an answer says reaches the language's own objects", async () => {
  const body = `{"code":0,"data":{"job_id":"${seedId}","constructor":{"prototype":{"polluted":1}}}}`;
  platform.setFaults([{ operation: "detail", fault: { kind: "reply", status: 200, body } }]);
  await openClient(platform).getJob(seedId);
  expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
});
