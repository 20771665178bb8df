import { describe, expect, test } from "vitest";
import { toBody } from "../body.fixture.ts";
import { logIn, toCaller, type Answer, type Caller } from "../caller.fixture.ts";
import {
  hostileText,
  keepsEffect,
  startLocalPlatform,
  type Fault,
  type FaultAction,
} from "../index.ts";

async function createUnder(fault: FaultAction) {
  const platform = await startLocalPlatform({ stages: 60_000 });
  const caller = await logIn(platform);
  platform.setFaults([{ operation: "create", fault }]);
  const answer = await caller.create().catch((error: unknown) => error);
  const record = platform.requests.findLast(({ operation }) => operation === "create");
  return { platform, caller, answer, record };
}

const answered: [FaultAction, (answer: Answer) => void][] = [
  [{ kind: "latency", ms: 20 }, ({ code }) => expect(code).toBe(0)],
  [{ kind: "late-effect", ms: 20 }, ({ code }) => expect(code).toBe(0)],
  [{ kind: "drip", intervalMs: 1 }, ({ code }) => expect(code).toBe(0)],
  [
    { kind: "cut-json" },
    ({ status, json, text }) => expect([status, json, text[0]]).toEqual([200, undefined, "{"]),
  ],
  [
    { kind: "html-200" },
    ({ status, text }) => expect([status, text.includes("<form")]).toEqual([200, true]),
  ],
  [{ kind: "html-200", effect: true }, ({ text }) => expect(text).toContain("<form")],
  [
    { kind: "login-redirect", location: "http://127.0.0.1:1/login" },
    ({ status, headers }) =>
      expect([status, headers.get("location")]).toEqual([302, "http://127.0.0.1:1/login"]),
  ],
  [
    { kind: "rate-limit" },
    ({ status, text, headers }) => {
      expect([status, text.includes("openresty")]).toEqual([429, true]);
      expect(headers.has("retry-after")).toBe(false);
    },
  ],
  [
    { kind: "rate-limit", body: "json", retryAfterSec: 7 },
    ({ code, headers }) => expect([code, headers.get("retry-after")]).toEqual([429, "7"]),
  ],
  [
    { kind: "rate-limit", retryAfterSec: 60, retryAfterForm: "date" },
    ({ headers }) =>
      expect(Date.parse(headers.get("retry-after") ?? "")).toBeGreaterThan(Date.now()),
  ],
  [{ kind: "server-error" }, ({ status, code }) => expect([status, code]).toEqual([500, 100000])],
  [{ kind: "server-error", effect: true }, ({ status }) => expect(status).toBe(500)],
  [
    { kind: "gateway-error", status: 504, effect: true },
    ({ status, text }) => expect([status, text.includes("Gateway Timeout")]).toEqual([504, true]),
  ],
  [{ kind: "token-refused" }, ({ status, code }) => expect([status, code]).toEqual([200, -1])],
  [{ kind: "token-refused", status: 401 }, ({ status }) => expect(status).toBe(401)],
  [
    { kind: "reply", status: 418, headers: { "x-odd": "1" }, body: "tea", effect: true },
    ({ status, text, headers }) =>
      expect([status, text, headers.get("x-odd")]).toEqual([418, "tea", "1"]),
  ],
  [
    { kind: "hostile-text" },
    ({ data, code }) => expect([code, data["name"]]).toEqual([0, hostileText]),
  ],
];

describe("a fault that answers", () => {
  test.for(answered)("%j", async ([fault, check]) => {
    const { platform, answer, record } = await createUnder(fault);
    await using _ = platform;
    expect(answer).not.toBeInstanceOf(Error);
    // A caller gives answers or throws errors.
    check(answer as Answer);
    expect(record).toMatchObject({ fault: fault.kind, effect: keepsEffect(fault) });
    expect(platform.jobs()).toHaveLength(keepsEffect(fault) ? 1 : 0);
  });
});

describe("a fault that does not answer", () => {
  test.for([
    { kind: "reset" },
    { kind: "reset", effect: true },
    { kind: "truncated-body" },
  ] as const)("%j", async (fault) => {
    const { platform, answer, record } = await createUnder(fault);
    await using _ = platform;
    expect(answer).toBeInstanceOf(Error);
    expect(record).toMatchObject({ outcome: "cut-off", effect: keepsEffect(fault) });
    expect(platform.jobs()).toHaveLength(keepsEffect(fault) ? 1 : 0);
  });

  test.for([false, true])("never an answer, with the effect: %s", async (effect) => {
    await using platform = await startLocalPlatform({ stages: 60_000 });
    const caller = await logIn(platform);
    platform.setFaults([{ operation: "create", fault: { kind: "never-answer", effect } }]);
    const abort = new AbortController();
    const call = fetch(`${platform.url}/openapi/v1/train_job/create`, {
      method: "POST",
      headers: { authorization: `Bearer ${caller.token}` },
      body: JSON.stringify(toBody()),
      signal: abort.signal,
    });
    while (platform.requests[1]?.fault === undefined) await platform.changed();
    expect(platform.requests[1]).toMatchObject({ outcome: "pending", effect });
    abort.abort();
    await expect(call).rejects.toThrow("abort");
    while (platform.requests[1].outcome === "pending") await platform.changed();
    expect(platform.requests[1].outcome).toBe("client-gone");
    expect(platform.jobs()).toHaveLength(effect ? 1 : 0);
  });
});

