import { describe, expect, test } from "vitest";
import type { AccessToken } from "./access-token.ts";
import type { StoredToken, TokenOwner, TokenStore } from "./auth.ts";
import {
  count,
  createTestClock,
  failureOf,
  openClient,
  openPlatform,
  seedId,
} from "./client.fixture.ts";
import { createClient } from "./create-client.ts";
import type { ClientEvent } from "../transport/request.ts";
import type { LocalPlatformOptions } from "../local/index.ts";

const withSeed: LocalPlatformOptions = { jobs: [{ jobId: seedId, status: "job_running" }] };

/** A store in memory that counts what is asked of it. */
function createStore(kept?: AccessToken): TokenStore & { kept: AccessToken | undefined } {
  const store = {
    kept,
    // Whoever asks is the owner.
    read: async (owner: TokenOwner) => store.kept && { ...store.kept, ...owner },
    async write(token: StoredToken) {
      store.kept = token;
    },
    async remove(_owner: TokenOwner, value: string) {
      if (store.kept?.value === value) store.kept = undefined;
    },
  };
  return store;
}

/** A token that a platform has issued, in the form of a given `AccessToken`. */
async function issueToken(platform: Awaited<ReturnType<typeof openPlatform>>): Promise<string> {
  await openClient(platform).authenticate();
  return platform.issuedTokens.at(-1) ?? "";
}

describe("one login", () => {
  test("serves 1,000 callers at once", { timeout: 60_000 }, async () => {
    await using platform = await openPlatform(withSeed);
    const client = openClient(platform);
    await Promise.all(Array.from({ length: 1_000 }, () => client.getJob(seedId)));
    expect(count(platform, "token")).toBe(1);
    expect(count(platform, "detail")).toBe(1_000);
  });

  test("replaces a token that 200 callers find dead at once", { timeout: 60_000 }, async () => {
    await using platform = await openPlatform({ ...withSeed });
    const dead = await issueToken(platform);
    platform.setFaults([{ operation: "detail", fault: { kind: "token-dies", afterCalls: 150 } }]);
    const client = openClient(platform, { accessToken: dead });
    const jobs = await Promise.all(Array.from({ length: 200 }, () => client.getJob(seedId)));
    expect(jobs).toHaveLength(200);
    expect(count(platform, "token")).toBe(2);
  });

  test("outlives the caller that began it, but not the last one that waits for it", async () => {
    await using platform = await openPlatform({
      ...withSeed,
      faults: [{ operation: "token", calls: [1], fault: { kind: "never-answer" } }],
    });
    const client = openClient(platform);
    const [first, second] = [new AbortController(), new AbortController()];
    const firstCall = failureOf(client.getJob(seedId, { signal: first.signal }));
    const secondCall = failureOf(client.getJob(seedId, { signal: second.signal }));
    while (platform.requests.length === 0) await platform.changed();
    first.abort("first");
    expect(await firstCall).toBe("first");
    expect(platform.requests[0]?.outcome).toBe("pending");
    second.abort("second");
    expect(await secondCall).toBe("second");
    while (platform.requests[0]?.outcome === "pending") await platform.changed();
    expect(platform.requests[0]?.outcome).toBe("client-gone");
    await client.getJob(seedId);
    expect(count(platform, "token")).toBe(2);
  });

  test("is reported by an event, and each token before it is used", async () => {
    await using platform = await openPlatform(withSeed);
    const events: ClientEvent[] = [];
    const tokens: string[] = [];
    const client = openClient(platform, {
      onEvent: (event) => void events.push(event),
      onToken: (token) => {
        expect(count(platform, "detail")).toBe(0);
        tokens.push(token);
      },
    });
    await client.getJob(seedId);
    expect(tokens).toEqual(platform.issuedTokens);
    expect(events.map(({ type }) => type)).toEqual([
      "login",
      "request",
      "answer",
      "request",
      "answer",
    ]);
  });

  test("a given token is reported as well", async () => {
    const tokens: string[] = [];
    createClient({ accessToken: "given", onToken: (token) => void tokens.push(token) });
    expect(tokens).toEqual(["given"]);
  });
});

