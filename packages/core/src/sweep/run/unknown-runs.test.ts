import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../async/clock.ts";
import { count, openClient, openPlatform } from "../../client/client.fixture.ts";
import type { Client } from "../../client/client.ts";
import { type Journal, openJournal } from "../../journal/journal.ts";
import type { AttemptOutcome } from "../../journal/record-types.ts";
import type { LocalPlatform } from "../../local/index.ts";
import { planRuns, runToEnd } from "../sweep.fixture.ts";
import { resumeSweep, startSweep } from "../sweep.ts";

const fast = { minIntervalMs: 10, quotaPauseMs: 5 };

let dir = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "qizhi-unknown-runs-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** A sweep that another process has left with its first create under way, and what it will write down of that. */
async function leave(platform: LocalPlatform, client: Client) {
  const journal = openJournal({ dir });
  const held: Parameters<Journal["outcome"]>[] = [];
  const slow: Journal = { ...journal, outcome: (...args) => void held.push(args) };
  const command = `until test -e ${dir}/ends; do sleep 0.02; done # {{ matrix.n }}`;
  const plan = await planRuns(2, { command });
  const sweep = startSweep({ client, journal: slow }, plan, { maxActive: 1 }, fast);
  for await (const { type } of sweep.events()) if (type === "submitted") break;
  const writeDown = (toOutcome: (made: AttemptOutcome) => AttemptOutcome) => {
    for (const [attempt, made] of held.splice(0)) journal.outcome(attempt, toOutcome(made));
  };
  return { journal, id: sweep.id, jobId: platform.jobs()[0]!.jobId, writeDown };
}
const takeOver = { ...fast, takeOver: true };
const end = () => void writeFile(join(dir, "ends"), "");

test("a person who finds no job does not override what another process has settled meanwhile", async () => {
  await using platform = await openPlatform({
    faults: [{ operation: "create", calls: [1], fault: { kind: "reset", effect: true } }],
  });
  const journal = openJournal({ dir });
  const askUnknown = async () => {
    const [{ id: attempt } = { id: "" }] = openJournal({ dir }).unresolved();
    journal.append({ kind: "resolved", attempt, jobId: platform.jobs()[0]!.jobId });
    return "none" as const;
  };
  const client = openClient(platform);
  const how = { ...fast, askUnknown };
  const sweep = startSweep({ client, journal }, await planRuns(2), { maxActive: 1 }, how);
  const { result } = await runToEnd(sweep);
  expect(result.runs.map(({ outcome }) => outcome)).toEqual(["succeeded", "succeeded"]);
  expect(count(platform, "create")).toBe(2);
});

test("a person who names the job of another run leaves a run as it is", async () => {
  await using platform = await openPlatform({
    faults: [{ operation: "create", calls: [2], fault: { kind: "reset", effect: true } }],
  });
  const context = { client: openClient(platform), journal: openJournal({ dir }) };
  const askUnknown = async () => ({ jobId: platform.jobs()[0]!.jobId });
  const sweep = startSweep(context, await planRuns(2), {}, { ...fast, askUnknown });
  const { result } = await runToEnd(sweep);
  expect(result.runs).toMatchObject([
    { outcome: "succeeded" },
    { state: "unknown", jobId: undefined },
  ]);
  expect(context.journal.unresolved()).toHaveLength(1);
});

test.each<[string, (made: AttemptOutcome) => AttemptOutcome, string[], number]>([
  ["makes a job", (made) => made, ["settled"], 2],
  ["is refused", () => ({ result: "refused" }), ["settled", "submitted"], 3],
  ["is not sent", () => ({ result: "not_sent" }), ["settled", "submitted"], 3],
])(
  "a run whose create was under way at the other process and %s there is settled by that",
  async (_, toOutcome, types, creates) => {
    await using platform = await openPlatform({ commands: "run", gpus: 64 });
    const client = openClient(platform);
    const { journal, id, writeDown } = await leave(platform, client);
    const sweep = resumeSweep({ client, journal }, id, { maxActive: 3 }, takeOver);
    expect(sweep.runs[0]).toMatchObject({ state: "unknown", jobId: undefined });
    const { result, events } = await runToEnd(sweep, ({ type }) => {
      writeDown(toOutcome);
      if (type === "settled") end();
    });
    expect(result.runs.map(({ outcome }) => outcome)).toEqual(["succeeded", "succeeded"]);
    const own = events.filter((event) => "run" in event && event.run === sweep.runs[0]);
    expect(own.map(({ type }) => type).slice(0, types.length)).toEqual(types);
    expect(count(platform, "create")).toBe(creates);
  },
);

test("a halt stops also the job of a create that was under way at the other process", async () => {
  await using platform = await openPlatform({ commands: "run", gpus: 64 });
  const client = openClient(platform, { clock: systemClock });
  const { journal, id, jobId, writeDown } = await leave(platform, client);
  const sweep = resumeSweep({ client, journal }, id, {}, takeOver);
  writeDown((made) => made);
  sweep.halt();
  const { result } = await runToEnd(sweep);
  expect(result.runs).toMatchObject([{ jobId, outcome: "stopped" }, { state: "waiting" }]);
});
