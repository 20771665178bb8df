import type { IdentifiedJob } from "@qizhi/core/internal";
import { AuthError, summarizeJob } from "@qizhi/core";
import { classifyStatus } from "@qizhi/core/internal";
import { expect, test } from "vitest";
import { createProgress, createLastSeen } from "./progress.ts";

const minute = 60_000;

/** A wait on a clock of its own: looks once a minute, ticks once a second. */
function simulate(
  hours: number,
  toJob: (minutes: number) => Partial<IdentifiedJob> | undefined,
): string[] {
  const lines: string[] = [];
  let now = 0;
  const progress = createProgress({
    print: (line) => lines.push(line),
    now: () => now,
    heartbeatMs: 5 * minute,
    lastSeen: createLastSeen(() => now),
  });
  for (; now < hours * 60 * minute; now += 1_000) {
    const seen = now % minute === 0 ? toJob(now / minute) : undefined;
    if (seen !== undefined) {
      const job: IdentifiedJob = { job_id: "job-1", ...seen };
      const { phase, isTerminal } = classifyStatus(job.status);
      const report = summarizeJob(job, { baseUrl: "https://x.test", now });
      const stands = { phase, isTerminal, isLast: isTerminal, nextPollMs: minute };
      progress.update({ type: "job", jobId: job.job_id, job, report, ...stands });
    }
    progress.tick();
  }
  return lines;
}

test("a wait of 5 h 50 min takes one line a change and a heartbeat", () => {
  const lines = simulate(5 + 50 / 60, (minutes) => ({
    status: minutes < 100 ? "job_queuing" : "job_running",
    sub_msg: `position ${100 - minutes}`,
  }));
  expect(lines.filter((line) => !line.startsWith("still"))).toEqual([
    "queued (job_queuing) - position 100",
    "running (job_running) - position 0",
  ]);
  expect(lines.length).toBeGreaterThan(60);
  expect(lines.length).toBeLessThanOrEqual(80);
});

test("a wait of ten hours leaves room for the step's other lines in a hundred", () => {
  const lines = simulate(10, (minutes) => ({
    status: minutes < 30 ? "job_queuing" : minutes < 33 ? "job_creating" : "job_running",
  }));
  // Beside them: version, submit, the notice's three, the facts in a group, the end.
  expect(lines.length).toBeLessThanOrEqual(82);
});

test("a job that changes at every look does not fill the log", () => {
  const lines = simulate(6, (minutes) => ({
    status: minutes % 2 ? "job_running" : "job_restarting",
    current_running_round: minutes,
    sub_msg: String(minutes),
  }));
  expect(lines.length).toBeLessThanOrEqual(200);
  expect(lines.some((line) => line.endsWith("(from here on only heartbeats)"))).toBe(true);
});

test("a wait of five days stays short", () => {
  const lines = simulate(5 * 24, () => ({ status: "job_running" }));
  expect(lines.length).toBeLessThanOrEqual(300);
});

test("trouble is told once, with its end", () => {
  const lines: string[] = [];
  const progress = createProgress({
    print: (line) => lines.push(line),
    now: () => 0,
    heartbeatMs: 1,
    lastSeen: createLastSeen(() => 0),
  });
  progress.update({ type: "recovered", afterMs: 90_000 });
  expect(lines).toEqual(["the platform answers again after 1m 30s"]);
  const lastSeen = { status: "job_running", atMs: 0 };
  const error = new AuthError("token_refused", "The platform refuses it.", "");
  progress.update({ type: "trouble", error, lastSeen });
  expect(lines.at(-1)).toBe(
    "cannot ask the platform, going on: The platform refuses it. It was job_running when last seen.",
  );
});

test("a job whose answer is overdue is told as last seen, and no longer once it is seen again", () => {
  const status = "job_running";
  const lines = simulate(0.5, (minutes) => (minutes < 3 || minutes > 20 ? { status } : undefined));
  expect(lines).toEqual([
    "running (job_running)",
    "still no answer: last seen running (job_running) 3m 00s ago",
    "still no answer: last seen running (job_running) 8m 00s ago",
    "still no answer: last seen running (job_running) 13m 00s ago",
    "still no answer: last seen running (job_running) 18m 00s ago",
    "still running (job_running)",
  ]);
});