test("calls count from the moment a fault is set, each operation by itself", async () => {
  await using platform = await startLocalPlatform({ stages: 60_000 });
  const caller = await logIn(platform);
  await caller.create();
  platform.setFaults([
    { operation: "create", calls: [1, 3], fault: { kind: "server-error" } },
    { operation: "detail", calls: { from: 2, to: 3 }, fault: { kind: "gateway-error" } },
  ]);
  const jobId = platform.jobs()[0]?.jobId ?? "";
  expect(await statuses(4, () => caller.create())).toEqual([500, 200, 500, 200]);
  expect(await statuses(4, () => caller.detail(jobId))).toEqual([200, 502, 502, 200]);
});

test("random faults strike the same calls again with the same seed, and others with another", async () => {
  const run = async (seed: number) => {
    const fault: Fault = {
      operation: "any",
      probability: 0.5,
      seed,
      fault: [{ kind: "server-error" }, { kind: "gateway-error" }],
    };
    await using platform = await startLocalPlatform();
    const caller = await logIn(platform);
    platform.setFaults([fault]);
    return await statuses(40, () => caller.detail("x"));
  };
  const first = await run(7);
  expect(new Set(first)).toEqual(new Set([200, 500, 502]));
  expect(await run(7)).toEqual(first);
  expect(await run(8)).not.toEqual(first);
});

test("a token dies after its calls, and a new one lives", async () => {
  await using platform = await startLocalPlatform();
  const caller = await logIn(platform);
  platform.setFaults([{ operation: "any", fault: { kind: "token-dies", afterCalls: 2 } }]);
  const codes = async () => (await caller.detail("x")).code;
  expect([await codes(), await codes(), await codes()]).toEqual([100002, 100002, -1]);
  platform.setFaults([]);
  expect(await codes()).toBe(-1);
  await caller.login();
  expect(await codes()).toBe(100002);
});

test("an unknown status and hostile text come in an answer that is right otherwise", async () => {
  await using platform = await startLocalPlatform({ jobs: [{ status: "job_running" }] });
  const caller = await logIn(platform);
  const jobId = platform.jobs()[0]?.jobId ?? "";
  platform.setFaults([
    { operation: "detail", calls: [1], fault: { kind: "unknown-status" } },
    { operation: "detail", calls: [2], fault: { kind: "hostile-text", text: "\u001B[31m" } },
  ]);
  expect((await caller.detail(jobId)).data).toMatchObject({
    status: "job_hibernating",
    name: "seed",
  });
  expect((await caller.detail(jobId)).data).toMatchObject({
    job_id: jobId,
    status: "job_running",
    name: "\u001B[31m",
    command: "\u001B[31m",
    node_infos: [{ node_name: "\u001B[31m" }],
    running_time_ms: expect.stringMatching(/^\d+$/),
  });
});

test("an outage refuses connections until it is over, and the jobs go on", async () => {
  await using platform = await startLocalPlatform({ stages: 0 });
  const caller = await logIn(platform);
  const jobId = await caller.submit("true");
  await platform.outage();
  await expect(caller.detail(jobId)).rejects.toThrow("fetch failed");
  await platform.waitForStatus(jobId, "job_succeeded");
  await platform.restore();
  expect((await caller.detail(jobId)).data["status"]).toBe("job_succeeded");
  await platform.outage(50);
  const isBack = () =>
    caller.detail(jobId).then(
      ({ code }) => code,
      () => "down",
    );
  expect(await isBack()).toBe("down");
  await expect.poll(isBack).toBe(0);
});

async function statuses(count: number, call: () => ReturnType<Caller["create"]>) {
  const seen: number[] = [];
  for (let index = 0; index < count; index++) seen.push((await call()).status);
  return seen;
}

test("a fault of a name that there is not is refused, and the earlier ones stay", async () => {
  const reset: Fault = { operation: "token", fault: { kind: "reset" } };
  await using platform = await startLocalPlatform({ faults: [reset] });
  const faults = [{ operation: "create", fault: { kind: "resett" } }] as unknown as Fault[];
  expect(() => platform.setFaults(faults)).toThrow(
    "setFaults cannot take this: 0.fault.kind: there is no resett (write reset).",
  );
  await expect(toCaller(platform).login()).rejects.toThrow();
});
