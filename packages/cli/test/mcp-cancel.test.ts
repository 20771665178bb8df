import { startLocalPlatform } from "@qizhi/core/local";
import type { LocalPlatform } from "@qizhi/core/local";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { describe, expect, test } from "vitest";
import type { Document, Session } from "./mcp-session.ts";
import { openSession, spec } from "./mcp-session.ts";
import { bin, createPlace } from "./run-cli.ts";

function count(platform: LocalPlatform, wanted: string): number {
  return platform.requests.filter(({ operation }) => operation === wanted).length;
}

/** Begins a call. @returns what cancels it, once the platform has a request of it. */
async function begin(
  { client }: Session,
  [name, args]: readonly [string, Document],
  platform: LocalPlatform,
  operation: string,
): Promise<() => Promise<void>> {
  const controller = new AbortController();
  const { signal } = controller;
  const call = client.callTool({ name, arguments: args }, undefined, { signal });
  const ended = call.then(
    () => {},
    () => {},
  );
  while (count(platform, operation) === 0) await platform.changed();
  return async () => {
    controller.abort();
    await ended;
  };
}

async function confirm(session: Session, tool: string, args: Document) {
  const { document } = await session.call(tool, args);
  return [tool, { ...args, confirmation: document["confirmation"] }] as const;
}

const limited = {
  operation: "create",
  fault: { kind: "rate-limit", body: "json", retryAfterSec: 30 },
} as const;

describe("a call that its client has cancelled", () => {
  test("sends no create any more, and one that is refused for a while not again", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace(platform);
    await using session = await openSession(place);
    const call = await confirm(session, "submit", { spec });
    platform.setFaults([{ ...limited, calls: [1] }]);
    const cancel = await begin(session, call, platform, "create");
    await cancel();
    // A plan names an equal create that is under way.
    const plan = async () => (await session.call("submit", { spec })).document["plan"];
    await expect.poll(plan, { timeout: 10_000 }).toMatchObject({ warnings: [] });
    expect(count(platform, "create")).toBe(1);
    expect(platform.jobs()).toEqual([]);
  });

  test("records the job of a create that had left", async () => {
    await using platform = await startLocalPlatform({ commands: "skip" });
    await using place = await createPlace(platform);
    await using session = await openSession(place);
    const call = await confirm(session, "submit", { spec });
    platform.setFaults([{ operation: "create", fault: { kind: "latency", ms: 500 } }]);
    const cancel = await begin(session, call, platform, "create");
    await cancel();
    const jobs = async () => (await session.call("list")).document["jobs"];
    await expect.poll(jobs, { timeout: 10_000 }).toMatchObject([{ name: spec.name }]);
    const open = await session.call("list", { unresolved: true });
    expect(open.document).toEqual({ jobs: [] });
  });

  test("stops no further job", async () => {
    const jobs = Array.from({ length: 20 }, (_, index) => ({
      status: "job_running",
      jobId: `job-${String(index).padStart(8, "0")}-0000-4000-8000-000000000000`,
    }));
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    await using session = await openSession(place, { QIZHI_RATE: "10" });
    const ids = jobs.map(({ jobId }) => jobId);
    const cancel = await begin(session, ["stop", { jobs: ids }], platform, "stop");
    await cancel();
    // The server has read the cancel once it answers a later call.
    await session.call("status", { jobs: ids.slice(0, 1) });
    const sent = count(platform, "stop");
    await session.call("status", { jobs: ids });
    expect(count(platform, "stop")).toBe(sent);
    expect(sent).toBeLessThan(ids.length);
  });
});

test("a submit whose client is gone sends no create any more", async () => {
  await using platform = await startLocalPlatform();
  await using place = await createPlace(platform);
  await using session = await openSession(place);
  const call = await confirm(session, "submit", { spec });
  platform.setFaults([{ ...limited, calls: [1] }]);
  await begin(session, call, platform, "create");
  // It ends stdin, and waits for the end of the process.
  await session.client.close();
  expect(count(platform, "create")).toBe(1);
  const open = await place.run(["list", "--unresolved", "--json"]);
  expect(JSON.parse(open.stdout)).toEqual([]);
});

test("a create under way is written down also when nobody reads the answers any more", async () => {
  await using platform = await startLocalPlatform({ commands: "skip" });
  await using place = await createPlace(platform);
  const node = process.env["QIZHI_TEST_NODE"] ?? process.execPath;
  const server = spawn(node, [bin, "mcp"], { env: place.env, cwd: place.dir });
  const answers = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  const send = (id: number, method: string, params: Document) =>
    server.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
  send(1, "tools/call", { name: "submit", arguments: { spec } });
  const plan = JSON.parse((await answers.next()).value);
  const { confirmation } = plan.result.structuredContent;
  platform.setFaults([{ operation: "create", fault: { kind: "latency", ms: 500 } }]);
  send(2, "tools/call", { name: "submit", arguments: { spec, confirmation } });
  while (count(platform, "create") === 0) await platform.changed();
  server.stdout.destroy();
  send(3, "ping", {});
  expect(await once(server, "close")).toEqual([0, null]);
  const open = await place.run(["list", "--unresolved", "--json"]);
  expect(JSON.parse(open.stdout)).toEqual([]);
  const list = await place.run(["list", "--json"]);
  expect(JSON.parse(list.stdout)).toMatchObject([{ name: spec.name }]);
});

test("a message that is too large ends the server with the reason", async () => {
  await using place = await createPlace();
  const run = await place.run(["mcp"], { stdin: `"${"x".repeat(11 * 2 ** 20)}` });
  expect(run).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("10 MiB") });
});
