import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { openClient, openPlatform } from "../../client/client.fixture.ts";
import { systemClock } from "../../async/clock.ts";
import { openJournal } from "../../journal/journal.ts";
import type { Fault, LocalPlatform } from "../../local/index.ts";
import { mostAtOnce, mostWithin } from "../sweep.fixture.ts";

const runs = 500;
const maxActive = 14;
const room = 12;
const perSecond = 250;
const burst = 10;

// One call in twenty goes wrong, in every way that there is for it.
const faults: Fault[] = [
  // Never two in a row: a new token that is refused, too, ends a sweep.
  { operation: "create", calls: [40, 160, 280, 400], fault: { kind: "token-refused" } },
  {
    operation: "create",
    probability: 0.05,
    seed: 11,
    fault: [
      { kind: "reset", effect: true },
      { kind: "reset" },
      { kind: "html-200", effect: true },
      { kind: "truncated-body" },
      { kind: "gateway-error", effect: true },
      { kind: "rate-limit", retryAfterSec: 0.1 },
    ],
  },
  {
    operation: "detail",
    probability: 0.05,
    seed: 12,
    fault: [
      { kind: "reset" },
      { kind: "html-200" },
      { kind: "server-error" },
      { kind: "gateway-error" },
      { kind: "rate-limit", retryAfterSec: 0.1 },
      { kind: "unknown-status" },
      { kind: "token-refused" },
    ],
  },
];

const fixture = fileURLToPath(new URL("./runner.fixture.ts", import.meta.url));

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly name?: string;
  readonly outcomes?: string[];
}

/** Starts a runner that asks about unknown creates, and answers from what the platform has. */
function startRunner(platform: LocalPlatform, dir: string, sweepId: string | undefined) {
  const { url: baseUrl, credentials } = platform;
  const settings = { baseUrl, ...credentials, dir, runs, maxActive, perSecond, sweepId };
  const child = fork(fixture, [JSON.stringify(settings)]);
  const reported: Message[] = [];
  let onMessage = () => {};
  child.on("message", (message: Message) => {
    reported.push(message);
    if (message.type === "ask") {
      const found = platform.jobs().find(({ request }) => request.name === message.name);
      child.send(found?.jobId ?? false, () => {});
    }
    onMessage();
  });
  return {
    child,
    reported,
    /** Resolves at a message that fits; rejects when the process has ended. */
    until: (fits: (reported: readonly Message[]) => boolean) =>
      new Promise<void>((resolve, reject) => {
        onMessage = () => fits(reported) && resolve();
        onMessage();
        child.once("exit", (code) => reject(new Error(`the runner ended with ${code}`)));
      }),
  };
}

async function kill(child: ChildProcess): Promise<void> {
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}

const isQuotaRefusal = ({ operation, code }: LocalPlatform["requests"][number]) =>
  operation === "create" && code === 100000;

/** Stops the job that has all nodes as soon as the quota has refused a create. */
async function freeNodes(platform: LocalPlatform): Promise<void> {
  while (!platform.requests.some(isQuotaRefusal)) await platform.changed();
  await openClient(platform, { clock: systemClock }).stopJob(platform.jobs()[0]!.jobId);
}

it("brings 500 runs to their end through faults, quota refusals and three kill -9", async () => {
  const dir = await mkdtemp(join(tmpdir(), "qizhi-kill-"));
  await using platform = await openPlatform({
    gpus: 16,
    gpusPerNode: 1,
    // Somebody else's job has all nodes until a create was refused.
    jobs: [{ status: "job_running", gpus: 16, name: "other" }],
    stages: { queuingMs: 60, creatingMs: 240 },
    // Less than the sweep would use, so that it has to find out.
    quota: { submittedGpus: room },
    faults,
  });
  try {
    let runner = startRunner(platform, dir, undefined);
    await runner.until((reported) => reported.some(({ type }) => type === "sweep"));
    await freeNodes(platform);
    const sweepId = runner.reported.find(({ type }) => type === "sweep")?.id;
    for (const after of [90, 110, 70]) {
      await runner.until(
        (reported) => reported.filter(({ type }) => type === "submitted").length >= after,
      );
      await kill(runner.child);
      runner = startRunner(platform, dir, sweepId);
    }
    await runner.until((reported) => reported.some(({ type }) => type === "result"));
    const { outcomes } = runner.reported.find(({ type }) => type === "result") ?? {};
    expect(outcomes).toEqual(Array(runs).fill("succeeded"));

    const jobs = platform.jobs().filter(({ request }) => request.name !== "other");
    const names = jobs.map(({ request }) => request.name);
    expect(names).toHaveLength(runs);
    expect(new Set(names).size).toBe(runs);

    const creates = platform.requests.filter(({ operation }) => operation === "create");
    expect(creates.filter(({ fault }) => fault !== undefined).length).toBeGreaterThan(10);
    // Each refusal teaches how much room there is: without that, one would follow every end of a job.
    const refused = creates.filter(isQuotaRefusal);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(100);

    const most = mostAtOnce(jobs);
    expect(most.jobs).toBeLessThanOrEqual(room);
    expect(most.jobs).toBeGreaterThan(room / 2);
    // A process that follows a killed one begins with a burst and a login of its own.
    expect(mostWithin(platform.requests, 1_000)).toBeLessThanOrEqual(perSecond + burst + 1);
    expect(openJournal({ dir }).unresolved()).toEqual([]);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}, 300_000);
