import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { setImmediate } from "node:timers/promises";
import { systemClock } from "../../async/clock.ts";
import {
  count,
  createTestClock,
  failureOf,
  openClient,
  openPlatform,
} from "../../client/client.fixture.ts";
import { inputError } from "../../errors/input-errors.ts";
import { type Journal, openJournal } from "../../journal/journal.ts";
import type { FaultAction } from "../../local/index.ts";
import type { TransportFetch } from "../../transport/request.ts";
import type { SweepEvent } from "../record/events.ts";
import { planRuns, runToEnd } from "../sweep.fixture.ts";
import { resumeSweep, startSweep } from "../sweep.ts";

let dir = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "qizhi-run-watch-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const fast = { minIntervalMs: 10, quotaPauseMs: 50 };
const toReply = (code: number, message: string): FaultAction => ({
  kind: "reply",
  status: 200,
  body: JSON.stringify({ code, message }),
});
const running = (types: { type: string; phase?: string }) =>
  types.type === "phase" && types.phase === "running";

test.each<[string, FaultAction]>([
  ["refused for minutes", toReply(100_009, "任务当前状态不可停止")],
  ["answered with 503 for minutes", { kind: "gateway-error", status: 503 }],
  ["refused for each new token", { kind: "token-refused" }],
])("a halted sweep stops its jobs where a stop is %s", async (_, fault) => {
  await using platform = await openPlatform({ commands: "run" });
  const clock = createTestClock();
  const client = openClient(platform, { clock });
  const plan = await planRuns(2, { command: "sleep 6{{ matrix.n }}0" });
  const sweep = startSweep({ client, journal: openJournal({ dir }) }, plan, {}, fast);
  const isHalted = { at: 0 };
  const { result, events } = await runToEnd(sweep, (event) => {
    if (!running(event) || isHalted.at > 0) return;
    isHalted.at = clock.now();
    // More tries than one stop makes.
    platform.setFaults([{ operation: "stop", calls: { from: 1, to: 40 }, fault }]);
    sweep.halt();
  });
  expect(result.runs.map(({ outcome }) => outcome)).toEqual(["stopped", "stopped"]);
  expect(count(platform, "stop")).toBeGreaterThan(40);
  // What fails again and again is told once for each job.
  const troubles = events.filter(({ type }) => type === "trouble");
  expect(troubles.length).toBeLessThanOrEqual(2);
  expect(troubles.length).toBeGreaterThan(0);
});

test("each poll renews what a run has used so far", async () => {
  await using platform = await openPlatform({ commands: "run" });
  const used: (number | undefined)[] = [];
  const client = openClient(platform, {
    clock: systemClock,
    onJob({ status }) {
      if (status !== "job_running") return;
      used.push(sweep.runs[0]?.facts?.gpuHours);
      // The platform counts in seconds, so that several polls show the same.
      const [, , early = Infinity] = used;
      if ((used.at(-1) ?? 0) > early) sweep.halt();
    },
  });
  const plan = await planRuns(1, { command: "sleep 6{{ matrix.n }}0" });
  const sweep = startSweep({ client, journal: openJournal({ dir }) }, plan, {}, fast);
  await runToEnd(sweep);
  // The first poll that shows the job running comes before it has used anything.
  const [, , early = NaN] = used;
  expect(used.at(-1)).toBeGreaterThan(early);
});

test("a person's halt frees nodes that failed runs hold, and a fail-fast leaves them for a look", async () => {
  await using platform = await openPlatform({ commands: "run" });
  const client = openClient(platform, { clock: systemClock });
  const plan = await planRuns(2, {
    command: "test {{ matrix.n }} = 2 && exec sleep 600; exit 1",
    reserve_on_fail_ms: "1h",
  });
  const journal = openJournal({ dir });
  const sweep = startSweep({ client, journal }, plan, {}, fast);
  const seen = new Set<string>();
  const { result } = await runToEnd(sweep, (event) => {
    if (event.type === "ended") seen.add("failed");
    if (running(event)) seen.add("running");
    if (seen.size === 2) sweep.halt();
  });
  expect(result.runs.map(({ outcome }) => outcome)).toEqual(["failed", "stopped"]);
  const holding = platform.jobs().filter(({ status }) => /reserving/.test(status));
  expect(holding).toEqual([]);
});

