import { expect, test } from "vitest";
import type { Journal } from "../../journal/journal.ts";
import { toJournalView } from "../../journal/view.ts";
import { parseJobSpec } from "../../spec/parse.ts";
import { keepEnd } from "./keep-end.ts";
import { newRunStatus } from "./run-status.ts";
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
