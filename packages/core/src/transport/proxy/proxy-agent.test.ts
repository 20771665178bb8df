import type { RequestListener } from "node:http";
import { inspect, promisify } from "node:util";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Server as ProxyChain } from "proxy-chain";
import { afterAll, describe, expect, test } from "vitest";
import { createNodeFetch } from "../node-fetch.ts";
import {
  closed,
  closedPort,
  createIdentity,
  startHttp,
  startHttps,
  startSocks,
  startTcp,
} from "../connection/test-servers.fixture.ts";

const identity = createIdentity("platform.test", "localhost");
const proxyIdentity = createIdentity("localhost");
const caFolder = mkdtempSync(join(tmpdir(), "ca-"));
const caFile = join(caFolder, "ca.pem");
writeFileSync(caFile, `${identity.cert}\n${proxyIdentity.cert}`);
afterAll(() => rmSync(caFolder, { recursive: true }));

/** A real http or https proxy that demands credentials, and behind it one that knows every name. */
async function startProxy(serverType: "http" | "https" = "http") {
  const resolver = await startSocks();
  const requests: string[] = [];
  const proxy = new ProxyChain({
    port: 0,
    host: "127.0.0.1",
    serverType,
    httpsOptions: proxyIdentity,
    prepareRequestFunction: ({ username, password, hostname, port, isHttp }) => {
      requests.push(`${isHttp ? "forward" : "connect"} ${hostname}:${port}`);
      return {
        requestAuthentication: `${username}:${password}` !== "me:hun@ter2",
        upstreamProxyUrl: `socks5h://127.0.0.1:${resolver.port}`,
      };
    },
  });
  await proxy.listen();
  return {
    requests,
    url: (credentials = "me:hun%40ter2@") =>
      `${serverType}://${credentials}localhost:${proxy.port}`,
    async [Symbol.asyncDispose]() {
      await proxy.close(true);
      await resolver[Symbol.asyncDispose]();
    },
  };
}

