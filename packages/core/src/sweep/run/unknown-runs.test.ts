import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { count, createTestClock, openClient, openPlatform } from "../../client/client.fixture.ts";
import { type Journal, openJournal } from "../../journal/journal.ts";
import type { AttemptOutcome } from "../../journal/record-types.ts";
import { planRuns, runToEnd } from "../sweep.fixture.ts";
import { resumeSweep, startSweep } from "../sweep.ts";

const fast = { minIntervalMs: 10, quotaPauseMs: 5 };

test("a person who finds no job does not override what another process has settled meanwhile", async () => {
  const dir = await mkdtemp(join(tmpdir(), "qizhi-unknown-runs-"));
  try {
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
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

test.each<[string, (made: AttemptOutcome) => AttemptOutcome, string[], number]>([
  ["made a job has that job", (made) => made, ["settled"], 2],
  ["was refused", () => ({ result: "refused" }), ["settled", "submitted"], 3],
  ["was not sent", () => ({ result: "not_sent" }), ["settled", "submitted"], 3],
])(
  "a run whose create was under way at the other process and then %s is settled by that",
  async (_, toOutcome, types, creates) => {
    const dir = await mkdtemp(join(tmpdir(), "qizhi-unknown-runs-"));
    try {
      await using platform = await openPlatform({ commands: "run", gpus: 64 });
      const clock = createTestClock();
      const journal = openJournal({ dir });
      const held: Parameters<Journal["outcome"]>[] = [];
      const slow: Journal = { ...journal, outcome: (...args) => void held.push(args) };
      const command = `until test -e ${dir}/ends; do sleep 0.02; done # {{ matrix.n }}`;
      const plan = await planRuns(2, { command });
      const client = openClient(platform, { clock });
      const first = startSweep({ client, journal: slow }, plan, { maxActive: 1 }, fast);
      for await (const { type } of first.events()) if (type === "submitted") break;
      const { id } = first;
      const second = resumeSweep(
        { client, journal },
        id,
        { maxActive: 3 },
        { ...fast, takeOver: true },
      );
      expect(second.runs[0]).toMatchObject({ state: "unknown", jobId: undefined });
      const { result, events } = await runToEnd(second, ({ type }) => {
        const [attempt, outcome] = held.pop() ?? [];
        if (attempt !== undefined && outcome) journal.outcome(attempt, toOutcome(outcome));
        if (type === "settled") void writeFile(join(dir, "ends"), "");
      });
      expect(result.runs.map(({ outcome }) => outcome)).toEqual(["succeeded", "succeeded"]);
      const own = events.filter((event) => "run" in event && event.run === second.runs[0]);
      expect(own.map(({ type }) => type).slice(0, types.length)).toEqual(types);
      expect(count(platform, "create")).toBe(creates);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  },
);
