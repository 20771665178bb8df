import { setImmediate } from "node:timers/promises";
import { inspect } from "node:util";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { createNodeFetch, type NodeFetch } from "./node-fetch.ts";
import {
  closed,
  closedPort,
  createIdentity,
  startHttp,
  startHttps,
  startTcp,
} from "./connection/test-servers.fixture.ts";

const identity = createIdentity("localhost");
const env = {};

/** One POST with secrets in it, by a connection of its own. */
async function post(
  url: string,
  init: Parameters<NodeFetch["fetch"]>[1] = {},
  options = {},
): Promise<unknown> {
  const { fetch } = createNodeFetch({ env, ...options });
  const error: unknown = await fetch(url, {
    method: "POST",
    body: '{"password":"hunter2"}',
    headers: { authorization: "Bearer hunter2" },
    keepalive: false,
    ...init,
  }).then(
    (answer) => answer.text(),
    (failure: unknown) => failure,
  );
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("hunter2");
  return error;
}

/** A server that acts once the whole head of a request is there. */
function startAfterRequest(act: (socket: Socket) => void) {
  return startTcp((socket) => socket.once("data", () => act(socket)));
}

describe("nothing was sent", () => {
  test("where nobody listens", async () => {
    const error = await post(`http://127.0.0.1:${await closedPort()}/`);

    expect(error).toMatchObject({ name: "TransportError", code: "ECONNREFUSED", sent: false });
  });

  test("where the name does not exist", async () => {
    const error = await post("http://nowhere.invalid/");

    expect(error).toMatchObject({ code: expect.stringMatching(/ENOTFOUND|EAI_/), sent: false });
  });

  test("where the server speaks no TLS", async () => {
    await using server = await startHttp((_, response) => response.end());

    const error = await post(`https://127.0.0.1:${server.port}/`);

    expect(error).toMatchObject({
      code: expect.stringMatching(/EPROTO|ERR_SSL|ECONNRESET/),
      sent: false,
    });
  });

  test("where the certificate is not trusted", async () => {
    let requests = 0;
    await using server = await startHttps(identity, (_, response) => {
      requests += 1;
      response.end();
    });

    const error = await post(`https://localhost:${server.port}/`);

    expect(error).toMatchObject({ code: "DEPTH_ZERO_SELF_SIGNED_CERT", sent: false });
    expect(String(error)).toContain("QIZHI_CA_FILE");
    expect(requests).toBe(0);
  });

  test("where the connection is closed in the TLS handshake", async () => {
    await using server = await startAfterRequest((socket) => socket.end());

    const error = await post(`https://127.0.0.1:${server.port}/`);

    expect(error).toMatchObject({ code: "ECONNRESET", sent: false });
  });

  test("where the TLS handshake does not end in time", async () => {
    await using server = await startTcp((socket) => socket.resume());

    const error = await post(`https://127.0.0.1:${server.port}/`, {}, { connectTimeoutMs: 30 });

    expect(error).toMatchObject({ code: "CONNECT_TIMEOUT", sent: false });
    await Promise.all(server.connections.map(closed));
  });

  test("where a certificate file cannot be used", async () => {
    const error = await post("https://127.0.0.1/", {}, { env: { QIZHI_CA_FILE: "/nowhere.pem" } });

    expect(error).toMatchObject({ code: "CA_INVALID", sent: false });
    expect(String(error)).toContain("QIZHI_CA_FILE");
    expect(await post("https://127.0.0.1/", {}, { ca: "no certificate" })).toMatchObject({
      code: "CA_INVALID",
    });
  });
});

