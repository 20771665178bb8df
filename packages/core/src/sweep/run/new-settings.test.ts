import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../async/clock.ts";
import { createRateLimiter } from "../../calls/limiter.ts";
import { openClient, openPlatform } from "../../client/client.fixture.ts";
import { type Journal, openJournal } from "../../journal/journal.ts";
import { ownMark, startOf } from "../../journal/process-mark.ts";
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

test("the settings of a resume that is refused are nobody's", async () => {
  await using platform = await openPlatform({ stages: 20 });
  const context = { client: openClient(platform), journal };
  const { id } = startSweep(context, await planRuns(2), { maxActive: 1 }, fast);
  const append = journal.append.bind(journal);
  // A stop that comes between the look at the halts and the lift of them.
  const once = {
    journal: {
      ...journal,
      append: (entry: Parameters<typeof append>[0]) => {
        append(entry);
        if (entry.kind === "sweep:resume")
          append({ kind: "sweep:halt", sweep: id, reason: "stopped", halt: "h" });
      },
    },
  };
  expect(() => resumeSweep({ ...context, ...once }, id, { retries: 5 }, { anew: true })).toThrow(
    expect.objectContaining({ rule: "sweep_stopped_since" }),
  );
  expect(readSweeps(journal.read())).toMatchObject([{ settings: { maxActive: 1 } }]);
  expect(readSweeps(journal.read())[0]!.settings).not.toHaveProperty("retries");
});

test("of two resumes at one moment the one that wrote first has the sweep, also once it has written its settings", async () => {
  await using platform = await openPlatform({ stages: 20 });
  const context = { client: openClient(platform), journal };
  const { id } = startSweep(context, await planRuns(2), {}, fast);
  const first = ownMark();
  // Another process of this machine that runs, and wrote behind the first record of this one.
  const parent = { ...first, pid: process.ppid, started: startOf(process.ppid) };
  const append = journal.append.bind(journal);
  let isBehind = false;
  const beside: Journal["append"] = (entry) => {
    append(entry);
    if (entry.kind !== "sweep:resume" || isBehind) return;
    isBehind = true;
    append({ kind: "sweep:resume", sweep: id, process: parent });
  };
  resumeSweep({ ...context, journal: { ...journal, append: beside } }, id, { retries: 1 }, fast);
  expect(readSweeps(journal.read())).toMatchObject([
    { owners: [first, parent], settings: { retries: 1 } },
  ]);
});
