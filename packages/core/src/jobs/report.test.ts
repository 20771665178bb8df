import { describe, expect, test } from "vitest";
import { type JobReport, summarizeJob } from "./report.ts";
import type { Job } from "../schemas/job.ts";

const jobId = "job-aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa";
const start = 1_790_000_000_000;
const baseUrl = "https://qz.sii.edu.cn";

/** A time so many seconds after the job's creation, as the wire has it. */
const at = (seconds: number) => String(start + seconds * 1_000);

const size = {
  node_count: 2,
  framework_config: [
    { gpu_count: 8, instance_count: 2, instance_spec_price_info: { total_price_per_hour: 40 } },
  ],
};

function summarize(job: Job, nowSeconds = 10_000) {
  const now = start + nowSeconds * 1_000;
  return summarizeJob({ ...job, job_id: jobId }, { baseUrl, now });
}

const unknown = undefined;

type Times = Pick<JobReport, "queueTimeMs" | "prepareTimeMs" | "runTimeMs">;

const shapes: [string, Job, Times][] = [
  [
    "succeeded",
    {
      status: "job_succeeded",
      timeline: { created: at(0), resource_prepared: at(45), run: at(48), finished: at(3_648) },
      running_time_ms: "3600000",
    },
    { queueTimeMs: 45_000, prepareTimeMs: 3_000, runTimeMs: 3_600_000 },
  ],
  [
    "failed, without its running time",
    {
      status: "job_failed",
      timeline: { created: at(0), resource_prepared: at(45), run: at(48), finished: at(58) },
    },
    { queueTimeMs: 45_000, prepareTimeMs: 3_000, runTimeMs: 10_000 },
  ],
  [
    "restarted, whose rounds together ran less than start to end",
    {
      status: "job_succeeded",
      current_running_round: 3,
      timeline: { created: at(0), resource_prepared: at(10), run: at(20), finished: at(1_020) },
      running_time_ms: "400000",
    },
    { queueTimeMs: 10_000, prepareTimeMs: 10_000, runTimeMs: 400_000 },
  ],
  [
    "running",
    {
      status: "job_running",
      timeline: { created: at(0), resource_prepared: at(45), run: at(50) },
      running_time_ms: "9000000",
    },
    { queueTimeMs: 45_000, prepareTimeMs: 5_000, runTimeMs: 9_000_000 },
  ],
  [
    "running, for too short a time to have been counted",
    {
      status: "job_running",
      timeline: { created: at(0), resource_prepared: at(45), run: at(9_999) },
      running_time_ms: "0",
    },
    { queueTimeMs: 45_000, prepareTimeMs: 9_954_000, runTimeMs: 1_000 },
  ],
  [
    "queued",
    { status: "job_queuing", timeline: { created: at(0) }, running_time_ms: "0" },
    { queueTimeMs: 10_000_000, prepareTimeMs: unknown, runTimeMs: unknown },
  ],
  [
    "queued, known by its creation alone",
    { status: "job_queuing", created_at: at(9_000) },
    { queueTimeMs: 1_000_000, prepareTimeMs: unknown, runTimeMs: unknown },
  ],
  [
    "starting",
    { status: "job_creating", timeline: { created: at(0), resource_prepared: at(9_990) } },
    { queueTimeMs: 9_990_000, prepareTimeMs: 10_000, runTimeMs: unknown },
  ],
  [
    "stopped in the queue",
    {
      status: "job_stopped",
      timeline: { created: at(0), finished: at(30) },
      running_time_ms: "0",
      finished_at: at(30),
    },
    { queueTimeMs: 30_000, prepareTimeMs: unknown, runTimeMs: unknown },
  ],
  [
    "stopped in the queue, with its end outside the timeline",
    { status: "job_stopped", timeline: { created: at(0) }, finished_at: at(30) },
    { queueTimeMs: 30_000, prepareTimeMs: unknown, runTimeMs: unknown },
  ],
  [
    "stopped while it started",
    {
      status: "job_stopped",
      timeline: { created: at(0), resource_prepared: at(20), finished: at(50) },
    },
    { queueTimeMs: 20_000, prepareTimeMs: 30_000, runTimeMs: unknown },
  ],
  [
    "over, with its nodes held",
    {
      status: "job_fail_reserving",
      timeline: { created: at(0), resource_prepared: at(5), run: at(6), finished: at(66) },
      running_time_ms: "60000",
    },
    { queueTimeMs: 5_000, prepareTimeMs: 1_000, runTimeMs: 60_000 },
  ],
  [
    "without the start of its preparation",
    { status: "job_failed", timeline: { created: at(0), run: at(30), finished: at(40) } },
    { queueTimeMs: 30_000, prepareTimeMs: unknown, runTimeMs: 10_000 },
  ],
  [
    "queued once more after a round",
    { status: "job_queuing", timeline: { created: at(9_000) }, running_time_ms: "1000" },
    { queueTimeMs: 1_000_000, prepareTimeMs: unknown, runTimeMs: 1_000 },
  ],
  [
    "succeeded, with no time of its start",
    { status: "job_succeeded", timeline: { created: at(0), finished: at(20) } },
    { queueTimeMs: unknown, prepareTimeMs: unknown, runTimeMs: unknown },
  ],
  [
    "stopped after it ran, with no time of its start",
    {
      status: "job_stopped",
      timeline: { created: at(0), resource_prepared: at(5), finished: at(20) },
      running_time_ms: "1000",
    },
    { queueTimeMs: 5_000, prepareTimeMs: unknown, runTimeMs: 1_000 },
  ],
  [
    "ended, nobody knows when",
    { status: "job_failed", timeline: { created: at(0) } },
    { queueTimeMs: unknown, prepareTimeMs: unknown, runTimeMs: unknown },
  ],
  [
    "with zeros for the stages that it did not reach",
    {
      status: "job_queuing",
      timeline: { created: at(9_000), resource_prepared: "0", run: "0", finished: "0" },
    },
    { queueTimeMs: 1_000_000, prepareTimeMs: unknown, runTimeMs: unknown },
  ],
  [
    "with times that are none",
    {
      status: "job_running",
      timeline: { created: "-", resource_prepared: "", run: "soon", finished: "-62135596800000" },
      running_time_ms: "NaN",
    },
    { queueTimeMs: unknown, prepareTimeMs: unknown, runTimeMs: unknown },
  ],
  [
    "whose stages seem to end before they begin",
    {
      status: "job_failed",
      timeline: { created: at(50), resource_prepared: at(20), finished: at(10) },
    },
    { queueTimeMs: 0, prepareTimeMs: 0, runTimeMs: unknown },
  ],
  [
    "of the future by this machine's clock",
    { status: "job_queuing", timeline: { created: at(20_000) } },
    { queueTimeMs: 0, prepareTimeMs: unknown, runTimeMs: unknown },
  ],
  [
    "of which nothing is known",
    {},
    { queueTimeMs: unknown, prepareTimeMs: unknown, runTimeMs: unknown },
  ],
];