describe("the server may have got the request", () => {
  test.each([
    ["resets before the answer", (socket: Socket) => socket.resetAndDestroy()],
    ["closes before the answer", (socket: Socket) => socket.end()],
    ["cuts the headers", (socket: Socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Le")],
  ])("where it %s", async (_, act) => {
    await using server = await startAfterRequest(act);

    const error = await post(`http://127.0.0.1:${server.port}/`);

    expect(error).toMatchObject({ code: "ECONNRESET", sent: true, status: undefined });
  });

  test("where it answers in something else than HTTP", async () => {
    await using server = await startAfterRequest((socket) => socket.end("SSH-2.0-x\r\n"));

    const error = await post(`http://127.0.0.1:${server.port}/`);

    expect(error).toMatchObject({ code: expect.stringMatching(/^HPE_/), sent: true });
  });

  test("where it switches to another protocol", async () => {
    await using server = await startAfterRequest((socket) =>
      socket.write("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n"),
    );

    const error = await post(`http://127.0.0.1:${server.port}/`);

    expect(error).toMatchObject({ code: "ECONNRESET", sent: true });
  });

  test("where a connection from the pool breaks", async () => {
    let requests = 0;
    await using server = await startTcp((socket) =>
      socket.on("data", () => {
        requests += 1;
        if (requests === 1) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
        else socket.resetAndDestroy();
      }),
    );
    const { fetch } = createNodeFetch({ env });
    await fetch(`http://127.0.0.1:${server.port}/`);

    const failure = fetch(`http://127.0.0.1:${server.port}/`);

    await expect(failure).rejects.toMatchObject({ code: "ECONNRESET", sent: true });
    expect(server.connections).toHaveLength(1);
  });

  test("where a TLS connection from the pool breaks", async () => {
    let requests = 0;
    await using server = await startHttps(identity, (request, response) => {
      requests += 1;
      if (requests === 1) response.end("{}");
      else request.socket.destroy();
    });
    const { fetch } = createNodeFetch({ env, ca: identity.cert });
    await fetch(`https://localhost:${server.port}/`);

    const failure = fetch(`https://localhost:${server.port}/`);

    await expect(failure).rejects.toMatchObject({ code: "ECONNRESET", sent: true });
    expect(server.connections).toHaveLength(1);
  });

  const head = "HTTP/1.1 200 OK\r\n";
  test.each([
    ["short of its length", `${head}content-length: 9\r\n\r\n{"a":`, "end"],
    ["cut in a chunk", `${head}transfer-encoding: chunked\r\n\r\n9\r\n{"a":`, "end"],
    ["cut between chunks", `${head}transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n`, "end"],
    ["reset", `${head}content-length: 9\r\n\r\n{"a":`, "reset"],
    ["reset before its first byte", `${head}content-length: 9\r\n\r\n`, "reset"],
  ])("where the body is %s", async (_, bytes, ending) => {
    await using server = await startAfterRequest((socket) =>
      socket.write(bytes, async () => {
        if (ending === "end") return socket.end();
        // A reset discards what the client has not read; it reads in turns of this same loop.
        for (let turn = 0; turn < 50; turn++) await setImmediate();
        return socket.resetAndDestroy();
      }),
    );

    const error = await post(`http://127.0.0.1:${server.port}/`);

    expect(error).toMatchObject({ code: "BODY_TRUNCATED", sent: true, status: 200 });
  });
});

const cut = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{";
const stages: [string, { scheme: string; bytes: string; sent: boolean }][] = [
  ["in the TLS handshake", { scheme: "https", bytes: "", sent: false }],
  ["before the answer", { scheme: "http", bytes: "", sent: true }],
  ["in the headers", { scheme: "http", bytes: cut.slice(0, 20), sent: true }],
  ["in the body", { scheme: "http", bytes: cut, sent: true }],
];

describe("an abort", () => {
  test("before the call opens no connection", async () => {
    await using server = await startTcp(() => undefined);
    const reason = new Error("mine");
    const signal = AbortSignal.abort(reason);

    expect(await post(`http://127.0.0.1:${server.port}/`, { signal })).toBe(reason);
    expect(server.connections).toEqual([]);
  });

  test.each(stages)("%s rejects with its reason and closes the connection", async (_, stage) => {
    const controller = new AbortController();
    const reason = new Error("mine");
    await using server = await startAfterRequest((socket) =>
      socket.write(stage.bytes, () => setImmediate().then(() => controller.abort(reason))),
    );

    const url = `${stage.scheme}://127.0.0.1:${server.port}/`;
    const error = await post(url, { signal: controller.signal });

    expect(error).toBe(reason);
    await Promise.all(server.connections.map(closed));
  });
});

describe("the time of a call", () => {
  test.concurrent.each(stages)("that ends %s says whether it was sent", async (_, stage) => {
    await using server = await startAfterRequest((socket) => socket.write(stage.bytes));

    const url = `${stage.scheme}://127.0.0.1:${server.port}/`;
    const error = await post(url, { timeoutMs: 500 });

    expect(error).toMatchObject({ code: "TIMEOUT", sent: stage.sent });
    expect(error).toHaveProperty("message", expect.stringContaining("within 500 ms"));
    await Promise.all(server.connections.map(closed));
  });

  test("ends with the call", async () => {
    await using server = await startTcp((socket) => socket.end("HTTP/1.1 204 No Content\r\n\r\n"));
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout");
    const before = timers();

    await post(`http://127.0.0.1:${server.port}/`, { timeoutMs: 3_600_000 });

    // A timer of the test's own surroundings may end meanwhile; one of an hour would stay.
    expect(timers().length).toBeLessThanOrEqual(before.length);
  });
});

describe("a body", () => {
  const encoded = { "x-text": '{"名":1}' };
  const text = encoded["x-text"];

  test.each([
    ["gzip", gzipSync(text)],
    ["x-gzip", gzipSync(text)],
    ["deflate", deflateSync(text)],
    ["deflate", deflateRawSync(text)],
    ["br", brotliCompressSync(text)],
    ["deflate, gzip", gzipSync(deflateSync(text))],
    ["identity", Buffer.from(text)],
  ])("that came as %s is decoded", async (encoding, bytes) => {
    await using server = await startHttp((_, response) =>
      response.setHeader("content-encoding", encoding).end(bytes),
    );

    expect(await post(`http://127.0.0.1:${server.port}/`)).toBe(text);
  });

  test.each([
    ["of a stated length above the limit", {}, Buffer.alloc(2000), "BODY_TOO_LARGE"],
    [
      "that grows above the limit",
      { "transfer-encoding": "chunked" },
      Buffer.alloc(2000),
      "BODY_TOO_LARGE",
    ],
    [
      "that decodes to more than the limit",
      { "content-encoding": "gzip" },
      gzipSync(Buffer.alloc(50_000_000)).subarray(0),
      "BODY_TOO_LARGE",
    ],
    [
      "whose gzip stream is cut",
      { "content-encoding": "gzip" },
      gzipSync("{}").subarray(0, -9),
      "BODY_TRUNCATED",
    ],
    [
      "whose brotli stream is cut",
      { "content-encoding": "br" },
      brotliCompressSync(text.repeat(9)).subarray(0, -4),
      "BODY_TRUNCATED",
    ],
    [
      "that is not what it says",
      { "content-encoding": "gzip" },
      Buffer.from("{}"),
      "BODY_ENCODING",
    ],
    ["in an unknown encoding", { "content-encoding": "zstd" }, Buffer.from("{}"), "BODY_ENCODING"],
    [
      "encoded too many times",
      { "content-encoding": "gzip,gzip,gzip,gzip" },
      Buffer.from("{}"),
      "BODY_ENCODING",
    ],
  ])("%s is an error", async (_, headers, bytes, code) => {
    await using server = await startHttp((_request, response) =>
      response.writeHead(200, headers).end(bytes),
    );
    const maxBodyBytes = bytes.length > 2000 ? 100_000 : 1000;

    const error = await post(`http://127.0.0.1:${server.port}/`, {}, { maxBodyBytes });

    expect(error).toMatchObject({ code, sent: true, status: 200 });
  });
});

test("a header that could forge another line is refused, and its value is not shown", async () => {
  const headers = { authorization: "hunter2\r\nx-forged: 1" };

  const error = await post(`http://127.0.0.1:${await closedPort()}/`, { headers });

  expect(error).toBeInstanceOf(TypeError);
  expect(String(error)).not.toContain("hunter2");
});

describe("a body in chunks of one byte", () => {
  const head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
  const bytes = "1\r\nx\r\n".repeat(10_000);

  test("is read whole", async () => {
    await using server = await startTcp((socket) => {
      socket.once("data", () => socket.write(`${head}${bytes.repeat(20)}0\r\n\r\n`));
    });
    expect(await post(`http://127.0.0.1:${server.port}/`)).toBe("x".repeat(200_000));
  });

  test("that never ends is left at the deadline, while it comes in", async () => {
    await using server = await startTcp((socket) => {
      const pour = () => {
        while (!socket.destroyed && socket.write(bytes));
      };
      socket.once("data", () => socket.write(head));
      socket.once("data", pour);
      socket.on("drain", pour);
    });
    const began = performance.now();
    const error = await post(
      `http://127.0.0.1:${server.port}/`,
      { timeoutMs: 200 },
      {
        maxBodyBytes: 1e9,
      },
    );
    expect(error).toMatchObject({ code: "TIMEOUT", sent: true });
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});
