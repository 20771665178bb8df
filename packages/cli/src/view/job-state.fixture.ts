import { type Job, summarizeJob } from "@qizhi/core";
import { type JobState, newJobState } from "./job-state.ts";

const second = 1_000;

/** 2026-06-01 00:00 UTC, when the jobs of these tests were created. */
export const jobCreatedAt = Date.UTC(2026, 5, 1);

/** A job of these tests, with 2 × 8 GPUs; queued 44 s, prepared 2 s, running since. */
export function jobState(changes: Partial<Job> = {}, index = 1): JobState {
  const jobId = `job-${String(index).repeat(8)}-1111-4111-8111-111111111111`;
  const job: Job & { job_id: string } = {
    name: "llama-7b",
    status: "job_running",
    timeline: {
      created: String(jobCreatedAt),
      resource_prepared: String(jobCreatedAt + 44 * second),
      run: String(jobCreatedAt + 46 * second),
    },
    node_count: 2,
    framework_config: [{ gpu_count: 8, instance_spec_price_info: { total_price_per_hour: 12.5 } }],
    ...changes,
    job_id: jobId,
  };
  const seenAt = jobCreatedAt + 100 * second;
  const report = summarizeJob(job, { baseUrl: "http://127.0.0.1:1", now: seenAt });
  const hasEnded = report.stages.every(({ endMs }) => endMs !== undefined);
  return { ...newJobState(jobId, report), hasEnded };
}

/** A name and a message with hostile characters. */
export const hostile = {
  name: "\u001b[2J\u001b]0;x\u0007学\u202e习\n率",
  sub_msg: `\r\u001b[31m等待\u0000资源 ${"很长".repeat(300)}`,
};
