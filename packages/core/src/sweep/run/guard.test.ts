import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openClient, openPlatform } from "../../client/client.fixture.ts";
import { type Journal, openJournal } from "../../journal/journal.ts";
import { planRuns, runToEnd } from "../sweep.fixture.ts";
import { readSweeps } from "../record/fold.ts";
import { startSweep } from "../sweep.ts";

test("a sweep whose beginning another process has written over sends nothing", async () => {
  const dir = await mkdtemp(join(tmpdir(), "qizhi-guard-"));
  try {
    await using platform = await openPlatform();
    const journal = openJournal({ dir });
    const plan = await planRuns(3);
    const start = (write: (begin: object) => void) => {
      const append: Journal["append"] = (entry) =>
        entry.kind === "sweep:begin" ? write(entry) : journal.append(entry);
      return () =>
        startSweep({ client: openClient(platform), journal: { ...journal, append } }, plan);
    };
    expect(start(() => {})).toThrow(/^1 record of sweep-\w+ cannot be read\. Nothing was sent\./);
    const process = { pid: 1, host: "login-2" };
    const other = { kind: "sweep:begin", sweep: "sweep-other", process } as const;
    expect(start((begin) => journal.append({ ...begin, ...other }))).toThrow("sweep-other");
    expect(readSweeps(journal.read()).map(({ id }) => id)).toEqual(["sweep-other"]);
    expect(platform.jobs()).toEqual([]);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

test("a sweep that a person insisted on takes the damage of before for known, and none that comes later", async () => {
  const dir = await mkdtemp(join(tmpdir(), "qizhi-guard-"));
  try {
    await using platform = await openPlatform();
    const journal = openJournal({ dir });
    const damage = () => appendFile(journal.file, '\n{"v":1,"kind":"att\n');
    journal.append({ kind: "test:begin" });
    await damage();
    const client = openClient(platform);
    const context = { client, journal };
    const sweep = startSweep(context, await planRuns(3), {}, { minIntervalMs: 10, again: true });
    expect(journal.index().unreadLines).toBe(0);
    await damage();
    const { result } = await runToEnd(sweep);
    expect(result.runs.map(({ outcome }) => outcome)).toEqual(Array(3).fill("succeeded"));
    expect(journal.index().unreadLines).toBe(2);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
