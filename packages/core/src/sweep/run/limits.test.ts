import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createTestClock } from "../../client/client.fixture.ts";
import { createClient } from "../../client/create-client.ts";
import { openJournal } from "../../journal/journal.ts";
import {
  enveloped,
  type Replay,
  replayJobId,
  type ReplayStep,
  startReplay,
} from "../../calls/replay.fixture.ts";
import type { RunSweepOptions } from "./run-options.ts";
import { planRuns, runToEnd } from "../sweep.fixture.ts";
import { startSweep } from "../sweep.ts";

const second = 1_000;
const minute = 60 * second;
let dir = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "qizhi-limits-"));
});
afterEach(() => rm(dir, { recursive: true }));

/** A sweep of one run on a test's clock: how it ended, and how long it took. */
async function sweepOn(replay: Replay, options: RunSweepOptions) {
  const clock = createTestClock();
  const credentials = { username: "someone", password: "hunter2-of-someone" };
  const client = createClient({ baseUrl: replay.url, credentials, clock });
  const beganAt = clock.now();
  const sweep = startSweep(
    { client, journal: openJournal({ dir }) },
    await planRuns(1),
    {},
    options,
  );
  const { result } = await runToEnd(sweep);
  const [run] = result.runs;
  return { limit: result.limit, run, tookMs: clock.now() - beganAt };
}

const stay = (count: number, status: string): ReplayStep[] =>
  Array.from({ length: count }, () => enveloped({ job_id: replayJobId, status }));

describe("the queue limit of a sweep", () => {
  test("counts each stay of a job in the queue from when it was seen to begin, as a wait does", async () => {
    const queued = stay(4, "job_queuing");
    await using replay = await startReplay({
      detail: [
        ...queued,
        ...stay(12, "job_running"),
        ...queued,
        ...stay(1, "job_running"),
        ...stay(1, "job_succeeded"),
      ],
    });
    const { limit, run, tookMs } = await sweepOn(replay, { queueTimeoutMs: 30 * second });
    expect(limit).toBeUndefined();
    expect(run).toMatchObject({ state: "ended", outcome: "succeeded" });
    expect(tookMs).toBeGreaterThan(45 * second);
  });

  test("leaves the sweep for a job that ran and queues again for that long, and names its run", async () => {
    await using replay = await startReplay({
      detail: [...stay(20, "job_running"), ...stay(1, "job_queuing")],
    });
    const { limit, run, tookMs } = await sweepOn(replay, { queueTimeoutMs: 5 * minute });
    expect(limit).toEqual({ limit: "queue", limitMs: 5 * minute, run });
    expect(run).toMatchObject({ state: "active", phase: "queued", outcome: undefined });
    expect(tookMs).toBeGreaterThan(6 * minute);
    expect(replay.count("stop")).toBe(0);
  });
});
