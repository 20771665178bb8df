import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../async/clock.ts";
import { count, openClient, openPlatform } from "../../client/client.fixture.ts";
import { openJournal } from "../../journal/journal.ts";
import type { FaultAction, LocalPlatform } from "../../local/index.ts";
import type { RunStatus } from "../record/run-status.ts";
import { toResultRows } from "../result/result-rows.ts";
import { planRuns, runToEnd } from "../sweep.fixture.ts";
import { resumeSweep, startSweep, type Sweep } from "../sweep.ts";

let dir = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "qizhi-runner-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const fast = { minIntervalMs: 10, quotaPauseMs: 5 };
const stateOf = ({ state, outcome }: RunStatus) => outcome ?? state;

/** What a sweep of a platform runs with. */
const openContext = (platform: LocalPlatform) => ({
  client: openClient(platform, { clock: systemClock }),
  journal: openJournal({ dir }),
});

/** Runs a sweep until so many of its runs are in a state, and leaves it. */
async function runUntil(sweep: Sweep, state: string, runs: number): Promise<void> {
  for await (const _ of sweep.events()) {
    if (sweep.runs.filter((run) => stateOf(run) === state).length === runs) return;
  }
}

describe("a sweep that goes on with the jobs of an earlier process", () => {
  const away: FaultAction = { kind: "reply", status: 404, body: "404 page not found" };
  const body = '{"code":200006,"message":"任务优先级超出项目优先级上限"}';
  const refused: FaultAction = { kind: "reply", status: 200, body };

  test.each([
    ["resumed", "a gateway without a route", away, "active", 6],
    ["resumed", "a refusal for good", refused, "refused", 3],
    ["told of them", "a gateway without a route", away, "active", 6],
  ] as const)("stops none where it is %s and its first creates meet %s", async (...given) => {
    const [how, , fault, state, runs] = given;
    await using platform = await openPlatform({ stages: { queuingMs: 600_000 }, gpus: 64 });
    const context = openContext(platform);
    const plan = await planRuns(6);
    const first = startSweep(context, plan, { maxActive: 2 }, fast);
    await runUntil(first, "active", 2);
    platform.setFaults([{ operation: "create", calls: { from: 1, to: 3 }, fault }]);
    const known = new Map(
      first.runs.slice(0, 2).map(({ run, ...status }) => [run.index, status] as const),
    );
    const next =
      how === "resumed"
        ? resumeSweep(context, first.id, { maxActive: 6 }, fast)
        : startSweep(context, plan, { maxActive: 6 }, { ...fast, known, again: true });
    await runUntil(next, state, runs);
    expect(next.halted).toBeUndefined();
    expect(next.runs.slice(0, 2).map(stateOf)).toEqual(["active", "active"]);
    expect(count(platform, "stop")).toBe(0);
  });
});

describe("the second try of a failed run", () => {
  const plan = () => planRuns(1, { command: "exit {{ matrix.n }}" });

  test("shows nothing of the first job where nobody knows whether it has one", async () => {
    await using platform = await openPlatform({
      commands: "run",
      faults: [{ operation: "create", calls: [2], fault: { kind: "reset", effect: true } }],
    });
    const context = openContext(platform);
    const sweep = startSweep(context, await plan(), { retries: 1 }, fast);
    const { result } = await runToEnd(sweep);
    const unknown = { state: "unknown", phase: undefined, status: undefined, jobId: undefined };
    expect(result.runs).toMatchObject([{ ...unknown, tries: 2 }]);
    // Whoever reads the history finds the same.
    expect(resumeSweep(context, sweep.id).runs).toMatchObject([{ ...unknown, tries: 2 }]);
  });

  test("shows no reason of the first once it has a job", async () => {
    await using platform = await openPlatform({ commands: "run" });
    const command = `test -e ${dir}/failed || { touch ${dir}/failed; exit {{ matrix.n }}; }`;
    const sweep = startSweep(
      openContext(platform),
      await planRuns(1, { command }),
      { retries: 1 },
      fast,
    );
    const shown: unknown[] = [];
    await runToEnd(sweep, ({ type }) => {
      if (type !== "retry" && type !== "submitted") return;
      const [row] = toResultRows(sweep.runs);
      shown.push([type, row?.tries, row?.reason]);
    });
    const reason = expect.stringContaining("exit code 1");
    expect(shown.slice(1)).toEqual([
      ["retry", 1, reason],
      ["submitted", 2, undefined],
    ]);
  });

  test("is no failure while it waits, nor once it is settled with a job that nobody has polled", async () => {
    await using platform = await openPlatform({
      commands: "run",
      faults: [{ operation: "create", calls: [2], fault: { kind: "reset", effect: true } }],
    });
    const context = openContext(platform);
    const askUnknown = async () => ({ jobId: platform.jobs()[1]!.jobId });
    const sweep = startSweep(context, await plan(), { retries: 1 }, { ...fast, askUnknown });
    const shown: unknown[] = [];
    await runToEnd(sweep, ({ type }) => {
      if (type !== "retry" && type !== "settled") return;
      const [row] = toResultRows(sweep.runs);
      shown.push([type, row?.state, sweep.runs[0]?.status]);
    });
    expect(shown).toEqual([
      ["retry", "waiting", undefined],
      ["settled", "active", undefined],
    ]);
  });
});
