import { AuthError, summarizeJob } from "@qizhi/core";
import { afterEach, describe, expect, it, vi } from "vitest";
import { en, type Messages } from "../messages/en.ts";

import { zh } from "../messages/zh.ts";
import type { Output } from "../terminal/streams.ts";
import type { Io } from "../terminal/io.ts";
import { jobState, jobCreatedAt } from "./job-state.fixture.ts";
import { type JobState, newJobState, openStageMs, sayTrouble, usageAt } from "./job-state.ts";
import { createPlainLog, heartbeatMs, toSignOfLife } from "./progress.ts";

afterEach(() => {
  vi.useRealTimers();
});

describe("a sign of life in a log", () => {
  it("comes every minute at first, and every five later", () => {
    expect([0, 599_000, 600_000, 36_000_000].map(heartbeatMs)).toEqual([
      60_000, 60_000, 300_000, 300_000,
    ]);
  });

  it("shows the phases of one job, and counts several", () => {
    expect(toSignOfLife([jobState()], en, jobCreatedAt + 166_000)).toBe(
      "still running for 2m 00s, 0.53 GPU-hours so far",
    );
    const [running, queued] = [jobState(), jobState({ status: "job_queuing" })];
    const lost = { ...jobState(), hasEnded: true, isGivenUp: true };
    const count = (states: JobState[], t: Messages) => toSignOfLife(states, t, jobCreatedAt);
    expect(count([running, queued, running], zh)).toBe("仍在等待：2 个运行中，1 个排队中");
    expect(count([newJobState("job-x")], en)).toBe("still 1 unknown");
    expect(count([running, lost], en)).toBe("still 1 running, 1 given up");
    expect(count([running, lost], zh)).toBe("仍在等待：1 个运行中，1 个已放弃等待");
  });
});

describe("a job of which an answer is overdue", () => {
  const dueAt = jobCreatedAt + 101_000;
  const state = { ...jobState(), dueAt };

  it("is last seen, and uses nothing on top of what was seen", () => {
    expect(toSignOfLife([state], en, dueAt + 4_000)).toContain("still running for");
    expect(toSignOfLife([state], en, jobCreatedAt + 150_000)).toBe("last seen running 50s ago");
    expect(toSignOfLife([state], zh, jobCreatedAt + 150_000)).toBe("50 秒前最后看到：运行中");
    const { seenMs } = state.report!;
    expect(usageAt(state, jobCreatedAt + 9_000_000)).toEqual(usageAt(state, seenMs));
    expect(openStageMs(state, jobCreatedAt + 9_000_000)).toBe(openStageMs(state, seenMs));
  });
});

describe("several jobs of which an answer is overdue", () => {
  const seenAt = jobCreatedAt;
  // The platform's clock is an hour ahead, which the moments of the log are not.
  const aheadMs = 3_600_000;
  const at = (status: string, afterMs: number, dueMs = Infinity): JobState => {
    const state = jobState({ status });
    const report = { ...state.report!, seenMs: seenAt + afterMs + aheadMs };
    return { ...state, report, dueAt: seenAt + dueMs + aheadMs, aheadMs };
  };
  const running = at("job_running", 0, 20_000);
  const queued = at("job_queuing", 10_000, 30_000);
  const fresh = at("job_running", 60_000, 90_000);
  const ended = { ...at("job_succeeded", 0), hasEnded: true };

  it("are counted apart from those that were heard of, with the moment since when", () => {
    const jobs = [running, fresh, queued, ended];
    const now = seenAt + 70_000;
    expect(toSignOfLife(jobs, en, now)).toMatch(
      /^still 1 running, 1 succeeded; nothing heard of 2 jobs since \d{4}-\d\d-\d\d \d\d:\d\d UTC[+-]\S+ \(1m 00s ago\), last seen 1 running, 1 queued$/,
    );
    expect(toSignOfLife([running, queued], zh, now)).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d UTC[+-]\S+（1 分钟前）以来没有 2 个任务的消息，最后看到：1 个运行中，1 个排队中$/,
    );
  });

  it("are none while the answers may only be late, and none that have ended", () => {
    expect(toSignOfLife([running, queued], en, seenAt + 25_000)).toBe("still 1 running, 1 queued");
    expect(toSignOfLife([ended, ended], en, seenAt + 1e9)).toBe("still 2 succeeded");
  });
});

describe("a job that the platform refuses", () => {
  const error = new AuthError("token_refused", "The platform refuses it.", "");
  const lastSeen = { status: "job_running", atMs: Date.now() };

  it("is not said to go on: the log says how it was last seen, and that polls continue", () => {
    const text = sayTrouble({ error, lastSeen }, 1, en);
    expect(text).toMatch(
      /^cannot ask; last seen job_running at .*, asking on for a while: The platform refuses it\.$/,
    );
    expect(sayTrouble({ error, lastSeen }, 1, zh)).toMatch(/最后看到时（.*）状态为 job_running/);
    expect(sayTrouble({ error }, 1, en)).toContain("the job goes on");
  });
});

describe("a log of several jobs", () => {
  it("knows them by the ids that were asked for, however the platform spells them", () => {
    vi.useFakeTimers();
    let text = "";
    const output: Output = {
      isTTY: false,
      terminal: undefined,
      write: (more) => void (text += more),
    };
    const io: Io = { env: {}, stdin: process.stdin, stdout: output, stderr: output, t: en };
    const asked = ["job-A", "job-B"];
    const log = createPlainLog(io, asked);
    const show = (jobId: string, status: string) => {
      const job = { job_id: "job-spelled-otherwise", status };
      const report = summarizeJob(job, { baseUrl: "http://127.0.0.1:1" });
      const stands = {
        phase: "running",
        isTerminal: false,
        isLast: false,
        nextPollMs: 120_000,
      } as const;
      log.show({ type: "job", jobId, job, report, ...stands });
    };
    for (const jobId of asked) show(jobId, "job_running");
    for (const jobId of asked) show(jobId, "job_running");
    vi.advanceTimersByTime(60_000);
    log.end(false);
    const lines = text.trimEnd().split("\n");
    expect(lines.map((line) => line.replace(/^.*?\S {2}/, ""))).toEqual([
      "job-A  running (job_running)",
      "job-B  running (job_running)",
      "still 2 running",
    ]);
  });
});
