import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { count, createTestClock, openClient, openPlatform } from "../client/client.fixture.ts";
import type { ClientOptions } from "../client/create-client.ts";
import { systemClock } from "../async/clock.ts";
import { InputError } from "../errors/errors.ts";
import { type Journal, openJournal } from "../journal/journal.ts";
import { createRateLimiter } from "../calls/limiter.ts";
import type { LocalPlatform, LocalPlatformOptions } from "../local/index.ts";
import { ownMark } from "../journal/process-mark.ts";
import { findSweep, readSweeps } from "./record/fold.ts";
import { haltSweep } from "./record/records.ts";
import type { RunStatus } from "./record/run-status.ts";
import { toResultRows } from "./result/result-rows.ts";
import { mostAtOnce, planRuns, runToEnd } from "./sweep.fixture.ts";
import { resumeSweep, startSweep } from "./sweep.ts";

let dir = "";
let journal: Journal;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "qizhi-sweep-"));
  journal = openJournal({ dir });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const open = async (options: LocalPlatformOptions = {}) => {
  const platform = await openPlatform({ stages: 20, ...options });
  return { platform, client: toClient(platform) };
};
const toClient = (platform: LocalPlatform, options: ClientOptions = {}) =>
  openClient(platform, {
    ...options,
    clock: systemClock,
    limiter: createRateLimiter({ perSecond: 1_000, burst: 20 }),
  });
const fast = { minIntervalMs: 10, quotaPauseMs: 50 };
const outcomes = (runs: readonly RunStatus[]) =>
  runs.map((run) => (run.state === "ended" ? run.outcome : run.state));