/** The platform, recording what reached it. */
async function startPlatform(scheme: string) {
  const headers: NodeJS.Dict<unknown>[] = [];
  const listener: RequestListener = (request, response) => {
    headers.push(request.headers);
    response.end(`${request.method} ${request.url}`);
  };
  const server = await (scheme === "https" ? startHttps(identity, listener) : startHttp(listener));
  return { ...server, headers, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const post = { method: "POST", body: "{}", headers: { authorization: "Bearer hunter2" } };

/** What a failed call rejected with; never with a secret inside. */
async function failureOf(call: Promise<unknown>): Promise<unknown> {
  const error: unknown = await call.then(
    () => "no failure",
    (failure: unknown) => failure,
  );
  expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/hun(?:@|%40)?ter2/);
  return error;
}

describe.each(["http", "https"] as const)("through an %s proxy", (proxyScheme) => {
  test.each([
    ["https", "connect", "keep-alive"],
    ["http", "forward", expect.anything()],
  ])("an %s call is sent with the proxy's credentials", async (scheme, kind, connection) => {
    await using platform = await startPlatform(scheme);
    await using proxy = await startProxy(proxyScheme);
    const { fetch, close } = createNodeFetch({
      env: { QIZHI_CA_FILE: caFile, ALL_PROXY: proxy.url(), NO_PROXY: "other.test" },
    });

    for (const keepalive of [true, true, false]) {
      const answer = await fetch(`${scheme}://platform.test:${platform.port}/a?b=1`, {
        ...post,
        keepalive,
      });
      expect(await answer.text()).toBe("POST /a?b=1");
    }
    close();

    const expected = `${kind} platform.test:${platform.port}`;
    expect(new Set(proxy.requests)).toEqual(new Set([expected]));
    // The second call shares the tunnel of the first; forwarded calls are seen one by one.
    expect(proxy.requests).toHaveLength(kind === "connect" ? 2 : 3);
    expect(platform.headers).toHaveLength(3);
    expect(platform.headers[0]).toMatchObject({
      host: `platform.test:${platform.port}`,
      authorization: "Bearer hunter2",
      connection,
    });
    expect(platform.headers[0]).not.toHaveProperty("proxy-authorization");
  });

  test.each(["https", "http"])("an %s call with wrong credentials is not sent", async (scheme) => {
    await using platform = await startPlatform(scheme);
    await using proxy = await startProxy(proxyScheme);
    const { fetch } = createNodeFetch({
      env: { QIZHI_CA_FILE: caFile, ALL_PROXY: proxy.url("me:hunter2@") },
    });

    const error = await failureOf(fetch(`${scheme}://platform.test:${platform.port}/`, post));

    expect(error).toMatchObject({ name: "TransportError", code: "PROXY_REFUSED", sent: false });
    expect(String(error)).toContain("***@localhost");
    expect(platform.connections).toEqual([]);
  });
});

describe("through a SOCKS proxy", () => {
  test.each([
    ["https", "socks5h", "name", "platform.test"],
    ["http", "socks5h", "name", "platform.test"],
    ["https", "socks5", "address", "localhost"],
  ])("an %s call by %s asks for the %s", async (scheme, proxyScheme, type, host) => {
    await using platform = await startPlatform(scheme);
    await using socks = await startSocks("me:hun@ter2");
    const { fetch, close } = createNodeFetch({
      env: { QIZHI_CA_FILE: caFile },
      proxy: `${proxyScheme}://me:hun%40ter2@127.0.0.1:${socks.port}`,
    });

    const answer = await fetch(`${scheme}://${host}:${platform.port}/a`, post);
    expect(await answer.text()).toBe("POST /a");
    await fetch(`${scheme}://${host}:${platform.port}/a`, post);
    close();

    expect(socks.records).toEqual([
      {
        type,
        host: type === "name" ? host : expect.stringMatching(/^127\.|^::1$/),
        port: platform.port,
        credentials: "me:hun@ter2",
      },
    ]);
  });

  test.each([
    ["wrong credentials", "me:other", 0],
    ["a refusal", "me:hunter2", 2],
  ])("%s means that nothing was sent", async (_, credentials, reply) => {
    await using socks = await startSocks("me:hunter2", reply);
    const { fetch } = createNodeFetch({
      env: { ALL_PROXY: `socks5h://${credentials}@127.0.0.1:${socks.port}` },
    });

    const error = await failureOf(fetch("https://platform.test/", post));

    expect(error).toMatchObject({ code: "PROXY_REFUSED", sent: false });
    await Promise.all(socks.connections.map(closed));
  });
});

describe.each(["http", "https", "socks5h"])("an %s proxy", (scheme) => {
  test("where nobody listens means that nothing was sent", async () => {
    const proxy = `${scheme}://me:hunter2@127.0.0.1:${await closedPort()}`;
    const { fetch } = createNodeFetch({ env: { HTTPS_PROXY: proxy } });

    const error = await failureOf(fetch("https://platform.test/", post));

    expect(error).toMatchObject({ code: "ECONNREFUSED", sent: false });
    expect(String(error)).toContain(`the proxy ${scheme}://***@127.0.0.1`);
  });

  test("that closes at once means that nothing was sent", async () => {
    await using proxy = await startTcp((socket) => socket.once("data", () => socket.end()));
    const { fetch } = createNodeFetch({
      env: { HTTPS_PROXY: `${scheme}://me:hunter2@127.0.0.1:${proxy.port}` },
    });

    const error = await failureOf(fetch("https://platform.test/", post));

    expect(error).toMatchObject({ name: "TransportError", sent: false });
  });

  test("that never answers is given up, at an abort and in time", async () => {
    const controller = new AbortController();
    const reason = new Error("mine");
    await using proxy = await startTcp((socket) =>
      socket.on("data", () => controller.abort(reason)),
    );
    const env = { HTTPS_PROXY: `${scheme}://127.0.0.1:${proxy.port}` };
    const { signal } = controller;

    const aborted = createNodeFetch({ env }).fetch("https://platform.test/", { ...post, signal });
    expect(await failureOf(aborted)).toBe(reason);

    const timed = createNodeFetch({ env }).fetch("https://platform.test/", {
      ...post,
      timeoutMs: 30,
    });
    expect(await failureOf(timed)).toMatchObject({ code: "TIMEOUT", sent: false });

    const late = createNodeFetch({ env, connectTimeoutMs: 30 }).fetch(
      "https://platform.test/",
      post,
    );
    expect(await failureOf(late)).toMatchObject({ code: "CONNECT_TIMEOUT", sent: false });
    await Promise.all(proxy.connections.map(closed));
  });
});

test("a malformed proxy variable is named before anything is connected", async () => {
  const { fetch } = createNodeFetch({ env: { HTTPS_PROXY: "ftp://me:hunter2@proxy" } });

  const error = await failureOf(fetch("https://platform.test/", post));

  expect(error).toMatchObject({ code: "PROXY_INVALID", sent: false });
});

test("NO_PROXY sends a call past the proxy", async () => {
  await using platform = await startPlatform("http");
  const { fetch } = createNodeFetch({
    env: { HTTP_PROXY: `http://127.0.0.1:${await closedPort()}`, NO_PROXY: "127.0.0.0/8" },
  });

  expect((await fetch(`http://127.0.0.1:${platform.port}/`)).status).toBe(200);
});

describe("extra certificates", () => {
  test.each([
    ["the option ca", { ca: identity.cert, env: {} }],
    ["QIZHI_CA_FILE", { env: { QIZHI_CA_FILE: caFile } }],
  ])("of %s are trusted", async (_, options) => {
    await using platform = await startPlatform("https");
    const { fetch, close } = createNodeFetch(options);

    const answer = await fetch(`https://localhost:${platform.port}/`, { keepalive: false });
    close();

    expect(answer.status).toBe(200);
  });

  test("leave those trusted that NODE_EXTRA_CA_CERTS names", async () => {
    await using platform = await startPlatform("https");
    const script = `
      const { createNodeFetch } = await import(${JSON.stringify(import.meta.resolve("../node-fetch.ts"))});
      const { fetch } = createNodeFetch({ ca: ${JSON.stringify(proxyIdentity.cert)} });
      console.log((await fetch("https://localhost:${platform.port}/")).status);
    `;

    const child = await promisify(execFile)(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", script],
      { env: { NODE_EXTRA_CA_CERTS: caFile } },
    );

    expect(child.stdout).toBe("200\n");
  });

  test("do not make another name trusted", async () => {
    await using platform = await startPlatform("https");
    await using socks = await startSocks();
    const { fetch } = createNodeFetch({
      ca: identity.cert,
      env: { ALL_PROXY: `socks5h://127.0.0.1:${socks.port}` },
    });

    const error = await failureOf(fetch(`https://other.test:${platform.port}/`, post));

    expect(error).toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID", sent: false });
    expect(platform.headers).toEqual([]);
  });
});

describe.each(["http", "socks5h"])("through an %s proxy", (scheme) => {
  test("the certificate of an address is not compared with the name of the proxy", async () => {
    const onlyByName = createIdentity("localhost");
    await using platform = await startHttps(onlyByName, (_, response) => response.end("through"));
    await using proxy = await (scheme === "http" ? startProxy() : startSocks());
    const { fetch } = createNodeFetch({
      ca: onlyByName.cert,
      env: {},
      proxy: "url" in proxy ? proxy.url() : `socks5h://localhost:${proxy.port}`,
    });

    const error = await failureOf(fetch(`https://127.0.0.2:${platform.port}/`, post));

    expect(error).toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID", sent: false });
  });
});

test("no debug output of the agents shows a secret", async () => {
  await using platform = await startPlatform("https");
  await using proxy = await startProxy();
  const script = `
    const { createNodeFetch } = await import(${JSON.stringify(import.meta.resolve("../node-fetch.ts"))});
    const { fetch, close } = createNodeFetch({ proxy: process.argv[1] });
    const answer = await fetch("https://platform.test:${platform.port}/", {
      method: "POST", body: "hunter2", headers: { authorization: "Bearer hunter2" },
    });
    close();
    console.log(answer.status);
  `;

  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", script, proxy.url()],
    {
      env: {
        QIZHI_CA_FILE: caFile,
        DEBUG: "*",
        DEBUG_SHOW_HIDDEN: "1",
        DEBUG_GETTERS: "1",
        NODE_DEBUG: "http,https,net,tls,stream",
      },
    },
  );

  expect(stdout).toBe("200\n");
  expect(stderr).toContain("https-proxy-agent");
  const basic = Buffer.from("me:hun@ter2").toString("base64");
  for (const secret of ["hunter2", "hun@ter2", "hun%40ter2", basic]) {
    expect(stderr).not.toContain(secret);
  }
});
