import { type Fault, startLocalPlatform } from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import {
  createIdentity,
  forwardTo,
  startConnectProxy,
  startHttps,
  startSocks,
} from "../../core/src/transport/connection/test-servers.fixture.ts";
import { runBundle } from "./bundle.ts";
import { findSecrets } from "@qizhi/runner-emulator";

const host = "qz.platform.test";

/** A platform behind TLS under a name that only the proxy knows. */
async function startBehindProxy() {
  await using stack = new AsyncDisposableStack();
  const identity = createIdentity(host);
  const platform = stack.use(await startLocalPlatform({ stages: 20 }));
  const front = stack.use(await startHttps(identity, forwardTo(platform.url)));
  const proxy = stack.use(await startConnectProxy(front.port));
  const kept = stack.move();
  return {
    platform,
    proxy,
    /** The checkout of the step. */
    files: { "ca.pem": identity.cert },
    baseUrl: `https://${host}:${front.port}`,
    proxyUrl: `http://me:proxy-pass%40word@127.0.0.1:${proxy.port}`,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

describe.concurrent("the network", () => {
  test("is reached by CONNECT through HTTPS_PROXY, with its credentials and a CA of one's own", async () => {
    await using behind = await startBehindProxy();
    const result = await runBundle(behind.platform, {
      inputs: { "base-url": behind.baseUrl },
      files: behind.files,
      env: { HTTPS_PROXY: behind.proxyUrl, NODE_EXTRA_CA_CERTS: "ca.pem" },
    });
    expect(result).toMatchObject({ conclusion: "success", problems: [] });
    const authorization = `Basic ${Buffer.from("me:proxy-pass@word").toString("base64")}`;
    const target = new URL(behind.baseUrl).host;
    expect(behind.proxy.connects.length).toBeGreaterThan(0);
    expect(new Set(behind.proxy.connects.map((each) => each.target))).toEqual(new Set([target]));
    expect(behind.proxy.connects[0]).toEqual({ target, authorization });
    expect(findSecrets(result, { proxy: "proxy-pass@word" })).toEqual([]);
  });

  test("is reached through a SOCKS proxy with a password", async () => {
    await using behind = await startBehindProxy();
    await using socks = await startSocks("me:socks-pass");
    const result = await runBundle(behind.platform, {
      inputs: { "base-url": behind.baseUrl },
      files: behind.files,
      env: {
        ALL_PROXY: `socks5h://me:socks-pass@127.0.0.1:${socks.port}`,
        NODE_EXTRA_CA_CERTS: "ca.pem",
      },
    });
    expect(result).toMatchObject({ conclusion: "success", problems: [] });
    expect(socks.records[0]).toMatchObject({ type: "name", host });
    expect(findSecrets(result, { proxy: "socks-pass" })).toEqual([]);
  });

  test.for([`${host}`, "platform.test", `.platform.test`, "*"])(
    "is not reached through the proxy with NO_PROXY=%s",
    async (list) => {
      await using behind = await startBehindProxy();
      const result = await runBundle(behind.platform, {
        inputs: { "base-url": behind.baseUrl },
        env: { HTTPS_PROXY: behind.proxyUrl, NO_PROXY: list },
      });
      expect(behind.proxy.connects).toEqual([]);
      expect(result.conclusion).toBe("failure");
    },
  );

  test("without the CA is refused, with nothing sent and a next step", async () => {
    await using behind = await startBehindProxy();
    const result = await runBundle(behind.platform, {
      inputs: { "base-url": behind.baseUrl },
      env: { HTTPS_PROXY: behind.proxyUrl },
    });
    expect(result.sent.error).toBe(1);
    expect(result.annotations[0]?.message).toMatch(/certificate|SELF_SIGNED/i);
    expect(behind.platform.requests).toEqual([]);
  });

  test.for([
    [{ NODE_TLS_REJECT_UNAUTHORIZED: "0" }, /NODE_TLS_REJECT_UNAUTHORIZED=0 would let anybody/],
    [{ HTTPS_PROXY: "http://me:p@ss:w/rd@proxy:1" }, /HTTPS_PROXY is not a proxy .*%40/s],
  ] as const)(
    "with %o is refused as a wrong input, with nothing sent",
    async ([setting, words]) => {
      await using behind = await startBehindProxy();
      const result = await runBundle(behind.platform, {
        inputs: { "base-url": behind.baseUrl },
        files: behind.files,
        env: { HTTPS_PROXY: behind.proxyUrl, NODE_EXTRA_CA_CERTS: "ca.pem", ...setting },
      });
      expect(result.conclusion).toBe("failure");
      expect(result.annotations[0]?.message).toMatch(words);
      expect(result.annotations[0]?.title).toContain("The inputs are wrong");
      expect(behind.platform.requests).toEqual([]);
    },
  );

  test("never carries the password along a redirect", async () => {
    await using other = await startLocalPlatform();
    const location = `${other.url}/auth/token`;
    const faults: Fault[] = [{ operation: "token", fault: { kind: "login-redirect", location } }];
    await using platform = await startLocalPlatform({ faults });
    const result = await runBundle(platform);
    expect(result.conclusion).toBe("failure");
    expect(other.requests).toEqual([]);
  });
});