describe("a refused token", () => {
  test.each([
    ["code -1 with HTTP 200", { kind: "token-refused", status: 200 }],
    ["code -1 with HTTP 401", { kind: "token-refused", status: 401 }],
    ["code -1 with HTTP 403", { kind: "token-refused", status: 403 }],
    ["a redirect to a login page", { kind: "login-redirect" }],
    ["401 without JSON", { kind: "reply", status: 401, body: "<h1>Unauthorized</h1>" }],
    ["403 without JSON", { kind: "reply", status: 403, body: "" }],
    ["code 100001", { kind: "reply", status: 200, body: '{"code":100001,"message":"no auth"}' }],
  ] as const)("as %s is renewed once, then the refusal stands", async (_name, fault) => {
    await using platform = await openPlatform({
      ...withSeed,
      faults: [{ operation: "detail", fault }],
    });
    const client = openClient(platform);
    const error = await failureOf(client.getJob(seedId));
    expect(error).toMatchObject({ code: "auth", reason: "token_refused" });
    expect(count(platform, "detail")).toBe(2);
    expect(count(platform, "token")).toBe(2);
  });

  test("is renewed and the call goes on", async () => {
    await using platform = await openPlatform({
      ...withSeed,
      faults: [{ operation: "detail", calls: [1], fault: { kind: "token-refused" } }],
    });
    await expect(openClient(platform).getJob(seedId)).resolves.toMatchObject({ job_id: seedId });
    expect(count(platform, "token")).toBe(2);
  });

  test("that is refused late does not throw away the new one", async () => {
    await using platform = await openPlatform({
      ...withSeed,
      faults: [
        // The straggler: its refusal of the first token comes when the second is long in use.
        { operation: "detail", calls: [1], fault: { kind: "token-refused", status: 401 } },
        { operation: "detail", calls: [2], fault: { kind: "token-refused" } },
      ],
    });
    const client = openClient(platform);
    await Promise.all([client.getJob(seedId), client.getJob(seedId)]);
    await client.getJob(seedId);
    expect(count(platform, "token")).toBe(2);
  });

  test("without credentials says what the platform said, each time", async () => {
    await using platform = await openPlatform(withSeed);
    const client = openClient(platform, { credentials: undefined, accessToken: "dead.token" });
    for (let call = 1; call <= 2; call++) {
      const error = await failureOf(client.getJob(seedId));
      expect(error).toMatchObject({ code: "auth", reason: "token_refused" });
      expect(String(error)).toContain("token expired");
    }
    expect(count(platform, "token")).toBe(0);
  });

  test("ends in the login's own trouble when no new one is to be had", async () => {
    await using platform = await openPlatform(withSeed);
    const client = openClient(platform, { accessToken: "dead.token" });
    platform.setFaults([{ operation: "token", fault: { kind: "gateway-error" } }]);
    const error = await failureOf(client.getJob(seedId));
    expect(error).toMatchObject({ code: "response", call: { operation: "token", attempts: 5 } });
    expect(count(platform, "detail")).toBe(1);
  });
});

