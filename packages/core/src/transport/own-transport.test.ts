import { getEventListeners } from "node:events";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { failureOf, openClient, openPlatform, seedId, spec } from "../client/client.fixture.ts";
import { createClient } from "../client/create-client.ts";
import type { TransportFetch } from "./request.ts";
import { createIdentity, startHttps } from "./connection/test-servers.fixture.ts";

test("a function is a transport, with headers as an object and a signal", async () => {
  await using platform = await openPlatform();
  const seen: unknown[] = [];
  const transport: TransportFetch = (url, request) => {
    const { method, headers, redirect, keepalive, signal } = request;
    seen.push([url, method, Object.keys(headers), redirect, keepalive, signal.aborted]);
    return fetch(url, request);
  };
  await openClient(platform, { transport }).createJob(spec);
  const names = ["content-type", "accept"];
  expect(seen).toEqual([
    [`${platform.url}/auth/token`, "POST", names, "manual", true, false],
    [
      `${platform.url}/openapi/v1/train_job/create`,
      "POST",
      ["authorization", ...names],
      "manual",
      false,
      false,
    ],
  ]);
});

test("an own transport leaves nothing of its requests at a signal that many share", async () => {
  await using platform = await openPlatform({ jobs: [{ jobId: seedId, status: "job_succeeded" }] });
  const { signal } = new AbortController();
  const client = openClient(platform, { transport: (url, request) => fetch(url, request) });
  for (let round = 0; round < 5; round++) {
    await Promise.all([client.getJob(seedId, { signal }), client.getJob(seedId, { signal })]);
  }
  // Signals that `AbortSignal.any` made of it are no listeners: the runtime keeps them in a set of its own.
  const key = Object.getOwnPropertySymbols(signal).find(
    ({ description }) => description === "kDependantSignals",
  );
  const made: unknown = key && Reflect.get(signal, key);
  expect(Object(made).size ?? 0).toBe(0);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

describe("an own transport that takes no notice of its signal", () => {
  const never: TransportFetch = () => new Promise(() => {});
  const open = (transport: TransportFetch) =>
    createClient({
      baseUrl: "https://qz.test",
      accessToken: "some-token",
      transport,
      attemptTimeoutMs: 50,
      maxAttempts: 1,
    });

  test("holds no call past its deadline, also in the middle of an answer", async () => {
    const half: TransportFetch = async () => ({
      status: 200,
      headers: { get: () => null },
      text: () => new Promise<string>(() => {}),
    });
    for (const transport of [never, half]) {
      const error = await failureOf(open(transport).getJob(seedId));
      expect(error).toMatchObject({ code: "connection", reason: "TIMEOUT" });
    }
  });

  test("holds no call that is aborted, and a create stays one of unknown outcome", async () => {
    const reason = new Error("enough");
    const aborted = AbortSignal.abort(reason);
    const leaving = new AbortController();
    const look = open(() => (leaving.abort(reason), never("", Object(undefined))));
    await expect(look.getJob(seedId, { signal: leaving.signal })).rejects.toBe(reason);
    const error = await failureOf(open(never).createJob(spec));
    expect(error).toMatchObject({ code: "submission_unknown" });
    await expect(open(never).createJob(spec, { signal: aborted })).rejects.toBe(reason);
  });
});

describe("what an own transport throws", () => {
  const client = (transport: TransportFetch) =>
    createClient({ baseUrl: "https://qz.test", accessToken: "some-token", transport });

  test("as a bug ends the call at once, and is its cause", async () => {
    let calls = 0;
    const bug = new TypeError("my transport has a bug with some-token");
    const error = await failureOf(
      client(() => {
        calls += 1;
        throw bug;
      }).getJob(seedId),
    );
    expect(calls).toBe(1);
    expect(error).toHaveProperty("cause", bug);
    expect(error).toMatchObject({ code: "connection", rule: "transport_threw" });
    expect(String(error)).toMatch(
      /the transport that the client was given threw TypeError: my transport has a bug with .+ Correct the transport\.$/,
    );
    expect(String(error)).not.toContain("some-token");
  });

  test("as nothing at all ends the call, and the error holds nothing of the request", async () => {
    const error = await failureOf(client(() => Promise.reject()).getJob(seedId));
    expect(error).toMatchObject({ code: "connection", rule: "transport_threw" });
    expect(inspect(error, { depth: 10, showHidden: true, getters: true })).not.toMatch(
      /some-token|authorization/,
    );
  });

  test.each(["one error", "two errors"])("as a circle of %s ends the call", async (of) => {
    let asked = 0;
    const last = new Error("proxy down");
    const failure = of === "one error" ? last : new Error("no way out", { cause: last });
    const get = () => {
      asked += 1;
      if (asked > 1_000) throw new RangeError("its causes have no end");
      return failure;
    };
    Object.defineProperty(last, "cause", { get });
    const error = await failureOf(client(() => Promise.reject(failure)).getJob(seedId));
    expect(error).toMatchObject({ code: "connection", rule: "transport_threw", cause: failure });
  });

  test("as a bug in a create leaves it unknown whether it was sent", async () => {
    const bug = new ReferenceError("logger is not defined");
    const error = await failureOf(client(() => Promise.reject(bug)).createJob(spec));
    expect(error).toMatchObject({ code: "submission_unknown", cause: { cause: bug } });
  });

  test("as a connection that breaks with the code of one that never was, leaves a create unknown, and sends it once", async () => {
    let calls = 0;
    const cause = Object.assign(new Error("read ENETUNREACH"), {
      code: "ENETUNREACH",
      syscall: "read",
    });
    const transport: TransportFetch = async () => {
      calls += 1;
      throw new TypeError("fetch failed", { cause });
    };
    const error = await failureOf(client(transport).createJob(spec));
    expect([calls, error]).toMatchObject([1, { code: "submission_unknown" }]);
  });

  test.each([
    ["Chrome", new TypeError("Failed to fetch")],
    ["Safari", new TypeError("Load failed")],
    ["undici", new TypeError("fetch failed", { cause: new Error("other side closed") })],
  ])("as a failure of the network, in the words of %s, is tried again", async (_name, failure) => {
    let calls = 0;
    const transport: TransportFetch = async () => {
      calls += 1;
      throw failure;
    };
    const options = { baseUrl: "https://qz.test", accessToken: "t", transport, maxAttempts: 2 };
    const error = await failureOf(createClient(options).getJob(seedId));
    expect(error).toMatchObject({ code: "connection", rule: "failed", cause: failure });
    expect(calls).toBe(2);
  });

  test("a certificate that the runtime's fetch refuses: nothing was sent, and no create is in doubt", async () => {
    let requests = 0;
    await using server = await startHttps(createIdentity(), () => void (requests += 1));
    const baseUrl = `https://127.0.0.1:${server.port}`;
    const own = createClient({ baseUrl, accessToken: "t", transport: globalThis });
    const error = await failureOf(own.createJob(spec));
    expect(error).toMatchObject({ code: "connection", rule: "cert_refused", sent: false });
    expect(requests).toBe(0);
  });
});