test("a fail-fast leaves the nodes for a look that a failed try of an active run holds", async () => {
  await using platform = await openPlatform({ commands: "run", gpus: 64 });
  const client = openClient(platform, { clock: systemClock });
  const [failed, fails] = [join(dir, "failed"), join(dir, "fails")];
  const second = `until test -e ${fails}; do sleep 0.02; done; exit 1`;
  const first = `test -e ${failed} && exec sleep 600; touch ${failed}; exit 1`;
  const plan = await planRuns(2, {
    command: `test {{ matrix.n }} = 1 || { ${second}; }; ${first}`,
    reserve_on_fail_ms: "1h",
  });
  const settings = { retries: 1, failFast: true };
  const sweep = startSweep({ client, journal: openJournal({ dir }) }, plan, settings, fast);
  for await (const _ of sweep.events()) {
    const [run] = sweep.runs;
    if (run?.tries === 2 && run.phase === "running") await writeFile(fails, "");
    if (sweep.runs.every(({ state }) => state === "ended")) break;
  }
  expect(sweep.runs.map(({ outcome, tries }) => [outcome, tries])).toEqual([
    ["stopped", 2],
    ["failed", 2],
  ]);
  const holding = platform.jobs().filter(({ status }) => status === "job_fail_reserving");
  const [a, b] = plan.runs.map(({ name }) => name);
  expect(holding.map(({ request }) => request.name)).toEqual([a, b, `${b}-try2`]);
});

test("a run that is active is not lost because the platform does not know its job for a moment", async () => {
  await using platform = await openPlatform({ commands: "run" });
  const journal = openJournal({ dir });
  const open = () => openClient(platform, { clock: systemClock });
  const plan = await planRuns(1, { command: "sleep 0.{{ matrix.n }}" });
  const leaving = new AbortController();
  const options = { ...fast, signal: leaving.signal };
  const sweep = startSweep({ client: open(), journal }, plan, {}, options);
  const left = runToEnd(sweep, ({ type }) => type === "submitted" && leaving.abort());
  await expect(left).rejects.toMatchObject({ name: "AbortError" });
  platform.setFaults([
    { operation: "detail", calls: { from: 1, to: 3 }, fault: toReply(100_002, "参数错误") },
  ]);
  const again = resumeSweep({ client: open(), journal }, sweep.id, {}, fast);
  const { result } = await runToEnd(again);
  expect(result.runs.map(({ outcome }) => outcome)).toEqual(["succeeded"]);
  expect(count(platform, "create")).toBe(1);
  expect(count(platform, "detail")).toBeGreaterThanOrEqual(4);
});

test("a halted sweep that is left asks for no stop any more", async () => {
  await using platform = await openPlatform({
    commands: "run",
    wire: { unstoppableMs: 3_600_000 },
  });
  const plan = await planRuns(2, { command: "test {{ matrix.n }} = 1 && exit 1; sleep 600" });
  const client = openClient(platform, { clock: systemClock });
  const context = { client, journal: openJournal({ dir }) };
  // Long enough for the failure and some stops, which a busy machine may not reach.
  const sweep = startSweep(context, plan, { failFast: true }, { ...fast, timeoutMs: 3_000 });
  const { result } = await runToEnd(sweep);
  expect(result.limit).toMatchObject({ limit: "total" });
  const stops = count(platform, "stop");
  const again = startSweep(context, await planRuns(1, { name: "other" }), {}, fast);
  await runToEnd(again);
  for (let turns = 0; turns < 1_000; turns++) await setImmediate();
  expect(count(platform, "stop")).toBeLessThanOrEqual(stops + 1);
});

test.each<[string, (kind: string) => boolean]>([
  ["it", (kind) => kind === "sweep:halt"],
  ["no end of a job", () => true],
])("a halt stops the jobs also where %s can be written down", async (_, isLost) => {
  await using platform = await openPlatform({
    commands: "run",
    // The stop of one job is taken after the other has ended.
    faults: [{ operation: "stop", calls: [2, 3, 4], fault: { kind: "gateway-error" } }],
  });
  const client = openClient(platform, { clock: systemClock });
  const journal = openJournal({ dir });
  const isFull = { now: false };
  const append: typeof journal.append = (entry) => {
    if (isFull.now && isLost(entry.kind))
      throw inputError("state_file", { action: "write", file: "journal", reason: "ENOSPC" });
    journal.append(entry);
  };
  const plan = await planRuns(2, { command: "sleep 60{{ matrix.n }}" });
  const sweep = startSweep({ client, journal: { ...journal, append } }, plan, {}, fast);
  const { result, events } = await runToEnd(sweep, (event) => {
    if (!running(event) || isFull.now) return;
    isFull.now = true;
    sweep.halt();
  });
  expect(result.runs.map(({ outcome }) => outcome)).toEqual(["stopped", "stopped"]);
  expect(events.filter(({ type }) => type === "trouble")).toMatchObject([
    { error: { rule: "state_file" } },
  ]);
});