describe("a refused login", () => {
  test.each([200, 400, 401, 403, 500, 502])(
    "with HTTP %i is explained and never retried",
    async (status) => {
      const refusedLogin = {
        status,
        code: 100001,
        message: "invalid_grant: Invalid user credentials",
      };
      await using platform = await openPlatform({ wire: { refusedLogin } });
      const credentials = { username: "someone", password: "hunter2-wrong" };
      const error = await failureOf(openClient(platform, { credentials }).getJob(seedId));
      expect(error).toMatchObject({ code: "auth", reason: "login_refused" });
      expect(String(error)).toContain("invalid_grant");
      expect(String(error)).toContain("个人中心");
      expect(count(platform, "token")).toBe(1);
    },
  );

  test("is not sent again by the next calls of the client, for five minutes", async () => {
    const refusedLogin = { status: 200, code: 100001, message: "invalid_grant: bad password" };
    await using platform = await openPlatform({ wire: { refusedLogin } });
    const credentials = { username: "someone", password: "hunter2-wrong" };
    const clock = createTestClock();
    const client = openClient(platform, { credentials, clock });
    for (let calls = 0; calls < 3; calls++) {
      expect(await failureOf(client.getJob(seedId))).toMatchObject({ reason: "login_refused" });
    }
    expect(count(platform, "token")).toBe(1);
    await clock.sleep(300_000);
    expect(await failureOf(client.getJob(seedId))).toMatchObject({ reason: "login_refused" });
    expect(count(platform, "token")).toBe(2);
  });

  test("by a gateway that has no route says nothing of the password, and the next call logs in", async () => {
    const body = '{"message":"no Route matched with those values"}';
    await using platform = await openPlatform({
      ...withSeed,
      faults: [{ operation: "token", calls: [1], fault: { kind: "reply", status: 404, body } }],
    });
    const client = openClient(platform);
    const error = await failureOf(client.getJob(seedId));
    expect(error).toMatchObject({ code: "api", status: 404, call: { operation: "token" } });
    expect(await client.getJob(seedId)).toMatchObject({ job_id: seedId });
  });

  test("in other words says to check the password", async () => {
    const refusedLogin = { status: 200, code: 100003, message: "用户已禁用" };
    await using platform = await openPlatform({ wire: { refusedLogin, openApiEnabled: false } });
    const error = await failureOf(openClient(platform).authenticate());
    expect(String(error)).toContain("用户已禁用");
    expect(String(error)).toContain("password");
    expect(count(platform, "token")).toBe(1);
  });

  test("as an OAuth server words it, without a code, is explained", async () => {
    const body = '{"error":"invalid_grant","error_description":"invalid_grant: bad user"}';
    await using platform = await openPlatform({
      faults: [{ operation: "token", fault: { kind: "reply", status: 401, body } }],
    });
    const error = await failureOf(openClient(platform).authenticate());
    expect(String(error)).toContain("bad user");
    expect(error).toMatchObject({ reason: "login_refused" });
    expect(count(platform, "token")).toBe(1);
  });

  test("by a redirect points at the address", async () => {
    await using platform = await openPlatform({
      faults: [{ operation: "token", fault: { kind: "login-redirect" } }],
    });
    const error = await failureOf(openClient(platform).authenticate());
    expect(error).toMatchObject({
      reason: "login_refused",
      hint: expect.stringContaining("base URL"),
    });
    expect(count(platform, "token")).toBe(1);
  });

  test("that echoes the password does not show it", async () => {
    await using platform = await openPlatform();
    const { password } = platform.credentials;
    for (const body of [
      JSON.stringify({ code: 100001, message: `invalid_grant for ${password}` }),
      `<title>${password}</title>`,
      `you sent ${JSON.stringify({ password })}`,
    ]) {
      platform.setFaults([{ operation: "token", fault: { kind: "reply", status: 400, body } }]);
      await failureOf(openClient(platform).authenticate());
    }
    expect(count(platform, "token")).toBe(3);
  });

  test("that gives a token no header can carry is an error of its own", async () => {
    const body = JSON.stringify({ code: 0, data: { access_token: "a\r\nx: y", expires_in: "60" } });
    await using platform = await openPlatform({
      faults: [{ operation: "token", fault: { kind: "reply", status: 200, body } }],
    });
    expect(await failureOf(openClient(platform).authenticate())).toMatchObject({
      code: "response",
    });
  });

  test("is missing where nothing was given", async () => {
    await using platform = await openPlatform();
    const error = await failureOf(openClient(platform, { credentials: undefined }).getJob(seedId));
    expect(error).toMatchObject({ code: "auth", reason: "missing" });
    expect(platform.requests).toHaveLength(0);
  });
});

