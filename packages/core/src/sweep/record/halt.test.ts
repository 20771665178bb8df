import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { count, openClient, openPlatform } from "../../client/client.fixture.ts";
import { systemClock } from "../../async/clock.ts";
import { type Journal, openJournal } from "../../journal/journal.ts";
import { findSweep, readSweeps } from "./fold.ts";
import { forgetSweeps } from "./owner.ts";
import { haltSweep } from "./records.ts";
import { startSweep } from "../sweep.ts";
import { planRuns, runToEnd } from "../sweep.fixture.ts";

let dir = "";
let journal: Journal;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "qizhi-halt-"));
  journal = openJournal({ dir });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const fast = { minIntervalMs: 10, quotaPauseMs: 50 };

it("a sweep that another process has halted submits no more, and ends with its jobs", async () => {
  await using platform = await openPlatform({ stages: { queuingMs: 60_000 } });
  const client = openClient(platform, { clock: systemClock });
  const sweep = startSweep({ client, journal }, await planRuns(6), { maxActive: 2 }, fast);
  let submitted = 0;
  const { result, events } = await runToEnd(sweep, ({ type }) => {
    if (type !== "submitted" || ++submitted < 2) return;
    // As a process of its own: with another journal object, and only what that says.
    const other = openJournal({ dir });
    haltSweep(other, sweep.id);
    const runs = findSweep(other.read(), sweep.id)?.runs ?? [];
    void client.stopJobs(runs.flatMap(({ state, jobId }) => (state === "active" && jobId) || []));
  });
  expect(events).toContainEqual({ type: "halted", reason: "stopped" });
  expect(result.halted).toBe("stopped");
  expect(platform.jobs().every(({ status }) => status === "job_stopped")).toBe(true);
  expect(platform.jobs()).toHaveLength(2);
  expect(result.runs.filter(({ state }) => state === "waiting")).toHaveLength(4);
});

it("jobs that the other process did not stop are stopped by the one that runs the sweep", async () => {
  await using platform = await openPlatform({ commands: "run" });
  const client = openClient(platform);
  const plan = await planRuns(3, { command: "sleep 60{{ matrix.n }}" });
  const sweep = startSweep({ client, journal }, plan, { maxActive: 2 }, fast);
  let isHalted = false;
  const { result } = await runToEnd(sweep, ({ type }) => {
    if (type === "submitted" && !isHalted) haltSweep(openJournal({ dir }), sweep.id);
    isHalted ||= type === "submitted";
  });
  expect(result.halted).toBe("stopped");
  expect(platform.jobs().map(({ status }) => status)).toEqual(
    platform.jobs().map(() => "job_stopped"),
  );
});

it("a job whose create was under way at the halt is stopped by the process that sent it", async () => {
  await using platform = await openPlatform({
    stages: { queuingMs: 60_000 },
    faults: [{ operation: "create", calls: [2], fault: { kind: "latency", ms: 500 } }],
  });
  const client = openClient(platform, { clock: systemClock });
  const sweep = startSweep({ client, journal }, await planRuns(4), {}, fast);
  let isHalted = false;
  const haltAtNext = async () => {
    while (count(platform, "create") < 2) await platform.changed();
    haltSweep(openJournal({ dir }), sweep.id);
  };
  const { result } = await runToEnd(sweep, ({ type, ...event }) => {
    if (type !== "submitted" || !("jobId" in event) || isHalted) return;
    isHalted = true;
    void haltAtNext();
    void client.stopJob(event.jobId);
  });
  expect(result.halted).toBe("stopped");
  expect(count(platform, "create")).toBe(2);
  expect(platform.jobs().map(({ status }) => status)).toEqual(
    platform.jobs().map(() => "job_stopped"),
  );
});

it("a job whose create was under way at the halt is stopped also by a process that is being left", async () => {
  await using platform = await openPlatform({
    stages: { queuingMs: 60_000 },
    faults: [{ operation: "create", calls: [2], fault: { kind: "latency", ms: 500 } }],
  });
  const client = openClient(platform, { clock: systemClock });
  const sweep = startSweep({ client, journal }, await planRuns(4), {}, fast);
  const events = sweep.events();
  for (let next = await events.next(); !next.done; next = await events.next()) {
    if (next.value.type === "submitted") break;
  }
  while (count(platform, "create") < 2) await platform.changed();
  haltSweep(openJournal({ dir }), sweep.id);
  await events.return(undefined as never);
  expect(count(platform, "create")).toBe(2);
  const [first, second] = platform.jobs().map(({ status }) => status);
  // The first is for the process that has halted the sweep.
  expect([first, second]).toEqual(["job_queuing", expect.stringMatching(/stop/)]);
});

it("a run whose create waited for its turn at the halt is not sent", async () => {
  await using platform = await openPlatform();
  const client = openClient(platform);
  const attempt: Journal["attempt"] = (entry) => {
    const { sweep = "", run } = entry.sweepRun ?? {};
    if (run === 2) haltSweep(openJournal({ dir }), sweep);
    return journal.attempt(entry);
  };
  const context = { client, journal: { ...journal, attempt } };
  const { result } = await runToEnd(startSweep(context, await planRuns(3), {}, fast));
  expect(result.halted).toBe("stopped");
  expect(result.runs.map(({ state }) => state)).toEqual(["ended", "waiting", "waiting"]);
  expect(journal.read().attempts.map(({ state }) => state)).toEqual(["created", "not_sent"]);
  expect(count(platform, "create")).toBe(1);
});

it("a forgotten sweep is no more in the history; its jobs are", async () => {
  await using platform = await openPlatform();
  const client = openClient(platform, { clock: systemClock });
  const sweep = startSweep({ client, journal }, await planRuns(2), {}, fast);
  await runToEnd(sweep);
  forgetSweeps(journal, readSweeps(journal.read()));
  expect(readSweeps(journal.read())).toEqual([]);
  expect(journal.read().jobs).toHaveLength(2);
});

it("a sweep that another process runs is not forgotten, nor is one that is named with it", async () => {
  await using platform = await openPlatform();
  const client = openClient(platform, { clock: systemClock });
  const [own, other] = [await planRuns(2), await planRuns(2, { name: "other" })];
  for (const plan of [own, other]) startSweep({ client, journal }, plan, {}, fast);
  const [first, second] = readSweeps(journal.read());
  const process = { pid: 1, host: "login-2" };
  journal.append({ kind: "sweep:resume", sweep: second!.id, process });
  const forgetAll = () => forgetSweeps(journal, readSweeps(journal.read()));
  expect(forgetAll).toThrow(`Process 1 on login-2 runs ${second!.id}`);
  expect(readSweeps(journal.read()).map(({ id }) => id)).toEqual([first!.id, second!.id]);
  journal.append({ kind: "sweep:left", sweep: second!.id, process });
  forgetAll();
  expect(readSweeps(journal.read())).toEqual([]);
});