describe("the report of a job", () => {
  test.each(shapes)("%s has the times of its answer", (_name, job, times) => {
    const { queueTimeMs, prepareTimeMs, runTimeMs } = summarize(job);
    expect({ queueTimeMs, prepareTimeMs, runTimeMs }).toEqual(times);
  });

  test("counts GPU hours over all nodes, and the cost by the price of a node", () => {
    const report = summarize({ ...size, status: "job_succeeded", running_time_ms: "1800000" });
    expect(report).toMatchObject({
      nodes: 2,
      gpusPerNode: 8,
      gpus: 16,
      gpuHours: 8,
      pricePerNodeHour: 40,
      cost: 40,
    });
  });

  test("takes the size from where it is", () => {
    const price = { gpu_count: 4 };
    const config = { instance_count: 3, instance_spec_price_info: price };
    expect(summarize({ framework_config: [config] })).toMatchObject({
      nodes: 3,
      gpusPerNode: 4,
      gpus: 12,
      pricePerNodeHour: undefined,
      cost: undefined,
      gpuHours: undefined,
    });
  });

  test("guesses nothing where the answer says nothing", () => {
    expect(summarize({})).toEqual({
      jobId,
      name: undefined,
      status: undefined,
      phase: "unknown",
      url: `${baseUrl}/jobs/distributedTrainingDetail/${jobId}`,
      platform: "qz.sii.edu.cn",
      queueTimeMs: undefined,
      prepareTimeMs: undefined,
      runTimeMs: undefined,
      stages: [],
      nodes: undefined,
      gpusPerNode: undefined,
      gpus: undefined,
      gpuHours: undefined,
      pricePerNodeHour: undefined,
      cost: undefined,
      restarts: 0,
      holdsNodes: false,
      priority: undefined,
      priorityLevel: undefined,
      nodeNames: [],
      seenMs: start + 10_000_000,
      message: undefined,
    });
  });

  test("costs nothing where it never ran", () => {
    expect(summarize({ ...size, status: "job_stopped" })).toMatchObject({
      gpuHours: undefined,
      cost: undefined,
    });
  });

  test.each([
    [undefined, 0],
    [0, 0],
    [1, 0],
    [4, 3],
  ])("in round %s has been restarted %i times", (round, restarts) => {
    expect(summarize({ current_running_round: round }).restarts).toBe(restarts);
  });

  test("says that nodes are held", () => {
    expect(summarize({ status: "job_success_reserving" })).toMatchObject({
      phase: "succeeded",
      holdsNodes: true,
    });
  });

  test("has the stages with their ends, and none for the one that lasts", () => {
    const timeline = { created: at(0), resource_prepared: at(45), run: at(50) };
    expect(summarize({ status: "job_running", timeline }).stages).toEqual([
      { name: "queue", startMs: start, endMs: start + 45_000 },
      { name: "prepare", startMs: start + 45_000, endMs: start + 50_000 },
      { name: "run", startMs: start + 50_000, endMs: undefined },
    ]);
  });

  test("names the platform as given, and the job's page with its workspace", () => {
    const context = { baseUrl: "http://127.0.0.1:1", platformName: "local" };
    const report = summarizeJob({ job_id: "a/b", workspace_id: "ws-1" }, context);
    expect(report.platform).toBe("local");
    const page = "http://127.0.0.1:1/jobs/distributedTrainingDetail/a%2Fb";
    expect(report.url).toBe(`${page}?spaceId=ws-1`);
    const odd = summarizeJob({ job_id: "a/b", workspace_id: "ws-1&x" }, context);
    expect(odd.url).toBe(page);
  });

  test("counts up to now without a time for it", () => {
    const created = String(Date.now() - 5_000);
    const report = summarizeJob({ job_id: jobId, timeline: { created } }, { baseUrl });
    expect(report.queueTimeMs).toBeGreaterThanOrEqual(5_000);
    expect(report.queueTimeMs).toBeLessThan(60_000);
  });
});