describe("a token store", () => {
  test("gives its token to a new client, which does not log in", async () => {
    await using platform = await openPlatform(withSeed);
    const tokenStore = createStore();
    await openClient(platform, { tokenStore }).getJob(seedId);
    await openClient(platform, { tokenStore }).getJob(seedId);
    expect(count(platform, "token")).toBe(1);
    expect(tokenStore.kept?.value).toBe(platform.issuedTokens[0]);
  });

  test("forgets a refused token and keeps the new one", async () => {
    await using platform = await openPlatform(withSeed);
    const tokenStore = createStore({ value: "stale.token", expiresAt: undefined });
    await openClient(platform, { tokenStore }).getJob(seedId);
    expect(tokenStore.kept?.value).toBe(platform.issuedTokens[0]);
  });

  test("lends the token that another process has renewed", async () => {
    await using platform = await openPlatform(withSeed);
    const renewed = await issueToken(platform);
    const tokenStore = createStore({ value: renewed, expiresAt: undefined });
    await openClient(platform, { tokenStore, accessToken: "dead.token" }).getJob(seedId);
    expect(count(platform, "token")).toBe(1);
  });

  test("whose token of another process is dead, too, leads to a login", async () => {
    await using platform = await openPlatform(withSeed);
    const tokenStore = createStore({ value: "dead.too", expiresAt: undefined });
    await openClient(platform, { tokenStore, accessToken: "dead.token" }).getJob(seedId);
    expect(platform.requests.map(({ operation }) => operation)).toEqual([
      "detail",
      "detail",
      "token",
      "detail",
    ]);
  });

  test("with an expired or unusable token is passed over", async () => {
    await using platform = await openPlatform(withSeed);
    for (const kept of [
      { value: "expired", expiresAt: Date.now() - 1 },
      { value: "no\nheader", expiresAt: undefined },
    ]) {
      await openClient(platform, { tokenStore: createStore(kept) }).getJob(seedId);
    }
    expect(platform.requests.map(({ operation }) => operation).join()).toBe(
      "token,detail,token,detail",
    );
  });

  test("that mixes up its owners lends no token to another account or another platform", async () => {
    await using platform = await openPlatform(withSeed);
    await using other = await openPlatform(withSeed);
    let kept: StoredToken | undefined;
    const tokenStore: TokenStore = {
      read: async () => kept,
      write: async (token) => void (kept = token),
      remove: async () => {},
    };
    await openClient(platform, { tokenStore }).getJob(seedId);
    const { username } = platform.credentials;
    expect(kept).toMatchObject({ baseUrl: platform.url, username });
    // The right owner needs no login, also without a password.
    await openClient(platform, { tokenStore, credentials: undefined }).getJob(seedId);
    const credentials = { username: "bob", password: "wrong" };
    const refused = await failureOf(
      openClient(platform, { tokenStore, credentials }).getJob(seedId),
    );
    expect(refused).toMatchObject({ code: "auth", reason: "login_refused" });
    await failureOf(openClient(other, { tokenStore, credentials: undefined }).getJob(seedId));
    expect(other.requests).toHaveLength(0);
    expect(platform.requests.map(({ operation }) => operation).join()).toBe(
      "token,detail,detail,token",
    );
  });

  test("that fails costs a login, not the call", async () => {
    await using platform = await openPlatform(withSeed);
    const events: ClientEvent[] = [];
    const fail = async () => {
      throw new Error("disk full");
    };
    const client = openClient(platform, {
      tokenStore: { read: fail, write: fail, remove: fail },
      accessToken: "dead.token",
      onEvent: (event) => void events.push(event),
    });
    await client.getJob(seedId);
    const actions = events.flatMap((event) => (event.type === "store" ? [event.action] : []));
    expect(actions).toEqual(["read", "remove", "write"]);
  });
});

test("a token store that answers null has no token", async () => {
  await using platform = await openPlatform(withSeed);
  // As a store in plain JavaScript may.
  const tokenStore: TokenStore = { ...createStore(), read: async () => JSON.parse("null") };
  const client = openClient(platform, { tokenStore });
  expect(await client.getJob(seedId)).toMatchObject({ job_id: seedId });
  expect(count(platform, "token")).toBe(1);
});

describe("the life of a token", () => {
  test.each(["string", "number"] as const)("is read from expires_in as a %s", async (expiresIn) => {
    await using platform = await openPlatform({ ...withSeed, wire: { expiresIn } });
    const tokenStore = createStore();
    await openClient(platform, { tokenStore }).getJob(seedId);
    const left = (tokenStore.kept?.expiresAt ?? 0) - Date.now();
    expect(left).toBeGreaterThan(604_800_000 - 310_000);
    expect(left).toBeLessThanOrEqual(604_800_000 - 300_000);
  });

  test("makes a client log in again before the platform refuses", async () => {
    await using platform = await openPlatform(withSeed);
    const body = JSON.stringify({ code: 0, data: { access_token: "short", expires_in: "1" } });
    platform.setFaults([
      { operation: "token", calls: [1], fault: { kind: "reply", status: 200, body } },
    ]);
    const client = openClient(platform);
    const realNow = Date.now;
    await client.authenticate();
    try {
      // The only way to let a second of the calendar pass without a sleep.
      Date.now = () => realNow() + 901;
      await client.authenticate();
    } finally {
      Date.now = realNow;
    }
    expect(count(platform, "token")).toBe(2);
  });

  test("that has passed here is of no weight where there is no other token", async () => {
    await using platform = await openPlatform(withSeed);
    const value = await issueToken(platform);
    const tokenStore = createStore({ value, expiresAt: Date.now() - 1 });
    const client = openClient(platform, { credentials: undefined, tokenStore });
    await expect(client.getJob(seedId)).resolves.toMatchObject({ job_id: seedId });
  });
});

test("a caller that may wait 50 ms for a login does not wait longer", async () => {
  await using platform = await openPlatform({
    faults: [{ operation: "token", fault: { kind: "never-answer" } }],
  });
  const client = openClient(platform, { clock: createTestClock() });
  const started = performance.now();
  const error = await failureOf(client.authenticate({ timeoutMs: 50 }));
  expect(error).toMatchObject({ code: "connection", reason: "TIMEOUT", sent: false });
  expect(performance.now() - started).toBeLessThan(3_000);
});
