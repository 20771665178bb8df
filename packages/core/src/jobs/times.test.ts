import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { summarizeJob } from "./report.ts";
import type { Job } from "../schemas/job.ts";
import { readDuration, readTime, toExtent, toSpans } from "./times.ts";

const now = Date.UTC(2026, 10, 28, 12);
const hour = 3_600_000;
const at = (ms: number) => String(now + ms);

describe("a time of an answer", () => {
  test.each([
    ["1790000000000", 1_790_000_000_000],
    ["1790000000", 1_790_000_000_000],
    ["1790000000.25", 1_790_000_000_250],
    [" 1790000000000 ", 1_790_000_000_000],
    ["2026-09-21T14:13:20Z", 1_790_000_000_000],
    ["2026-09-21T14:13:20.000Z", 1_790_000_000_000],
    ["2026-09-21 22:13:20+08:00", 1_790_000_000_000],
    ["2026-09-21T22:13:20+0800", 1_790_000_000_000],
    ["2026-09-21t14:13:20z", 1_790_000_000_000],
  ])("is read where it is certain: %j", (text, ms) => {
    expect(readTime(text, now)).toBe(ms);
  });

  test.each([
    undefined,
    "",
    "0",
    "-1",
    "-",
    "NaN",
    "Infinity",
    "1e12",
    "0x19",
    "1790000000000000",
    "1790000000000000000",
    "99999999999999999999999999",
    "17900000000n",
    "2026-09-21 22:13:20",
    "2026-09-21",
    "2026-13-41T99:99:99Z",
    "4102444800000",
    at(25 * hour),
    "soon",
  ])("is none where it cannot be one, or of which zone or unit is not known: %j", (text) => {
    expect(readTime(text, now)).toBeUndefined();
  });
});

test.each([
  ["0", 0],
  ["27352000", 27_352_000],
  ["1.5", 1.5],
  ["-5", undefined],
  ["1h", undefined],
  ["1e3", undefined],
  ["9999999999999999", undefined],
  ["", undefined],
  [undefined, undefined],
])("a duration of an answer %j is %j ms", (text, ms) => {
  expect(readDuration(text)).toBe(ms);
});

