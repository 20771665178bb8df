import { expect, test } from "vitest";
import type { Journal } from "../../journal/journal.ts";
import { toJournalView } from "../../journal/view.ts";
import { parseJobSpec } from "../../spec/parse.ts";
import { keepEnd, keepLast, keepMissedEnds } from "./keep-end.ts";
import { newRunStatus, observeRun, type RunStatus } from "./run-status.ts";
import { summarizeJob } from "../../jobs/report.ts";
import { spec } from "../../client/client.fixture.ts";

test("the end of a retry leaves the job its own name", () => {
  const lines: string[] = [];
  const add = (record: object) =>
    void lines.push(JSON.stringify({ v: 1, time: "2026-01-01T00:00:00Z", ...record }));
  const about = { platform: "https://p.invalid", fingerprint: "f", name: "x-try2" };
  add({ kind: "attempt", id: "a", ...about, spec: {}, process: { pid: 1, host: "h" } });
  add({ kind: "outcome", attempt: "a", outcome: { result: "created", jobId: "job-1" } });
  const run = { index: 1, name: "x", parameters: {}, spec: parseJobSpec({ ...spec, name: "x" }) };
  const facts = { url: "", stages: [] };
  const status = { ...newRunStatus(run), tries: 2, jobId: "job-1", status: "job_failed", facts };
  const journal = { append: add } as Pick<Journal, "append"> as Journal;
  keepEnd({ journal, platform: about.platform, sweep: "sweep-1" }, status, "failed");
  expect(toJournalView(lines.join("\n")).jobs).toMatchObject([
    { name: "x-try2", seen: { status: "job_failed" } },
  ]);
});

test("the history has the end of a job also where nobody knows when its command began", () => {
  const [created, prepared, finished] = [1_790_000_000_000, 1_790_000_060_000, 1_790_003_600_000];
  const platform = "https://p.invalid";
  const timeline = { created, resource_prepared: prepared, finished };
  const times = Object.entries(timeline).map(([name, at]) => [name, String(at)]);
  const job = { job_id: "job-1", status: "job_succeeded", timeline: Object.fromEntries(times) };
  const report = summarizeJob(job, { baseUrl: platform, now: finished });
  const run = { index: 1, name: "x", parameters: {}, spec: parseJobSpec({ ...spec, name: "x" }) };
  const status: RunStatus = { ...newRunStatus(run), jobId: "job-1" };
  observeRun(status, report);
  const written: object[] = [];
  const append = (record: object) => void written.push(record);
  const journal = { append } as Pick<Journal, "append"> as Journal;
  keepEnd({ journal, platform, sweep: "sweep-1" }, status, "succeeded");
  expect(written.at(-1)).toMatchObject({ createdAt: created, finishedAt: finished });
});

test("a job as it was seen last leaves in the history what another process has seen later", () => {
  const lines: string[] = [];
  const add = (record: object) => void lines.push(JSON.stringify({ v: 1, ...record }));
  const job = { platform: "https://p.invalid", jobId: "job-1" };
  add({ kind: "track", ...job, name: "x", time: "2026-01-01T00:00:00Z" });
  const read: Journal["read"] = (about) => toJournalView(lines.join("\n"), about);
  const journal = { append: add, read } as Pick<Journal, "append" | "read"> as Journal;
  const context = { journal, platform: job.platform, sweep: "sweep-1" };
  const run = { index: 1, name: "x", parameters: {}, spec: parseJobSpec({ ...spec, name: "x" }) };
  const facts = { url: "", stages: [] };
  const seen = { state: "active", jobId: job.jobId, status: "job_running", facts } as const;
  const statusAfter = (seenAt: string) => {
    keepLast(context, new Map([[{ ...newRunStatus(run), ...seen }, Date.parse(seenAt)]]));
    return read().jobs.map((known) => known.seen?.status);
  };
  add({ kind: "seen", ...job, status: "job_failed", time: "2026-01-01T00:02:00Z" });
  expect(statusAfter("2026-01-01T00:01:00Z")).toEqual(["job_failed"]);
  expect(statusAfter("2026-01-01T00:03:00Z")).toEqual(["job_running"]);
});

test("a job that failed or was stopped unwatched has its end written down, and no other", () => {
  const written: object[] = [];
  const journal = { append: (record) => written.push(record) } as Pick<
    Journal,
    "append"
  > as Journal;
  const toRun = (index: number, change: Partial<RunStatus>): RunStatus => {
    const run = { index, name: "x", parameters: {}, spec: parseJobSpec({ ...spec, name: "x" }) };
    return { ...newRunStatus(run), state: "active", tries: 1, jobId: `job-${index}`, ...change };
  };
  const runs = [
    toRun(1, { phase: "failed", status: "job_failed" }),
    toRun(2, { phase: "stopped", status: "job_stopped", tries: 2 }),
    toRun(3, { phase: "succeeded" }),
    toRun(4, { phase: "ended" }),
    toRun(5, { phase: "running" }),
    toRun(6, {}),
    // Its place is free when its nodes are.
    toRun(8, { phase: "failed", status: "job_fail_reserving" }),
    toRun(7, { phase: "failed", state: "waiting" }),
  ];
  keepMissedEnds({ journal, platform: "https://p.invalid", sweep: "sweep-1" }, runs);
  expect(written).toMatchObject([
    { kind: "sweep:ended", run: 1, try: 1, outcome: "failed", status: "job_failed" },
    { kind: "sweep:ended", run: 2, try: 2, outcome: "stopped", status: "job_stopped" },
  ]);
  expect(runs.map(({ state }) => state)).toEqual([
    "ended",
    "ended",
    ...Array(5).fill("active"),
    "waiting",
  ]);
});
