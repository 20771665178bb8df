import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { startHttp } from "../../core/src/transport/connection/test-servers.fixture.ts";
import type { Place } from "./run-cli.ts";
import { bin, createPlace } from "./run-cli.ts";

const suite = createRequire(import.meta.url).resolve(
  "@modelcontextprotocol/conformance/dist/index.js",
);
// The suite needs Node 22.
const canRun = Number(process.versions.node.split(".")[0]) >= 22;

// Those that ask for no tools of the suite's own.
const scenarios = ["server-initialize", "ping", "tools-list", "tools-call-error", "resources-list"];

/** The suite speaks HTTP: a bridge to a server on stdio, opened anew by each `initialize`. */
async function openBridge(place: Place): Promise<AsyncDisposable & { url: string }> {
  let child: ChildProcessWithoutNullStreams | undefined;
  const waiting = new Map<unknown, (line: string) => void>();
  const open = () => {
    child?.kill();
    child = spawn(process.execPath, [bin, "mcp"], { env: place.env, cwd: place.dir });
    const lines = createInterface({ input: child.stdout });
    lines.on("line", (line) => waiting.get(JSON.parse(line).id)?.(line));
  };
  const server = await startHttp(async (request, response) => {
    if (request.method !== "POST") return response.writeHead(405).end();
    const body = await text(request);
    const { id, method } = JSON.parse(body);
    if (method === "initialize") open();
    child?.stdin.write(`${body}\n`);
    if (id === undefined) return response.writeHead(202).end();
    const answer = await new Promise<string>((resolve) => waiting.set(id, resolve));
    return response.writeHead(200, { "content-type": "application/json" }).end(answer);
  });
  return {
    url: `http://127.0.0.1:${server.port}/mcp`,
    async [Symbol.asyncDispose]() {
      child?.kill();
      await server[Symbol.asyncDispose]();
    },
  };
}

test.skipIf(!canRun).each(scenarios)("passes the protocol's own scenario %s", async (scenario) => {
  await using place = await createPlace();
  await using bridge = await openBridge(place);
  const args = [suite, "server", "--url", bridge.url, "--scenario", scenario];
  const run = spawn(process.execPath, args, { env: place.env, cwd: place.dir });
  const [told, code] = await Promise.all([
    text(run.stdout),
    new Promise((resolve) => run.once("close", resolve)),
  ]);
  expect(told).toContain("Passed: 1/1, 0 failed, 0 warnings");
  expect(code).toBe(0);
});
