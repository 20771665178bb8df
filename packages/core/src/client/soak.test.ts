import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import {
  count,
  createTestClock,
  openClient,
  openPlatform,
  seedId,
  spec,
} from "./client.fixture.ts";
import type { Client } from "./client.ts";
import { AuthError, SubmissionUnknownError } from "../errors/errors.ts";
import { createNodeFetch } from "../transport/node-fetch.ts";
import type { Fault, FaultAction, LocalPlatform } from "../local/index.ts";

const jobCount = 2_000;
const workers = 32;
const seed = Number(process.env["QIZHI_SOAK_SEED"] ?? 20_260_722);

/** All that goes wrong on a call of any kind; the effects of a create are kept in half of them. */
const troubles: FaultAction[] = [
  { kind: "reset" },
  { kind: "reset", effect: true },
  { kind: "truncated-body" },
  { kind: "cut-json" },
  { kind: "html-200" },
  { kind: "html-200", effect: true },
  { kind: "rate-limit" },
  { kind: "rate-limit", body: "json", retryAfterSec: 1 },
  { kind: "server-error" },
  { kind: "server-error", effect: true },
  { kind: "gateway-error" },
  { kind: "gateway-error", status: 504, effect: true },
  { kind: "token-refused" },
  { kind: "token-refused", status: 401 },
  { kind: "login-redirect" },
  { kind: "latency", ms: 3 },
];
// A refused token on a login means a refused login, which is final.
const loginTroubles = troubles.filter(({ kind }) => !/^(token|login)/.test(kind));

function toFaults(): Fault[] {
  return [
    { operation: "token", probability: 0.1, seed, fault: loginTroubles },
    { operation: "create", probability: 0.1, seed: seed + 1, fault: troubles },
    { operation: "detail", probability: 0.1, seed: seed + 2, fault: troubles },
  ];
}

/** What came of the jobs. */
interface Figures {
  results: Map<string, string | undefined>;
  /** Creates of unknown outcome whose job exists, or does not. */
  foundJobs: number;
  missingJobs: number;
  /** Creates refused for two tokens in a row: certain to have made nothing. */
  refused: number;
  /** Waits that met two refused tokens at their first poll, and were taken up again. */
  retaken: number;
}

/** Submits a job and waits for it, looking at the platform's table where the outcome is unknown. */
async function runJob(client: Client, platform: LocalPlatform, name: string, figures: Figures) {
  for (;;) {
    const jobId = await client.createJob({ ...spec, name }).then(
      (job) => job.job_id,
      (error: unknown) => {
        if (error instanceof AuthError && error.isAfterLogin) {
          figures.refused += 1;
          return undefined;
        }
        if (!(error instanceof SubmissionUnknownError)) throw error;
        const found = platform.jobs().find((job) => job.request.name === error.jobName)?.jobId;
        if (found === undefined) figures.missingJobs += 1;
        else figures.foundJobs += 1;
        return found;
      },
    );
    if (jobId === undefined) continue;
    figures.results.set(name, await waitFor(client, jobId, figures));
    return;
  }
}

async function waitFor(client: Client, jobId: string, figures: Figures) {
  for (;;) {
    try {
      return (await client.waitForJob(jobId)).status;
    } catch (error) {
      if (!(error instanceof AuthError && error.isAfterLogin)) throw error;
      figures.retaken += 1;
    }
  }
}

/** Submits and waits for jobs, so many at once. */
async function runJobs(client: Client, platform: LocalPlatform, names: string[]): Promise<Figures> {
  const figures = {
    results: new Map<string, string | undefined>(),
    foundJobs: 0,
    missingJobs: 0,
    refused: 0,
    retaken: 0,
  };
  const queue = [...names];
  const work = async () => {
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      await runJob(client, platform, name, figures);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return figures;
}

test(
  "2,000 jobs through one client with a tenth of all calls failing: none lost, none doubled",
  { timeout: 300_000 },
  async () => {
    const handlesBefore = process.getActiveResourcesInfo().length;
    const platform = await openPlatform({ gpus: 1e6, faults: toFaults() });
    const transport = createNodeFetch();
    // Many renewals and pauses meet in time; each call has more than one chance to be sent again.
    const clock = createTestClock();
    const patience = { maxAttempts: 10, callTimeoutMs: 3_600_000 };
    const client = openClient(platform, { transport, clock, ...patience });
    const names = Array.from({ length: jobCount }, (_, index) => `soak-${index}`);
    const started = performance.now();

    const { results, foundJobs, missingJobs, refused, retaken } = await runJobs(
      client,
      platform,
      names,
    );

    const jobs = platform.jobs();
    const struck = platform.requests.filter(({ fault }) => fault !== undefined).length;
    const seconds = ((performance.now() - started) / 1_000).toFixed(1);
    console.log(
      `soak: seed ${seed}, ${results.size} results of ${jobs.length} jobs in ${seconds} s; ` +
        `${platform.requests.length} requests (${count(platform, "create")} creates, ` +
        `${count(platform, "token")} logins), ${struck} of them failed; ` +
        `unknown outcomes: ${foundJobs} with a job, ${missingJobs} without; ${refused} creates refused for good, ${retaken} waits taken up again`,
    );
    expect(results.size).toBe(jobCount);
    expect(new Set(results.values())).toEqual(new Set(["job_succeeded"]));
    expect(jobs).toHaveLength(jobCount);
    expect(new Set(jobs.map(({ request }) => request.name)).size).toBe(jobCount);
    expect(struck / platform.requests.length).toBeGreaterThan(0.07);
    expect(foundJobs).toBeGreaterThan(0);
    expect(missingJobs).toBeGreaterThan(0);

    transport.close();
    await platform.dispose();
    await new Promise((resolve) => setImmediate(resolve));
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(handlesBefore);
  },
);

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** Bytes in use once all that is garbage has gone. */
async function heapInUse(): Promise<number> {
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

test(
  "calls and waits leave no memory behind, also where they fail",
  { timeout: 120_000 },
  async () => {
    await using platform = await openPlatform({
      keptRequests: 10,
      jobs: [{ jobId: seedId, status: "job_succeeded" }],
      faults: [{ operation: "detail", probability: 0.1, seed, fault: loginTroubles }],
    });
    const client = openClient(platform, { maxAttempts: 10 });
    const { signal } = new AbortController();
    const sizes: number[] = [];
    for (let round = 0; round < 4; round++) {
      for (let batch = 0; batch < 20; batch++) {
        await Promise.all(
          Array.from({ length: 50 }, () => client.waitForJob(seedId, { signal, timeoutMs: 1e9 })),
        );
      }
      sizes.push(await heapInUse());
    }
    const [, second = 0, , last = 0] = sizes;
    // 2,000 waits lie between; a listener, timer or promise kept for each would be a megabyte.
    expect(last - second).toBeLessThan(1_000_000);
  },
);