describe("the times of a job", () => {
  const size = {
    node_count: 2,
    framework_config: [
      { gpu_count: 8, instance_spec_price_info: { total_price_per_hour: 10, gpu_count: 8 } },
    ],
  };
  const summarize = (job: Job) =>
    summarizeJob({ ...size, ...job, job_id: "job-1" }, { baseUrl: "https://x.test", now });

  test("that contradict those before them are left out", () => {
    const timeline = {
      created: at(-hour),
      resource_prepared: at(-50 * 60_000),
      run: at(-9 * hour),
    };
    const report = summarize({ status: "job_running", timeline });
    expect(report).toMatchObject({ queueTimeMs: 600_000, runTimeMs: undefined });
    const ended = { created: at(-hour), run: at(-hour / 2), finished: at(-2 * hour) };
    expect(summarize({ status: "job_failed", timeline: ended })).toMatchObject({
      finishedMs: undefined,
      runTimeMs: undefined,
      gpuHours: undefined,
    });
  });

  test("give the end that stands in the other field", () => {
    const timeline = { created: at(-hour), finished: "0" };
    const report = summarize({ status: "job_failed", timeline, finished_at: at(-60_000) });
    expect(report.finishedMs).toBe(now - 60_000);
  });

  test("show a running time that is in seconds, and drop one that cannot be", () => {
    const timeline = { created: at(-9 * hour), run: at(-8 * hour), finished: at(-hour) };
    const run = (text: string) =>
      summarize({ status: "job_succeeded", timeline, running_time_ms: text }).runTimeMs;
    expect(run("25200")).toBe(7 * hour);
    expect(run("25201")).toBe(25_201_000);
    expect(run("25200000000000")).toBe(7 * hour);
    expect(run("-25200000")).toBe(7 * hour);
    expect(run("25199000")).toBe(25_199_000);
  });

  test("show a running time that is in seconds, also of a short job and of one that runs", () => {
    const ended = { created: at(-200_000), run: at(-105_000), finished: at(-60_000) };
    const run = (status: string, timeline: object, text: string) =>
      summarize({ status, timeline, running_time_ms: text }).runTimeMs;
    expect(run("job_succeeded", ended, "45")).toBe(45_000);
    expect(run("job_succeeded", { ...ended, finished: at(-100_000) }, "5000")).toBe(5_000);
    const lasting = { created: at(-hour), run: at(-600_000) };
    expect(run("job_running", lasting, "598")).toBe(598_000);
    expect(run("job_running", lasting, "598000")).toBe(598_000);
  });

  test("of a running job make no queue that lasts", () => {
    const report = summarize({ status: "job_running", timeline: { created: at(-hour) } });
    expect(report).toMatchObject({ stages: [], queueTimeMs: undefined });
  });

  test("are finite, ordered and within the job's life, whatever the answer holds", () => {
    const text = fc.oneof(
      fc.string(),
      fc.bigInt().map(String),
      fc.integer({ min: -3, max: 3 }).map((days) => at(days * 24 * hour)),
      fc.integer({ min: 0, max: 2 ** 31 }).map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.constantFrom("0", "", "null", "NaN", "-1", undefined),
    );
    const number = fc.oneof(fc.double(), fc.integer(), fc.constant(undefined));
    const times = fc.record({ created: text, resource_prepared: text, run: text, finished: text });
    const job = fc.record({
      status: fc.constantFrom("job_running", "job_failed", "job_queuing", "odd", undefined),
      timeline: times,
      created_at: text,
      finished_at: text,
      running_time_ms: text,
      node_count: number,
      current_running_round: number,
      framework_config: fc.tuple(
        fc.record({
          gpu_count: number,
          instance_spec_price_info: fc.record({ total_price_per_hour: number }),
        }),
      ),
    });
    fc.assert(
      fc.property(job, (each) => {
        const report = summarizeJob(
          { ...each, job_id: "job-1" },
          { baseUrl: "https://x.test", now },
        );
        for (const value of Object.values(report)) {
          if (typeof value !== "number") continue;
          expect(Number.isFinite(value) && value >= 0).toBe(true);
        }
        const { createdMs = 0, finishedMs = Infinity, runTimeMs = 0, gpus = 0, gpuHours } = report;
        expect(createdMs).toBeLessThanOrEqual(now + 24 * hour);
        expect(finishedMs).toBeGreaterThanOrEqual(createdMs - 60_000);
        if (gpuHours !== undefined) expect(gpuHours).toBeCloseTo((gpus * runTimeMs) / hour, 5);
        for (const { startMs, endMs = startMs } of report.stages) {
          expect(endMs).toBeGreaterThanOrEqual(startMs);
          expect(startMs).toBeGreaterThanOrEqual(Date.UTC(2000, 0));
        }
      }),
    );
  });
});

describe("a stage on a time axis", () => {
  const startMs = Date.UTC(2026, 0);
  const queue = { name: "queue", startMs, endMs: startMs + 30_000 } as const;

  test("a stage that lasts is drawn up to now, and none ends before it begins", () => {
    const run = { name: "run", startMs: startMs + 30_000, endMs: undefined } as const;
    const [, open] = toSpans([queue, run], startMs + 90_000);
    expect(open).toMatchObject({ endMs: startMs + 90_000, isOpen: true });
    const [, early] = toSpans([queue, run], startMs);
    expect(early).toMatchObject({ startMs: run.startMs, endMs: run.startMs });
  });

  test("a stage that a wrong clock made is not drawn and does not stretch the axis", () => {
    const wrong = [
      { name: "prepare", startMs: 0, endMs: startMs },
      { name: "run", startMs, endMs: Date.UTC(2400, 0) },
      { name: "run", startMs: Number.NaN, endMs: startMs },
    ] as const;
    const spans = toSpans([queue, ...wrong], startMs + 90_000);
    expect(spans).toEqual([{ ...queue, isOpen: false }]);
    expect(toExtent(spans)).toEqual({ startMs, endMs: startMs + 30_000 });
  });
});