describe("a sweep", () => {
  it("creates every run once, with no more jobs in flight than allowed, and keeps what they did", async () => {
    const { platform, client } = await open({ stages: 300 });
    await using _ = platform;
    const sweep = startSweep({ client, journal }, await planRuns(12), { maxActive: 3 }, fast);
    const { result, events } = await runToEnd(sweep);
    expect(new Set(outcomes(result.runs))).toEqual(new Set(["succeeded"]));
    expect(result).toMatchObject({ isBlocked: false, halted: undefined, variables: ["n"] });
    expect(count(platform, "create")).toBe(12);
    expect(mostAtOnce(platform.jobs())).toEqual({ jobs: 3, gpus: 24 });
    expect(events.filter(({ type }) => type === "ended")).toHaveLength(12);
    const view = journal.read();
    expect(view.jobs).toHaveLength(12);
    expect(view.jobs[0]?.seen).toMatchObject({
      phase: "succeeded",
      status: "job_succeeded",
      nodes: 1,
      gpus: 8,
    });
    // Resuming a sweep that is over finds it over, and asks nobody.
    const again = resumeSweep({ client: toClient(platform), journal }, sweep.id, {}, fast);
    const before = platform.requests.length;
    const { result: same } = await runToEnd(again);
    expect(same.runs).toEqual(result.runs);
    expect(platform.requests.length).toBe(before);
  });

  it("is run by one loop at a time, as a second one would create every job again", async () => {
    const { platform, client } = await open();
    await using _ = platform;
    const sweep = startSweep({ client, journal }, await planRuns(4), { maxActive: 2 }, fast);
    const first = runToEnd(sweep);
    const { id } = sweep;
    const refusal = { name: "InputError", rule: "sweep_running", params: { sweep: id } };
    await expect(runToEnd(sweep)).rejects.toMatchObject(refusal);
    const { result } = await first;
    expect(outcomes(result.runs)).toEqual(Array(4).fill("succeeded"));
    expect(count(platform, "create")).toBe(4);
    const { result: same } = await runToEnd(sweep);
    expect([same, count(platform, "create")]).toEqual([result, 4]);
  });

  it("goes on in another loop once the one before was left", async () => {
    const { platform, client } = await open();
    await using _ = platform;
    const sweep = startSweep({ client, journal }, await planRuns(4), { maxActive: 2 }, fast);
    for await (const { type } of sweep.events()) if (type === "submitted") break;
    expect(outcomes((await runToEnd(sweep)).result.runs)).toEqual(Array(4).fill("succeeded"));
    expect(count(platform, "create")).toBe(4);
  });

  it("keeps what it sees of its jobs at once, as its process may be killed", async () => {
    const { platform, client } = await open({ commands: "run" });
    await using _ = platform;
    const plan = await planRuns(2, { command: "sleep 0.{{ matrix.n }}" });
    const sweep = startSweep({ client, journal }, plan, {}, fast);
    const phases: [shown: unknown, kept: unknown][] = [];
    const { result } = await runToEnd(sweep, (event) => {
      if (event.type !== "phase") return;
      const { jobId, phase } = event.run;
      const kept = journal.read().jobs.find((job) => job.jobId === jobId);
      phases.push([phase, kept?.seen?.phase]);
    });
    expect(phases).toContainEqual(["running", "running"]);
    expect(phases.filter(([shown, kept]) => shown !== kept)).toEqual([]);
    expect(outcomes(result.runs)).toEqual(["succeeded", "succeeded"]);
  });

  it("keeps to the GPUs that are allowed, once it knows how many a run has", async () => {
    // A job takes longer than the creates of two, also where the machine is busy.
    const { platform, client } = await open({ gpus: 64, stages: 500 });
    await using _ = platform;
    const sweep = startSweep({ client, journal }, await planRuns(4), { maxGpus: 20 }, fast);
    const { result } = await runToEnd(sweep);
    expect(outcomes(result.runs)).toEqual(Array(4).fill("succeeded"));
    expect(mostAtOnce(platform.jobs())).toEqual({ jobs: 2, gpus: 16 });
    const big = startSweep(
      { client, journal },
      await planRuns(1),
      { maxGpus: 4 },
      {
        ...fast,
        gpusPerNode: new Map([["44444444-4444-4444-8444-444444444444", 8]]),
      },
    );
    expect((await runToEnd(big)).result.runs[0]).toMatchObject({
      outcome: "refused",
      reason: "it needs more GPUs than the sweep may use",
    });
    expect(count(platform, "create")).toBe(4);
  });

  it("waits for an end when the quota is used up, and learns how much room there is", async () => {
    const { platform, client } = await open({
      quota: { submittedGpus: 40 },
      gpus: 40,
      stages: 600,
    });
    await using _ = platform;
    // A create for which no job has ended comes a minute after the refusal, long after the end.
    const patient = { ...fast, quotaPauseMs: 5_000 };
    const sweep = startSweep({ client, journal }, await planRuns(20), {}, patient);
    const { result, events } = await runToEnd(sweep);
    expect(new Set(outcomes(result.runs))).toEqual(new Set(["succeeded"]));
    expect(mostAtOnce(platform.jobs())).toEqual({ jobs: 5, gpus: 40 });
    const refused = platform.requests.filter(
      ({ operation, code }) => operation === "create" && code !== 0,
    );
    // 15 creates came after the first refusal; a loop without a memory would be refused before each.
    expect(refused).toHaveLength(1);
    expect(events.filter(({ type }) => type === "quota").length).toBeGreaterThan(0);
  });

  it("tries again in growing pauses when the quota is used up by others", async () => {
    const { platform, client } = await open({ quota: { submittedGpus: 8 } });
    await using _ = platform;
    const others = await client.createJob(
      (await planRuns(1, { command: "true {{ matrix.n }}" })).runs[0]!.spec,
    );
    const sweep = startSweep(
      { client, journal },
      await planRuns(2),
      {},
      { ...fast, quotaPauseMs: 5 },
    );
    const { result } = await runToEnd(sweep);
    expect(outcomes(result.runs)).toEqual(["succeeded", "succeeded"]);
    expect(others.job_id).not.toBe(result.runs[0]?.jobId);
  });

  it("tries a failed run again only when asked, under a name of its own", async () => {
    const { platform, client } = await open({ commands: "run" });
    await using _ = platform;
    // The first try of each run fails, the second does not.
    const flag = join(dir, "n");
    const plan = await planRuns(3, {
      command: `test -e ${flag}-{{ matrix.n }} || { touch ${flag}-{{ matrix.n }}; exit 3; }`,
    });
    const sweep = startSweep({ client, journal }, plan, { retries: 1 }, fast);
    const { result, events } = await runToEnd(sweep);
    expect(outcomes(result.runs)).toEqual(Array(3).fill("succeeded"));
    expect(result.runs.map(({ tries }) => tries)).toEqual([2, 2, 2]);
    expect(events.filter(({ type }) => type === "retry")).toHaveLength(3);
    const names = platform.jobs().map(({ request }) => request.name);
    expect(names.toSorted()).toEqual(
      plan.runs.flatMap(({ name }) => [name, `${name}-try2`]).toSorted(),
    );
    const plain = startSweep(
      { client, journal },
      await planRuns(2, { command: "exit {{ matrix.n }}" }),
      {},
      fast,
    );
    const failed = (await runToEnd(plain)).result.runs[1];
    expect(failed).toMatchObject({ outcome: "failed", tries: 1 });
    expect(failed?.reason).toContain("exit code 2");
  });

  it("is resumed by the retries that it is given, also for a failure that is recorded", async () => {
    const { platform, client } = await open({ commands: "run" });
    await using _ = platform;
    const killed = new AbortController();
    const dying: Journal = {
      ...journal,
      append(record) {
        journal.append(record);
        if (record.kind === "sweep:ended") killed.abort(new Error("killed"));
      },
    };
    const plan = await planRuns(1, { command: "exit {{ matrix.n }}" });
    const options = { ...fast, signal: killed.signal };
    const sweep = startSweep({ client, journal: dying }, plan, { retries: 2 }, options);
    await expect(runToEnd(sweep)).rejects.toThrow("killed");
    for (const [retries, creates] of [
      [0, 1],
      [1, 2],
      [undefined, 3],
      [3, 4],
    ] as const) {
      const resumed = resumeSweep({ client, journal }, sweep.id, { retries }, fast);
      const { result } = await runToEnd(resumed);
      expect(result.runs).toMatchObject([{ outcome: "failed", tries: creates }]);
      expect(count(platform, "create")).toBe(creates);
    }
  });

  it("stops all at the first failure with that setting, also in a later process", async () => {
    const { platform, client } = await open({ commands: "run" });
    await using _ = platform;
    const plan = await planRuns(6, { command: "test {{ matrix.n }} != 1 || exit 1; sleep 60" });
    const settings = { failFast: true, maxActive: 2 };
    const sweep = startSweep({ client, journal }, plan, settings, fast);
    const { result, events } = await runToEnd(sweep);
    expect(outcomes(result.runs).slice(0, 2)).toEqual(["failed", "stopped"]);
    expect(result.halted).toBe("fail_fast");
    expect(events).toContainEqual({ type: "halted", reason: "fail_fast" });
    expect(outcomes(result.runs).slice(3)).toEqual(["waiting", "waiting", "waiting"]);
    const created = count(platform, "create");
    const again = await runToEnd(resumeSweep({ client, journal }, sweep.id, {}, fast));
    expect(again.result.halted).toBe("fail_fast");
    expect(count(platform, "create")).toBe(created);
  });

  it("says of what failed and waits for another try that it failed, once there is none after a halt", async () => {
    const { platform, client } = await open({ commands: "run" });
    await using _ = platform;
    const plan = await planRuns(4, { command: "exit {{ matrix.n }}" });
    const settings = { failFast: true, retries: 1, maxActive: 1 };
    const sweep = startSweep({ client, journal }, plan, settings, fast);
    const { result, events } = await runToEnd(sweep);
    expect(outcomes(result.runs)).toEqual(Array(4).fill("failed"));
    expect(result.runs.map(({ tries }) => tries)).toEqual([2, 1, 1, 1]);
    expect(events.filter(({ type }) => type === "ended")).toHaveLength(4);
    const readLater = () => toResultRows(readSweeps(journal.read())[0]!.runs);
    expect(toResultRows(result.runs)).toEqual(readLater());
    expect(readLater()).toMatchObject([{}, { gpuHours: expect.any(Number), tries: 1 }, {}, {}]);
    // What a person makes anew waits as well, with an outcome of before.
    const anew = { ...fast, anew: true };
    const again = resumeSweep({ client, journal }, sweep.id, { retries: 0 }, anew);
    const { result: second } = await runToEnd(again);
    expect(outcomes(second.runs)).toEqual(Array(4).fill("failed"));
    expect(second.runs.map(({ tries }) => tries)).toEqual([3, 1, 1, 1]);
    expect(toResultRows(second.runs)).toEqual(readLater());
    // Another process halts it while one is tried again.
    const third = resumeSweep({ client, journal }, sweep.id, {}, anew);
    const { result: halted } = await runToEnd(third, ({ type }) => {
      if (type === "submitted") haltSweep(journal, sweep.id);
    });
    expect(outcomes(halted.runs).slice(1)).toEqual(["failed", "failed", "failed"]);
  });

  it("is halted for good, unless a person lets it make anew what did not succeed", async () => {
    const { platform, client } = await open({ commands: "run" });
    await using _ = platform;
    // Fails until somebody has repaired what its command needs.
    const command = `test {{ matrix.n }} != 2 || test -e ${dir}/repaired`;
    const plan = await planRuns(4, { command });
    const sweep = startSweep({ client, journal }, plan, { failFast: true, maxActive: 1 }, fast);
    await runToEnd(sweep);
    expect([sweep.halted, outcomes(sweep.runs)]).toEqual([
      "fail_fast",
      ["succeeded", "failed", "waiting", "waiting"],
    ]);
    const still = resumeSweep({ client, journal }, sweep.id, {}, { ...fast, anew: true });
    await runToEnd(still);
    expect([still.halted, outcomes(still.runs)[1]]).toEqual(["fail_fast", "failed"]);
    await writeFile(join(dir, "repaired"), "");
    const again = resumeSweep({ client, journal }, sweep.id, {}, { ...fast, anew: true });
    expect(again.halted).toBeUndefined();
    await runToEnd(again);
    expect(outcomes(again.runs)).toEqual(Array(4).fill("succeeded"));
    const names = platform.jobs().map(({ request }) => request.name);
    const [a, b, c, d] = plan.runs.map(({ name }) => name);
    expect(names).toEqual([a, b, `${b}-try2`, `${b}-try3`, c, d]);
    // Whoever reads the journal later finds the same.
    const last = resumeSweep({ client, journal }, sweep.id, {}, fast);
    expect(outcomes(last.runs)).toEqual(Array(4).fill("succeeded"));
  });

  it("is not made anew where it was halted since its caller looked, nor is it in that moment", async () => {
    const { platform, client } = await open({ stages: { queuingMs: 60_000 } });
    await using _ = platform;
    const plan = await planRuns(3);
    const { id } = startSweep({ client, journal }, plan, {}, fast);
    const haltsNow = () => findSweep(journal.read(), id)?.halts ?? [];
    haltSweep(journal, id);
    const seenHalts = haltsNow();
    const refused = expect.objectContaining({ rule: "sweep_stopped_since" });
    const resume = (how: object, to = journal) =>
      resumeSweep({ client, journal: to }, id, {}, { ...fast, anew: true, ...how });
    haltSweep(journal, id);
    expect(() => resume({ seenHalts })).toThrow(refused);
    expect(haltsNow()).toHaveLength(2);
    // A stop that is written right before or after the record that lifts the others.
    for (const isBefore of [true, false]) {
      const racing: Journal = {
        ...journal,
        append(record) {
          if (isBefore && "lifts" in record) haltSweep(openJournal({ dir }), id);
          journal.append(record);
          if (!isBefore && "lifts" in record) haltSweep(openJournal({ dir }), id);
        },
      };
      expect(() => resume({}, racing)).toThrow(refused);
      expect(haltsNow()).toHaveLength(1);
      expect(journal.index().holdOf(id).halts).toEqual(haltsNow());
      expect(findSweep(journal.read(), id)).toMatchObject({ halted: "stopped", owners: [] });
    }
    const again = resume({ seenHalts: haltsNow() });
    expect([again.halted, haltsNow(), journal.index().holdOf(id).halts]).toEqual([
      undefined,
      [],
      [],
    ]);
    expect(count(platform, "create")).toBe(0);
  });

  it("stays halted where another process takes it first, which was not told to lift that", async () => {
    const { platform, client } = await open({ commands: "run" });
    await using _ = platform;
    const plan = await planRuns(2, { command: "exit {{ matrix.n }}" });
    const sweep = startSweep({ client, journal }, plan, { failFast: true, maxActive: 1 }, fast);
    await runToEnd(sweep);
    const { id } = sweep;
    const before = readSweeps(journal.read())[0];
    expect([before?.halted, outcomes(before?.runs ?? [])]).toEqual([
      "fail_fast",
      ["failed", "waiting"],
    ]);
    const process = { ...ownMark(), pid: 1, host: "login-2" };
    const late: Journal = {
      ...journal,
      append(record) {
        journal.append(record);
        if (record.kind === "sweep:resume") journal.append({ ...record, process });
      },
    };
    const resume = () => resumeSweep({ client, journal: late }, id, {}, { ...fast, anew: true });
    expect(resume).toThrow(expect.objectContaining({ rule: "sweep_taken_elsewhere" }));
    const [after] = readSweeps(journal.read());
    expect(after).toMatchObject({ halted: "fail_fast", owners: [process] });
    expect(outcomes(after?.runs ?? [])).toEqual(["failed", "waiting"]);
  });

  it("is halted in a journal of an earlier version until the resume of that version that lifts it", async () => {
    const { platform, client } = await open();
    await using _ = platform;
    const { id } = startSweep({ client, journal }, await planRuns(2), {}, fast);
    const isHalted = () => {
      const [sweep] = readSweeps(journal.read());
      const isSo = sweep?.halted !== undefined;
      expect(journal.index().holdOf(id).halts.length > 0).toBe(isSo);
      return isSo;
    };
    const halt = () => journal.append({ kind: "sweep:halt", sweep: id, reason: "stopped" });
    const resume = (more: object) =>
      journal.append({ kind: "sweep:resume", sweep: id, process: ownMark(), ...more });
    halt();
    halt();
    resume({});
    expect(isHalted()).toBe(true);
    resume({ anew: true });
    expect(isHalted()).toBe(false);
    halt();
    resumeSweep({ client, journal }, id, {}, { ...fast, anew: true });
    expect(isHalted()).toBe(false);
    halt();
    expect(isHalted()).toBe(true);
  });

  it("goes on with a halted sweep only where no newer one has its runs, and stays halted", async () => {
    const { platform, client } = await open({ stages: { queuingMs: 60_000 } });
    await using _ = platform;
    const context = { client, journal };
    const plan = await planRuns(3);
    const first = startSweep(context, plan, { maxActive: 1 }, fast);
    await runToEnd(first, ({ type }) => type === "submitted" && first.halt());
    expect([first.halted, outcomes(first.runs)]).toEqual([
      "stopped",
      ["stopped", "waiting", "waiting"],
    ]);
    const second = startSweep(context, plan, {}, fast);
    for await (const { type } of second.events()) {
      if (type === "submitted" && count(platform, "create") === 4) break;
    }
    const goOn = (options: object) =>
      resumeSweep(context, first.id, { maxActive: 9 }, { ...fast, ...options });
    const refused = expect.objectContaining({ rule: "sweep_unfinished" });
    expect(() => goOn({ anew: true })).toThrow(refused);
    // What only stops its jobs makes none.
    expect(goOn({}).halted).toBe("stopped");
    expect(count(platform, "create")).toBe(4);
    const insisted = goOn({ anew: true, again: true });
    for await (const { type } of insisted.events()) {
      if (type === "submitted" && count(platform, "create") === 7) break;
    }
    expect(platform.jobs()).toHaveLength(7);
  });

  it("makes anew what ended while nobody followed it, once the history has seen that", async () => {
    const { platform, client } = await open({ commands: "run" });
    await using _ = platform;
    const plan = await planRuns(2, { command: `test -e ${dir}/repaired # {{ matrix.n }}` });
    const leaving = new AbortController();
    const options = { ...fast, signal: leaving.signal };
    const sweep = startSweep({ client, journal }, plan, { maxActive: 1 }, options);
    const left = runToEnd(sweep, ({ type }) => type === "submitted" && leaving.abort());
    await expect(left).rejects.toMatchObject({ name: "AbortError" });
    const { jobId = "" } = sweep.runs[0]!;
    const { status } = await client.waitForJob(jobId, { minIntervalMs: 10 });
    journal.append({ kind: "seen", platform: platform.url, jobId, status });
    await writeFile(join(dir, "repaired"), "");
    const again = resumeSweep({ client, journal }, sweep.id, {}, { ...fast, anew: true });
    await runToEnd(again);
    expect(outcomes(again.runs)).toEqual(["succeeded", "succeeded"]);
    expect(again.runs.map(({ tries }) => tries)).toEqual([2, 1]);
    expect(again.runs[0]?.earlier).toHaveLength(1);
  });

  it("keeps a run of unknown outcome apart: it holds its place, is asked about, and never sent again", async () => {
    const { platform, client } = await open({
      faults: [{ operation: "create", calls: [2, 3], fault: [{ kind: "reset", effect: true }] }],
    });
    await using _ = platform;
    const sweep = startSweep({ client, journal }, await planRuns(5), { maxActive: 2 }, fast);
    const { result, events } = await runToEnd(sweep);
    // Both places are taken by unknown runs in the end, and nobody was there to ask.
    expect(outcomes(result.runs)).toEqual([
      "succeeded",
      "unknown",
      "unknown",
      "waiting",
      "waiting",
    ]);
    expect(result.isBlocked).toBe(true);
    expect(events.filter(({ type }) => type === "unknown")).toHaveLength(2);
    expect(count(platform, "create")).toBe(3);
    const asked: string[] = [];
    const resumed = resumeSweep(
      { client, journal },
      sweep.id,
      {},
      {
        ...fast,
        askUnknown: async ({ run }) => {
          asked.push(run.name);
          const found = platform.jobs().find(({ request }) => request.name === run.name);
          return found ? { jobId: found.jobId } : "none";
        },
      },
    );
    const { result: settled } = await runToEnd(resumed);
    expect(outcomes(settled.runs)).toEqual(Array(5).fill("succeeded"));
    expect(asked).toHaveLength(2);
    expect(count(platform, "create")).toBe(5);
    expect(journal.unresolved()).toEqual([]);
  });

  it("sends no create after it was left in the pause after a refused one", async () => {
    const fault = { kind: "rate-limit", retryAfterSec: 4 } as const;
    const { platform } = await open({
      stages: 60_000,
      faults: [{ operation: "create", calls: [2], fault }],
    });
    await using _ = platform;
    const leaving = new AbortController();
    const client = toClient(platform, {
      onEvent: ({ type }) => type === "retry" && leaving.abort(new Error("left")),
    });
    const options = { ...fast, signal: leaving.signal };
    const sweep = startSweep({ client, journal }, await planRuns(3), {}, options);
    await expect(runToEnd(sweep)).rejects.toThrow("left");
    expect(outcomes(sweep.runs)).toEqual(["active", "waiting", "waiting"]);
    expect(count(platform, "create")).toBe(2);
    expect(journal.read().attempts.map(({ state }) => state)).toEqual(["created", "not_sent"]);
  });

  it.each([
    ["by its own process", 1, "stopped"],
    ["by another process", 4, "succeeded"],
  ] as const)(
    "sends no create after it was halted %s in a pause of %i s",
    async (who, retryAfterSec, first) => {
      const isOwn = who === "by its own process";
      const { platform } = await open({
        stages: isOwn ? { queuingMs: 60_000 } : 20,
        faults: [{ operation: "create", calls: [2], fault: { kind: "rate-limit", retryAfterSec } }],
      });
      await using _ = platform;
      const client = toClient(platform, {
        onEvent({ type }) {
          if (type !== "retry") return;
          if (isOwn) sweep.halt();
          else haltSweep(journal, sweep.id);
        },
      });
      const sweep = startSweep({ client, journal }, await planRuns(3), {}, fast);
      const { result } = await runToEnd(sweep);
      expect(result.halted).toBe("stopped");
      expect(outcomes(sweep.runs)).toEqual([first, "waiting", "waiting"]);
      expect(count(platform, "create")).toBe(2);
    },
  );

  it("treats a job whose id could not be written down as unknown, and never as none", async () => {
    const { platform, client } = await open();
    await using _ = platform;
    let isFull = true;
    const full: Journal = {
      ...journal,
      outcome(attempt, outcome) {
        if (isFull) {
          isFull = false;
          throw new InputError("The disk is full.");
        }
        journal.outcome(attempt, outcome);
      },
    };
    const sweep = startSweep({ client, journal: full }, await planRuns(1), {}, fast);
    for await (const { type } of sweep.events()) if (type === "submitted") break;
    const [job] = platform.jobs();
    expect(sweep.runs).toMatchObject([{ state: "active", jobId: job?.jobId }]);
    const { attempt } = sweep.runs[0]!;
    // Made a second time by whoever goes on, were it written down as not sent.
    const later = resumeSweep({ client, journal }, sweep.id);
    expect(later.runs).toMatchObject([{ state: "unknown", attempt }]);
    expect(count(platform, "create")).toBe(1);
  });

  it("sends a run again when a person found no job of it", async () => {
    const { platform, client } = await open({
      faults: [{ operation: "create", calls: [1], fault: { kind: "reset" } }],
    });
    await using _ = platform;
    const sweep = startSweep(
      { client, journal },
      await planRuns(1),
      {},
      {
        ...fast,
        askUnknown: async () => "none",
      },
    );
    const { result, events } = await runToEnd(sweep);
    expect(outcomes(result.runs)).toEqual(["succeeded"]);
    expect(events.map(({ type }) => type).slice(0, 3)).toEqual(["unknown", "settled", "submitted"]);
    expect(platform.jobs()).toHaveLength(1);
  });

  it("ends early when every create is refused", async () => {
    const { platform, client } = await open({ quota: { maxPriority: 1 } });
    await using _ = platform;
    const sweep = startSweep({ client, journal }, await planRuns(50), {}, fast);
    const { result } = await runToEnd(sweep);
    expect(result.halted).toBe("all_refused");
    expect(count(platform, "create")).toBe(3);
    expect(result.runs[0]).toMatchObject({ outcome: "refused", tries: 0 });
    expect(result.runs[0]?.reason).toContain("任务优先级超出项目优先级上限");
  });

  it.each(["404 page not found", '{"message": "no Route matched"}'])(
    "takes no gateway that loses its route for a refusal of the runs that come then: %s",
    async (body) => {
      const { platform, client } = await open();
      await using _ = platform;
      const fault = { kind: "reply", status: 404, body } as const;
      platform.setFaults([{ operation: "create", calls: { from: 3, to: 6 }, fault }]);
      const sweep = startSweep({ client, journal }, await planRuns(5), { maxActive: 2 }, fast);
      const { result, events } = await runToEnd(sweep);
      expect(outcomes(result.runs)).toEqual(Array(5).fill("succeeded"));
      expect(events.filter(({ type }) => type === "trouble")).toHaveLength(1);
      platform.setFaults([{ operation: "create", calls: { from: 3 }, fault }]);
      const options = { ...fast, errorBudgetMs: 300 };
      const lost = startSweep({ client, journal }, await planRuns(9, { name: "b" }), {}, options);
      await expect(runToEnd(lost)).rejects.toMatchObject({ call: { operation: "create" } });
      expect(new Set(outcomes(lost.runs).slice(2))).toEqual(new Set(["waiting"]));
      platform.setFaults([]);
      const { result: whole } = await runToEnd(resumeSweep({ client, journal }, lost.id, {}, fast));
      expect(outcomes(whole.runs)).toEqual(Array(9).fill("succeeded"));
    },
  );

  it("ends early where the first creates find no route", async () => {
    const { platform, client } = await open();
    await using _ = platform;
    const fault = { kind: "reply", status: 404, body: "404 page not found" } as const;
    platform.setFaults([{ operation: "create", fault }]);
    const sweep = startSweep({ client, journal }, await planRuns(50), {}, fast);
    const { result } = await runToEnd(sweep);
    expect([result.halted, count(platform, "create")]).toEqual(["all_refused", 3]);
  });

  it("refuses runs whose spec cannot be sent, at once and with the reason, and goes on with the others", async () => {
    const { platform, client } = await open();
    await using _ = platform;
    const { runs, ...plan } = await planRuns(5);
    // As in a record from which the secrets were taken.
    const envs = [{ name: "TOKEN", value: "***" }];
    const masked = runs.map((run) =>
      run.index > 4 ? run : { ...run, spec: { ...run.spec, envs } },
    );
    const sweep = startSweep({ client, journal }, { ...plan, runs: masked }, {}, fast);
    const { result, events } = await runToEnd(sweep);
    expect(outcomes(result.runs)).toEqual([...Array(4).fill("refused"), "succeeded"]);
    expect(result.runs[0]).toMatchObject({ tries: 0, jobId: undefined, attempt: undefined });
    expect(result.runs[0]?.reason).toMatch(/^envs\[0\]\.value holds \*{3}/);
    expect(events.filter(({ type }) => type === "trouble")).toEqual([]);
    expect([result.halted, journal.read().attempts.length]).toEqual([undefined, 1]);
    const later = resumeSweep({ client, journal }, sweep.id, {}, fast);
    expect(later.runs).toMatchObject(result.runs.map(({ reason }) => ({ reason })));
  });

  it("leaves the jobs to themselves when it is left, and lets a create under way end", async () => {
    const { platform, client } = await open({
      stages: 50,
      faults: [{ operation: "create", calls: [2], fault: { kind: "latency", ms: 300 } }],
    });
    await using _ = platform;
    const controller = new AbortController();
    const reason = new Error("enough");
    const sweep = startSweep(
      { client, journal },
      await planRuns(5),
      {},
      {
        ...fast,
        signal: controller.signal,
      },
    );
    const leaveAtNext = async () => {
      while (count(platform, "create") < 2) await platform.changed();
      controller.abort(reason);
    };
    const left = runToEnd(sweep, ({ type }) => {
      if (type === "submitted") void leaveAtNext();
    });
    await expect(left).rejects.toBe(reason);
    expect(count(platform, "create")).toBe(2);
    expect(journal.unresolved()).toEqual([]);
    const { result } = await runToEnd(resumeSweep({ client, journal }, sweep.id, {}, fast));
    expect(outcomes(result.runs)).toEqual(Array(5).fill("succeeded"));
    expect(count(platform, "create")).toBe(5);
  });

  it("stops its jobs when it is halted", async () => {
    const { platform, client } = await open({ commands: "run" });
    await using _ = platform;
    const plan = await planRuns(9, { command: "sleep 6{{ matrix.n }}" });
    const sweep = startSweep({ client, journal }, plan, { maxActive: 3 }, fast);
    const { result } = await runToEnd(sweep, (event) => {
      if (event.type === "phase" && event.phase === "running") sweep.halt();
    });
    expect(result.halted).toBe("stopped");
    expect(platform.jobs().every(({ status }) => status === "job_stopped")).toBe(true);
    expect(result.runs.filter(({ state }) => state === "waiting").length).toBeGreaterThanOrEqual(6);
  });

  it("is halted also while nobody reads its events, and stops its jobs with the next loop", async () => {
    const { platform, client } = await open({ commands: "run" });
    await using _ = platform;
    const haltedOf = (id: string) => findSweep(journal.read(), id)?.halted;
    const left = startSweep(
      { client, journal },
      await planRuns(2, { command: "sleep 9{{ matrix.n }}" }),
      {},
      fast,
    );
    for await (const event of left.events()) {
      if (event.type === "phase" && left.runs.every(({ state }) => state === "active")) break;
    }
    left.halt();
    expect([left.halted, haltedOf(left.id)]).toEqual(["stopped", "stopped"]);
    expect(count(platform, "stop")).toBe(0);
    await runToEnd(left);
    expect(platform.jobs().map(({ status }) => status)).toEqual(["job_stopped", "job_stopped"]);
    const unread = startSweep({ client, journal }, await planRuns(2), {}, fast);
    unread.halt();
    expect([unread.halted, haltedOf(unread.id)]).toEqual(["stopped", "stopped"]);
    const { result } = await runToEnd(unread);
    expect([result.halted, outcomes(result.runs)]).toEqual(["stopped", ["waiting", "waiting"]]);
    expect(count(platform, "create")).toBe(2);
  });

  it("goes on through an outage, and gives up after the error budget", async () => {
    const { platform } = await open();
    await using _ = platform;
    const client = toClient(platform, { maxAttempts: 1 });
    const sweep = startSweep(
      { client, journal },
      await planRuns(3),
      { maxActive: 1 },
      {
        ...fast,
        errorBudgetMs: 400,
      },
    );
    const lost = runToEnd(sweep, async (event) => {
      if (event.type === "ended") await platform.outage();
    });
    await expect(lost).rejects.toMatchObject({
      code: expect.stringMatching(/wait_lost|connection/),
    });
    await platform.restore();
    const { result } = await runToEnd(resumeSweep({ client, journal }, sweep.id, {}, fast));
    expect(outcomes(result.runs)).toEqual(Array(3).fill("succeeded"));
    expect(count(platform, "create")).toBe(3);
  });

  it.each([
    ["the hour is", 3_600, 1],
    ["six hours of the decades are", 1e9, 6],
  ])(
    "creates no job before %s over that the platform asks to wait, and goes on where the next create fails too",
    async (_what, asked, hours) => {
      const { platform } = await open();
      await using _ = platform;
      const clock = createTestClock();
      const limiter = createRateLimiter({ clock, perSecond: 1_000, burst: 20 });
      const client = openClient(platform, { clock, limiter, maxAttempts: 1 });
      const fault = { kind: "rate-limit", retryAfterSec: asked } as const;
      platform.setFaults([
        { operation: "create", calls: [1], fault },
        { operation: "create", calls: [2], fault: { kind: "rate-limit" } },
      ]);
      const began = clock.now();
      const sweep = startSweep({ client, journal }, await planRuns(2), {}, fast);
      const submittedAt: number[] = [];
      await runToEnd(sweep, ({ type }) => {
        if (type === "submitted") submittedAt.push(clock.now());
      });
      expect(count(platform, "create")).toBe(4);
      const waitedMs = Math.min(...submittedAt) - began;
      expect(waitedMs).toBeGreaterThanOrEqual(hours * 3_600_000);
      expect(waitedMs).toBeLessThan((hours + 1) * 3_600_000);
    },
  );

  it("ends where the platform asks for an hour a second time in a row", async () => {
    const { platform } = await open();
    await using _ = platform;
    const clock = createTestClock();
    const client = openClient(platform, { clock, maxAttempts: 1 });
    const fault = { kind: "rate-limit", retryAfterSec: 3_600 } as const;
    platform.setFaults([{ operation: "create", fault }]);
    const began = clock.now();
    const sweep = startSweep({ client, journal }, await planRuns(2), {}, fast);
    await expect(runToEnd(sweep)).rejects.toMatchObject({ code: "api", status: 429 });
    expect(count(platform, "create")).toBe(2);
    expect(Math.floor((clock.now() - began) / 3_600_000)).toBe(1);
  });

  it("ends when its jobs can be asked about no more, though runs are left to make", async () => {
    const { platform, client } = await open({ commands: "run", stages: 20 });
    await using _ = platform;
    const plan = await planRuns(4, { command: "sleep 60 # {{ matrix.n }}" });
    const options = { ...fast, errorBudgetMs: 300 };
    const sweep = startSweep({ client, journal }, plan, { maxActive: 2 }, options);
    const ended = runToEnd(sweep, ({ type }) => {
      if (type !== "submitted" || count(platform, "create") < 2) return;
      platform.setFaults([{ operation: "detail", fault: { kind: "token-refused" } }]);
    });
    await expect(ended).rejects.toMatchObject({ code: "wait_lost", cause: { code: "auth" } });
    expect(count(platform, "create")).toBe(2);
  });

  it("refuses settings and options that there are not, before anything is written down", async () => {
    const { platform, client } = await open();
    await using _ = platform;
    const context = { client, journal };
    const plan = await planRuns(1);
    // As JavaScript lets it through.
    const calls: (readonly [object, object, string])[] = [
      [{ maxactive: 2 }, {}, 'SweepSettings has no option "maxactive". Write maxActive.'],
      [{ anew: true }, {}, "It has maxActive, maxGpus, retries, failFast."],
      [{}, { timeout: 5 }, ' has no option "timeout". Write timeoutMs.'],
      [{}, { errorBudgetMs: -1 }, "errorBudgetMs"],
      [{ failFast: "no" }, {}, "failFast of SweepSettings is neither true nor false."],
      [{}, { account: 20231234 }, "account of "],
      [{}, { again: "yes" }, "again of "],
    ];
    for (const [settings, options, said] of calls) {
      expect(() => startSweep(context, plan, settings, options)).toThrow(said);
      expect(() => resumeSweep(context, "sweep-x", settings, options)).toThrow(said);
    }
    const unnamed = { ...plan, name: Object(undefined) };
    expect(() => startSweep(context, unnamed)).toThrow('"sweep:begin" for the journal has a wrong');
    expect(() => startSweep(context, plan, {}, Object({ anew: true }))).toThrow('option "anew"');
    expect(() => resumeSweep(context, "sweep-x", {}, Object({ known: 1 }))).toThrow("known");
    expect(journal.read().others).toEqual([]);
  });

  it("refuses wrong settings and sweeps that are not there or of another platform", async () => {
    const { platform, client } = await open();
    await using _ = platform;
    const plan = await planRuns(1);
    expect(() => startSweep({ client, journal }, plan, { maxActive: 0 })).toThrow("maxActive is 0");
    expect(() => resumeSweep({ client, journal }, "sweep-x")).toThrow('No sweep "sweep-x"');
    const sweep = startSweep({ client, journal }, plan, {}, fast);
    // As a variable that is not set.
    expect(() => resumeSweep({ client, journal }, "")).toThrow('No sweep ""');
    const other = { ...client, baseUrl: "https://other.example" };
    expect(() => resumeSweep({ client: other, journal }, sweep.id)).toThrow("is a sweep of");
  });
});
