import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectNoSecret, openClient, openPlatform, seedId, spec } from "./client.fixture.ts";
import type { Client } from "./client.ts";
import { isQizhiError } from "./errors.ts";
import { hostileText, type LocalPlatform } from "./local/index.ts";

/** Field names and values that answers are made of, so that the random ones come near to real ones. */
const words = fc.constantFrom(
  "code",
  "message",
  "data",
  "job_id",
  "status",
  "timeline",
  "access_token",
  "expires_in",
  "framework_config",
  "envs",
  "node_count",
  "running_time_ms",
  "sub_msg",
  "toString",
  "constructor",
  "__proto__",
  "then",
  "toJSON",
);
const values = fc.oneof(
  fc.constantFrom(0, -1, 429, 500, "0", null, "", seedId, "job_running", "job_succeeded", "604800"),
  fc.constant(hostileText),
  fc.double(),
  fc.string({ unit: "binary" }),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    values,
    fc.array(tie("tree"), { maxLength: 3 }),
    fc
      .array(fc.tuple(fc.oneof(words, fc.string()), tie("tree")), { maxLength: 6 })
      .map(toObjectText),
  ),
}));

/** JSON of an object, by hand: an object of the language would lose `__proto__` and double keys. */
class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

function toObjectText(entries: [string, unknown][]): JsonText {
  return new JsonText(
    `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${toText(value)}`).join()}}`,
  );
}

function toText(value: unknown): string {
  if (value instanceof JsonText) return value.text;
  if (Array.isArray(value)) return `[${value.map(toText).join()}]`;
  return JSON.stringify(value) ?? "null";
}

const json = tree.map(toText);
const enveloped = json.map((text) => `{"code":0,"message":"success","data":${text}}`);
const nearlyRight = fc.array(fc.tuple(words, tree), { maxLength: 4 }).map((entries) => {
  const known: [string, unknown][] = [
    ["job_id", seedId],
    ["access_token", "some.token"],
  ];
  return `{"code":0,"data":${toObjectText([...entries, ...known]).text}}`;
});
const bytes = fc.uint8Array({ maxLength: 200 });
const cutOff = fc
  .tuple(enveloped, fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([text, part]) => text.slice(0, Math.floor(text.length * part)));
const bodies = fc.oneof(
  json,
  enveloped,
  nearlyRight,
  bytes,
  cutOff,
  fc.string({ unit: "binary" }),
  fc.constantFrom("1e999", "[".repeat(10_000), `${"[".repeat(9_999)}${"]".repeat(9_999)}`),
);
// 1xx are no final answers, and 407 is a proxy's.
const statuses = fc.oneof(
  { weight: 2, arbitrary: fc.constant(200) },
  fc.constantFrom(201, 204, 301, 302, 400, 401, 403, 404, 408, 418, 429, 500, 502, 503, 599),
);
const headers = fc.record(
  {
    "retry-after": fc.constantFrom(
      "1",
      "0",
      "soon",
      "-1",
      "99999999999",
      "Sun, 06 Nov 2033 08:49:37 GMT",
    ),
    "content-type": fc.constantFrom("text/html", "application/json", "x"),
    location: fc.constantFrom("/", "//x", "javascript:0"),
  },
  { requiredKeys: [] },
);

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