test.each(["cannot be written down", "finds no route for the error budget"])(
  "a halt stops the jobs also where a create that is under way %s",
  async (how) => {
    const fault = { kind: "reply", status: 404, body: "404 page not found" } as const;
    await using platform = await openPlatform({
      commands: "run",
      faults: [
        { operation: "stop", calls: [1], fault: { kind: "gateway-error" } },
        { operation: "create", calls: [2], fault },
      ],
    });
    const client = openClient(platform, { clock: systemClock });
    const journal = openJournal({ dir });
    const attempt: Journal["attempt"] = (entry) => {
      if (how !== "cannot be written down" || entry.sweepRun?.run !== 2)
        return journal.attempt(entry);
      sweep.halt();
      throw inputError("state_file", { action: "write", file: "journal", reason: "ENOSPC" });
    };
    const outcome: Journal["outcome"] = (id, made) => {
      journal.outcome(id, made);
      if (made.result === "refused") sweep.halt();
    };
    const plan = await planRuns(2, { command: "sleep 60{{ matrix.n }}" });
    const context = { client, journal: { ...journal, attempt, outcome } };
    const sweep = startSweep(context, plan, {}, { ...fast, errorBudgetMs: 0 });
    const { result, events } = await runToEnd(sweep);
    expect(result.halted).toBe("stopped");
    expect(result.runs).toMatchObject([{ outcome: "stopped" }, { state: "waiting" }]);
    expect(events).toContainEqual(expect.objectContaining({ type: "trouble" }));
  },
);

/** A gateway that knows no way to a poll of the first job, from when there is a second one until the first is stopped. */
function createGap() {
  const gap = { jobId: "", isThere: false };
  const transport: TransportFetch = async (url, request) => {
    const isHit = gap.isThere && String(request.body).includes(gap.jobId);
    if (isHit && url.endsWith("/detail")) return fetch(`${url}/away`, request);
    const answer = await fetch(url, request);
    if (isHit && url.endsWith("/stop")) gap.isThere = false;
    return answer;
  };
  const note = (event: SweepEvent) => {
    if (event.type !== "submitted") return;
    gap.isThere = gap.jobId !== "";
    gap.jobId ||= event.jobId;
  };
  return { gap, transport, note };
}

describe("a job that cannot be asked about for the error budget, while others can", () => {
  test.each(["a person's halt", "a fail-fast"])("keeps its place, and %s stops it", async (how) => {
    await using platform = await openPlatform({ commands: "run", gpus: 64 });
    const { gap, transport, note } = createGap();
    const client = openClient(platform, { transport });
    const flag = join(dir, "fails");
    const untilFlag = `until test -e ${flag}; do sleep 0.02; done`;
    const command = `test {{ matrix.n }} = 2 || exec sleep 600; ${untilFlag}; exit 1`;
    const settings = { maxActive: 2, failFast: true };
    const context = { client, journal: openJournal({ dir }) };
    const sweep = startSweep(context, await planRuns(3, { command }), settings, fast);
    const { result, events } = await runToEnd(sweep, (event) => {
      note(event);
      if (event.type !== "trouble") return;
      if (how === "a fail-fast") void writeFile(flag, "");
      else sweep.halt();
    });
    const trouble = events.find(({ type }) => type === "trouble");
    expect(trouble).toMatchObject({ error: { code: "wait_lost", jobId: gap.jobId } });
    expect(result.runs[0]).toMatchObject({ outcome: "stopped", jobId: gap.jobId });
    expect(count(platform, "create")).toBe(2);
  });

  test("ends the sweep where it alone is left, and a later process goes on with it", async () => {
    await using platform = await openPlatform({ commands: "run", gpus: 64 });
    const { gap, transport, note } = createGap();
    const client = openClient(platform, { transport });
    const flag = join(dir, "ends");
    const command = `test {{ matrix.n }} = 2 || exec sleep 600; until test -e ${flag}; do sleep 0.02; done`;
    const context = { client, journal: openJournal({ dir }) };
    const sweep = startSweep(context, await planRuns(2, { command }), {}, fast);
    const ended = runToEnd(sweep, (event) => {
      note(event);
      if (event.type === "trouble") void writeFile(flag, "");
    });
    expect(await failureOf(ended)).toMatchObject({ code: "wait_lost", jobId: gap.jobId });
    const { runs } = resumeSweep(context, sweep.id);
    expect(runs).toMatchObject([{ state: "active", jobId: gap.jobId }, { outcome: "succeeded" }]);
  });

  test("is followed on, and its run ends as it does", async () => {
    await using platform = await openPlatform({ commands: "run", gpus: 64 });
    const { gap, transport, note } = createGap();
    const client = openClient(platform, { transport });
    const flag = join(dir, "ends");
    const command = `until test -e ${flag}; do sleep 0.02; done # {{ matrix.n }}`;
    const context = { client, journal: openJournal({ dir }) };
    const sweep = startSweep(context, await planRuns(2, { command }), {}, fast);
    const { result, events } = await runToEnd(sweep, (event) => {
      note(event);
      if (event.type !== "trouble") return;
      gap.isThere = false;
      void writeFile(flag, "");
    });
    expect(result.runs.map(({ outcome }) => outcome)).toEqual(["succeeded", "succeeded"]);
    expect(events.filter(({ type }) => type === "trouble")).toHaveLength(1);
  });
});

