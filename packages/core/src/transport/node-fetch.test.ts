import { execFile } from "node:child_process";
import { getEventListeners } from "node:events";
import { promisify } from "node:util";
import { createFetch } from "ofetch";
import { describe, expect, test } from "vitest";
import { createNodeFetch } from "./node-fetch.ts";
import { startHttp } from "./connection/test-servers.fixture.ts";

const env = {};

describe("a call", () => {
  test("sends a string through ofetch and brings back the text, status and headers", async () => {
    const seen: unknown[] = [];
    await using server = await startHttp(async (request, response) => {
      const chunks = await request.toArray();
      seen.push([request.method, request.url, request.headers, chunks.join("")]);
      response.setHeader("x-one", ["a", "b"]).end("\uFEFF{}");
    });
    const { fetch, Headers } = createNodeFetch({ env });
    const { raw } = createFetch({ fetch, Headers, AbortController });

    const answer = await raw<string, "text">(`http://127.0.0.1:${server.port}/a?b=1#c`, {
      method: "POST",
      body: '{"名":1}',
      headers: { authorization: "Bearer one" },
      retry: false,
      responseType: "text",
    });

    expect(answer).toMatchObject({ status: 200, ok: true, _data: "{}" });
    expect(answer.headers.get("X-One")).toBe("a, b");
    expect(answer.headers.get("x-two")).toBeNull();
    expect(seen).toEqual([
      [
        "POST",
        "/a?b=1",
        expect.objectContaining({
          authorization: "Bearer one",
          "content-length": "9",
          "accept-encoding": "identity",
        }),
        '{"名":1}',
      ],
    ]);
  });

  test("hands a redirect back as it is", async () => {
    const paths: unknown[] = [];
    await using server = await startHttp((request, response) => {
      paths.push(request.url);
      response.writeHead(302, { location: "/login" }).end("moved");
    });
    const { fetch } = createNodeFetch({ env });

    const answer = await fetch(`http://127.0.0.1:${server.port}/start`);

    expect(answer).toMatchObject({ status: 302, ok: false, redirected: false });
    expect(answer.headers.get("location")).toBe("/login");
    expect(paths).toEqual(["/start"]);
  });

  test("resolves an answer that can have no body", async () => {
    await using server = await startHttp((_, response) => response.writeHead(204).end());
    const { fetch } = createNodeFetch({ env });

    const answer = await fetch(new URL(`http://127.0.0.1:${server.port}/`));

    expect([answer.status, await answer.text()]).toEqual([204, ""]);
  });

  test.each([
    ["a Request", (fetch: typeof globalThis.fetch) => fetch(new Request("http://127.0.0.1/"))],
    ["another scheme", (fetch: typeof globalThis.fetch) => fetch("file:///etc/passwd")],
    ["credentials in the URL", (fetch: typeof globalThis.fetch) => fetch("http://a:secret@b/")],
    [
      "a body that is no string",
      (fetch: typeof globalThis.fetch) =>
        fetch("http://127.0.0.1/", { method: "POST", body: new URLSearchParams("a=1") }),
    ],
  ])("refuses %s without a secret in the message", async (_, call) => {
    const failure = call(createNodeFetch({ env }).fetch);

    await expect(failure).rejects.toThrow(TypeError);
    await expect(failure).rejects.not.toThrow(/secret/);
  });
});

describe("connections", () => {
  test("are shared by ordinary calls and never by a call with keepalive: false", async () => {
    const connectionHeaders: unknown[] = [];
    await using server = await startHttp((request, response) => {
      connectionHeaders.push(request.headers.connection);
      response.end();
    });
    const { fetch, close } = createNodeFetch({ env });
    const url = `http://127.0.0.1:${server.port}/`;

    for (const keepalive of [true, undefined, false, false, true]) {
      await fetch(url, keepalive === undefined ? {} : { keepalive });
    }
    close();

    expect(connectionHeaders).toEqual(["keep-alive", "keep-alive", "close", "close", "keep-alive"]);
    expect(server.connections).toHaveLength(3);
  });

  test("do not hold the process and never wake up the runtime's own fetch", async () => {
    await using server = await startHttp((_, response) => response.end("pong"));
    const script = `
      const { createNodeFetch } = await import(${JSON.stringify(import.meta.resolve("./node-fetch.ts"))});
      const answer = await createNodeFetch({ env: {} }).fetch("http://127.0.0.1:${server.port}/", {
        method: "POST", body: "{}", headers: { a: "b" }, signal: new AbortController().signal,
      });
      const undici = process.moduleLoadList.filter((name) => name.includes("undici/undici"));
      console.log(await answer.text(), undici.length);
      const start = performance.now();
      process.on("exit", () => console.log(performance.now() - start < 2000));
    `;

    const child = await promisify(execFile)(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", script],
      { timeout: 10_000 },
    );

    expect(child.stdout).toBe("pong 0\ntrue\n");
  });

  test("leave no listener on the signal or on a socket after 10,000 calls", async () => {
    await using server = await startHttp((_, response) => response.end("{}"));
    const { fetch, close } = createNodeFetch({ env });
    const { signal } = new AbortController();
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on("warning", onWarning);

    const worker = async () => {
      for (let call = 0; call < 1000; call++) {
        await fetch(`http://127.0.0.1:${server.port}/`, { signal });
      }
    };
    await Promise.all(Array.from({ length: 10 }, worker));
    close();
    process.off("warning", onWarning);

    expect(server.connections).toHaveLength(10);
    expect(getEventListeners(signal, "abort")).toEqual([]);
    expect(warnings).toEqual([]);
  }, 120_000);
});
