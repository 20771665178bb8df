import { toJobRequest } from "./create-check.ts";
import { hasEnded, type JobRecord } from "../jobs/job-record.ts";
import type { JobsTable } from "../jobs/jobs-table.ts";
import type { PlatformSettings } from "../jobs/options.ts";

const neverRan = new Set([
  "job_creating",
  "job_created",
  "job_pre_checking",
  "job_queuing",
  "job_queue_out",
  "job_create_failed",
  "job_pre_check_failed",
]);

/** Puts jobs into the table with times that fit their status: 60 s in the queue, 30 s of run. */
export function seedJobs(table: JobsTable, { jobs }: PlatformSettings): void {
  for (const { jobId, name, status, gpus, next, answer } of jobs) {
    if (jobId !== undefined && table.get(jobId)) continue;
    const now = Date.now();
    const more = {
      status,
      createdAt: now - 100_000,
      ...toTimes(status, { preparedAt: now - 40_000, runAt: now - 30_000 }),
      heldGpus: gpus,
      seed: { next, answer },
    };
    table.add(toJobRequest(seedBody(name)), more, jobId);
  }
}

/** Moves a seeded job on to the next status of its list, if there is one. */
export function moveSeed(job: JobRecord, table: JobsTable): void {
  const [status, ...next] = job.seed?.next ?? [];
  if (!job.seed || status === undefined) return;
  const { preparedAt = Date.now(), runAt = Date.now() } = job;
  const times = toTimes(status, { preparedAt, runAt });
  table.update(job, { status, seed: { ...job.seed, next }, ...times });
}

/** The times that a job in a status has. */
function toTimes(status: string, start: { preparedAt: number; runAt: number }) {
  const isOver = hasEnded({ status }) || status.endsWith("_reserving");
  return {
    ...(!neverRan.has(status) && start),
    ...(isOver && { finishedAt: Date.now() }),
  };
}

function seedBody(name: string) {
  return {
    name,
    framework: "pytorch",
    command: "sleep 60",
    task_priority: 4,
    workspace_id: "ws-33333333-3333-4333-8333-333333333333",
    project_id: "project-22222222-2222-4222-8222-222222222222",
    logic_compute_group_id: "lcg-11111111-1111-4111-8111-111111111111",
    framework_config: [
      {
        image: "docker.sii.shaipower.online/inspire-studio/base:v1",
        image_type: "SOURCE_OFFICIAL",
        instance_count: 1,
        shm_gi: 0,
        spec_id: "44444444-4444-4444-8444-444444444444",
      },
    ],
  };
}