describe("the history of a sweep that is resumed", () => {
  /** A sweep that was left with jobs that run. */
  async function leave(platform: Awaited<ReturnType<typeof openPlatform>>, journal: Journal) {
    const client = openClient(platform, { clock: systemClock });
    const command = `until test -e ${dir}/ends; do sleep 0.02; done # {{ matrix.n }}`;
    const sweep = startSweep({ client, journal }, await planRuns(2, { command }), {}, fast);
    for await (const _ of sweep.events()) {
      if (sweep.runs.every(({ phase }) => phase === "running")) break;
    }
    return sweep;
  }

  test("says nothing new of jobs that it could not ask about before it was left", async () => {
    await using platform = await openPlatform({ commands: "run", gpus: 64 });
    const journal = openJournal({ dir });
    const { id, runs } = await leave(platform, journal);
    const seen = { platform: platform.url, jobId: runs[0]!.jobId!, status: "job_succeeded" };
    journal.append({ kind: "seen", ...seen, finishedAt: 1_750_000_000_000 });
    const before = journal.read().jobs;
    platform.setFaults([{ operation: "detail", fault: { kind: "gateway-error" } }]);
    const context = { client: openClient(platform), journal };
    for await (const { type } of resumeSweep(context, id, {}, fast).events()) {
      if (type === "trouble") break;
    }
    expect(journal.read().jobs).toEqual(before);
  });

  test("says nothing new of jobs that the platform does not know any more", async () => {
    await using platform = await openPlatform({ commands: "run", gpus: 64 });
    const journal = openJournal({ dir });
    const { id } = await leave(platform, journal);
    const before = journal.read().jobs;
    platform.setFaults([{ operation: "detail", fault: toReply(100_002, "job not found") }]);
    const again = resumeSweep({ client: openClient(platform), journal }, id, {}, fast);
    const { result } = await runToEnd(again);
    expect(result.runs.map(({ outcome }) => outcome)).toEqual(["lost", "lost"]);
    expect(journal.read().jobs).toEqual(before);
  });

  test("says of each job how the last poll saw it, with the time of that, once the sweep is left", async () => {
    await using platform = await openPlatform({ commands: "run", gpus: 64 });
    const journal = openJournal({ dir });
    const { id, runs } = await leave(platform, journal);
    const leaving = new AbortController();
    const polls: { jobId: string; at: number }[] = [];
    const pollsOf = (jobId: string | undefined) => polls.filter((poll) => poll.jobId === jobId);
    const client = openClient(platform, {
      clock: systemClock,
      onJob: ({ job_id: jobId }) => {
        polls.push({ jobId, at: Date.now() });
        if (runs.every((run) => pollsOf(run.jobId).length > 4)) leaving.abort();
      },
    });
    const openWatcher: typeof client.openWatcher = (settings) =>
      client.openWatcher({ ...settings, everyPoll: true });
    const context = { client: { ...client, openWatcher }, journal };
    const sweep = resumeSweep(context, id, {}, { ...fast, signal: leaving.signal });
    await failureOf(runToEnd(sweep));
    const leftAt = Date.now();
    for (const { jobId } of runs) {
      const { seen } = journal.read().jobs.find((job) => job.jobId === jobId)!;
      expect(Date.parse(seen!.time)).toBeGreaterThanOrEqual(pollsOf(jobId).at(-2)!.at);
      expect(Date.parse(seen!.time)).toBeLessThanOrEqual(leftAt);
      expect(seen!.runMs).toBe(sweep.runs.find((run) => run.jobId === jobId)?.facts?.runTimeMs);
    }
  });

  test("says of each job that it was seen, also where its status is that of hours ago", async () => {
    await using platform = await openPlatform({ commands: "run", gpus: 64 });
    const journal = openJournal({ dir });
    const { id } = await leave(platform, journal);
    const seen: unknown[] = [];
    const append: Journal["append"] = (entry) => {
      journal.append(entry);
      if (entry.kind !== "seen") return;
      seen.push(Reflect.get(entry, "status"));
      if (seen.length === 2) void writeFile(join(dir, "ends"), "");
    };
    const context = { client: openClient(platform), journal: { ...journal, append } };
    await runToEnd(resumeSweep(context, id, {}, fast));
    const [runs, ends] = ["job_running", "job_succeeded"];
    expect(seen).toEqual([runs, runs, ends, ends]);
  });
});
