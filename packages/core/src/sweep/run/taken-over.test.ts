import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../async/clock.ts";
import { count, failureOf, openClient, openPlatform } from "../../client/client.fixture.ts";
import { type Journal, openJournal } from "../../journal/journal.ts";
import { planRuns, runToEnd } from "../sweep.fixture.ts";
import { resumeSweep, startSweep } from "../sweep.ts";

let dir = "";
let journal: Journal;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "qizhi-taken-over-"));
  journal = openJournal({ dir });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const fast = { minIntervalMs: 10, quotaPauseMs: 50 };
const elsewhere = { pid: 1, host: "login-2" };
const fixture = fileURLToPath(new URL("./runner.fixture.ts", import.meta.url));

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly rule?: string;
}

test("a sweep makes no run again that another process has made, which took it over and left it", async () => {
  await using platform = await openPlatform({ commands: "run", gpus: 64 });
  const { url: baseUrl, credentials } = platform;
  const command = `until test -e ${dir}/ends-{{ matrix.n }}; do sleep 0.02; done`;
  const first = { runs: 5, maxActive: 2, perSecond: 100, host: "login-1", command };
  const child = fork(fixture, [JSON.stringify({ baseUrl, ...credentials, dir, ...first })]);
  const told: Message[] = [];
  child.on("message", (message: Message) => told.push(message));
  const until = async (type: string, times = 1) => {
    while (told.filter((message) => message.type === type).length < times) {
      await once(child, "message");
    }
  };
  try {
    await until("submitted", 2);
    const id = told.find(({ type }) => type === "sweep")?.id ?? "";
    const client = openClient(platform, { clock: systemClock });
    const how = { ...fast, takeOver: true };
    const second = resumeSweep({ client, journal }, id, { maxActive: 5 }, how);
    for await (const { type } of second.events()) {
      if (type === "submitted" && count(platform, "create") === 5) break;
    }
    // A place is free at the first process, to which the other runs are waiting still.
    await writeFile(join(dir, "ends-1"), "");
    await until("error");
    expect(told.at(-1)).toMatchObject({ rule: "sweep_taken_elsewhere" });
    expect(count(platform, "create")).toBe(5);
    expect(journal.unresolved()).toEqual([]);
  } finally {
    child.kill();
  }
});

test("a run is not sent by a process that the sweep was taken from while it waited for its turn", async () => {
  await using platform = await openPlatform();
  const client = openClient(platform, { clock: systemClock });
  const attempt: Journal["attempt"] = (entry) => {
    if (entry.sweepRun?.run === 2) {
      journal.append({ kind: "sweep:resume", sweep: entry.sweepRun.sweep, process: elsewhere });
    }
    return journal.attempt(entry);
  };
  const context = { client, journal: { ...journal, attempt } };
  const sweep = startSweep(context, await planRuns(3), {}, fast);
  const failure = await failureOf(runToEnd(sweep));
  expect(failure).toMatchObject({ rule: "sweep_taken_elsewhere" });
  expect(count(platform, "create")).toBe(1);
  expect(journal.read().attempts.map(({ state }) => state)).toEqual(["created", "not_sent"]);
});

test("the process that has taken a sweep over waits for a create of the one before, also where it insists", async () => {
  await using platform = await openPlatform();
  const client = openClient(platform, { clock: systemClock });
  const plan = await planRuns(2);
  const { id } = startSweep({ client, journal }, plan, {}, fast);
  const again = resumeSweep({ client, journal }, id, {}, { ...fast, again: true });
  const place = { sweep: id, run: 1, try: 1 };
  const spec = plan.runs[0]!.spec;
  // It was about to be sent when the sweep was taken.
  const late = journal.attempt({ platform: platform.url, spec, sweepRun: place });
  const { result, events } = await runToEnd(again, ({ type }) => {
    if (type === "trouble") journal.outcome(late, { result: "not_sent" });
  });
  expect(events[0]).toMatchObject({ type: "trouble", error: { rule: "create_under_way" } });
  expect(result.runs.map(({ outcome }) => outcome)).toEqual(["succeeded", "succeeded"]);
  expect(count(platform, "create")).toBe(2);
});
