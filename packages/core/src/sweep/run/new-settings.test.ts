import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../async/clock.ts";
import { createRateLimiter } from "../../calls/limiter.ts";
import { openClient, openPlatform } from "../../client/client.fixture.ts";
import { type Journal, openJournal } from "../../journal/journal.ts";
import { readSweeps } from "../record/fold.ts";
import { planRuns, runToEnd } from "../sweep.fixture.ts";
import { resumeSweep, startSweep } from "../sweep.ts";

let dir = "";
let journal: Journal;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "qizhi-settings-"));
  journal = openJournal({ dir });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const fast = { minIntervalMs: 10, quotaPauseMs: 50 };

test("the settings that a sweep was resumed with hold for other processes until it is resumed again", async () => {
  await using platform = await openPlatform({ stages: 20, commands: "run" });
  const limiter = createRateLimiter({ perSecond: 1_000, burst: 20 });
  const context = { client: openClient(platform, { clock: systemClock, limiter }), journal };
  const plan = await planRuns(4, { command: "test {{ matrix.n }} != 1" });
  const sweep = startSweep(context, plan, { maxActive: 4, maxGpus: 64 }, fast);
  await sweep.events().return(undefined as never);
  const resumed = resumeSweep(context, sweep.id, { retries: 1, maxActive: 1 }, fast);
  for await (const { type } of resumed.events()) if (type === "retry") break;
  const settings = { retries: 1, maxActive: 1, maxGpus: 64 };
  const runs = [{ state: "waiting", outcome: "failed" }, {}, {}, {}];
  expect(readSweeps(journal.read())).toMatchObject([{ settings, runs }]);
  const last = resumeSweep(context, sweep.id, {}, fast);
  expect(last.settings).toEqual({ maxActive: 4, maxGpus: 64 });
  await runToEnd(last);
  expect(readSweeps(journal.read())).toMatchObject([
    { settings: last.settings, runs: [{ state: "ended" }, {}, {}, {}] },
  ]);
});
