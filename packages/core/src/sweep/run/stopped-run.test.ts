import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../async/clock.ts";
import { createRateLimiter } from "../../calls/limiter.ts";
import { count, openClient, openPlatform } from "../../client/client.fixture.ts";
import { type Journal, openJournal } from "../../journal/journal.ts";
import type { LocalPlatform } from "../../local/index.ts";
import { readSweeps } from "../record/fold.ts";
import type { RunStatus } from "../record/run-status.ts";
import { planRuns, runToEnd } from "../sweep.fixture.ts";
import { resumeSweep, startSweep } from "../sweep.ts";

let dir = "";
let journal: Journal;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "qizhi-stopped-"));
  journal = openJournal({ dir });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const fast = { minIntervalMs: 10, quotaPauseMs: 50 };
// The first run fails, the others succeed.
const planOf = (runs: number) => planRuns(runs, { command: "test {{ matrix.n }} != 1" });
const toClient = (platform: LocalPlatform) =>
  openClient(platform, { clock: systemClock, limiter: createRateLimiter({ perSecond: 1_000 }) });
const outcomes = (runs: readonly RunStatus[]) => runs.map(({ state, outcome }) => [state, outcome]);
const [failed, succeeded] = [
  ["ended", "failed"],
  ["ended", "succeeded"],
];

/** Writes down, as another terminal, that a person has stopped the job of the first run. */
function stopFirst(platform: LocalPlatform): void {
  const jobIds = platform.jobs().slice(0, 1);
  const elsewhere = openJournal({ dir });
  elsewhere.append({
    kind: "job:stop",
    platform: platform.url,
    jobIds: jobIds.map(({ jobId }) => jobId),
  });
}

test("a run that a person has stopped is not tried again when it is seen to have failed, and halts no other", async () => {
  await using platform = await openPlatform({ stages: 20, commands: "run" });
  const sweep = startSweep(
    { client: toClient(platform), journal },
    await planOf(3),
    { retries: 2, failFast: true, maxActive: 1 },
    fast,
  );
  const { result } = await runToEnd(sweep, ({ type }) => {
    if (type === "submitted" && count(platform, "create") === 1) stopFirst(platform);
  });
  expect(outcomes(result.runs)).toEqual([failed, succeeded, succeeded]);
  expect([result.halted, count(platform, "create")]).toEqual([undefined, 3]);
});

test("a stop that comes while the next try waits for its turn keeps it from being sent", async () => {
  const fault = { kind: "rate-limit", retryAfterSec: 3 } as const;
  await using platform = await openPlatform({ stages: 0, commands: "run" });
  platform.setFaults([{ operation: "create", calls: [2], fault }]);
  const sweep = startSweep(
    { client: toClient(platform), journal },
    await planOf(1),
    { retries: 2 },
    fast,
  );
  const running = runToEnd(sweep);
  while (count(platform, "create") < 2) await platform.changed();
  stopFirst(platform);
  const { result, events } = await running;
  expect(outcomes(result.runs)).toEqual([failed]);
  expect(events.at(-1)).toMatchObject({ type: "ended" });
  expect(platform.jobs()).toHaveLength(1);
});

test("a stop of a run that waits for another try holds for later processes, until a person makes it anew", async () => {
  await using platform = await openPlatform({ stages: 0, commands: "run" });
  const context = { client: toClient(platform), journal };
  const sweep = startSweep(context, await planOf(2), { retries: 1, maxActive: 1 }, fast);
  for await (const { type } of sweep.events()) if (type === "retry") break;
  expect(outcomes(sweep.runs)[0]).toEqual(["waiting", "failed"]);
  stopFirst(platform);
  expect(outcomes(readSweeps(journal.read())[0]!.runs)[0]).toEqual(failed);
  const { result } = await runToEnd(resumeSweep(context, sweep.id, {}, fast));
  expect(outcomes(result.runs)).toEqual([failed, succeeded]);
  expect(platform.jobs()).toHaveLength(2);
  const anew = resumeSweep(context, sweep.id, { retries: 2 }, { ...fast, anew: true });
  expect(outcomes(anew.runs)[0]).toEqual(["waiting", "failed"]);
  await runToEnd(anew);
  expect(outcomes(anew.runs)).toEqual([failed, succeeded]);
  expect(anew.runs[0]!.tries).toBe(3);
});
