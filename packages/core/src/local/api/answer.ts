import { hasEnded, neededGpus, type JobRecord, toNodeName } from "../jobs/job-record.ts";
import { toStoredPriority } from "../run/queue.ts";
import type { WireOptions } from "../faults/wire.ts";

const levelNumbers = { LOW: 0, NORMAL: 1, HIGH: 2 };

/** A job as `train_job/detail` answers it (wire 2.2 to 12.10). */
export function toDetail(
  job: JobRecord,
  subMsg: string,
  wire: WireOptions,
): Record<string, unknown> {
  const { request } = job;
  const priority = toStoredPriority(request.taskPriority);
  const detail: Record<string, unknown> = {
    ...(wire.extraKeys && { enable_vccl: false, specified_nodes: [] }),
    ...request.extra,
    job_id: job.jobId,
    name: request.name,
    status: job.status,
    command: request.command,
    framework: request.framework,
    created_at: toMsText(job.createdAt, wire),
    finished_at: toMsText(hasEnded(job) ? job.finishedAt : undefined, wire),
    running_time_ms: toRunningTime(job, wire),
    current_running_round: job.runAt === undefined ? undefined : job.round,
    timeline: settleAbsent(toTimeline(job, wire), wire),
    priority: priority.weight,
    priority_level: wire.priorityLevel === "text" ? priority.level : levelNumbers[priority.level],
    priority_name: priority.name,
    task_priority: request.asksPriority ?? request.taskPriority,
    node_count: request.nodes,
    node_infos: toNodeInfos(job),
    // The container gets the variables, the answer does not hold them (wire 2.2).
    envs: wire.detailEnvs === "stored" ? request.envs : [],
    ...toLimits(job),
    sub_code: subMsg === "" ? undefined : 0,
    sub_msg: subMsg === "" ? undefined : subMsg,
    workspace_id: request.workspaceId,
    project_id: request.projectId,
    logic_compute_group_id: request.computeGroupId,
    framework_config: [toFrameworkConfig(job)],
    ...(wire.extraKeys && { gpu_count: neededGpus(job) }),
    ...job.seed?.answer,
  };
  return settleAbsent({ ...(wire.absentKeys === "null" && neverSet), ...detail }, wire);
}

// Fields of the page that have no value on this machine.
const neverSet = {
  created_by: undefined,
  mounts: undefined,
  project_name: undefined,
  tb_id: undefined,
};

function toLimits({ request }: JobRecord): Record<string, unknown> {
  const tolerant = request.autoFaultTolerance;
  return {
    max_running_time_ms: request.maxRunningTimeMs || undefined,
    reserve_on_fail_ms: request.reserveOnFailMs || undefined,
    reserve_on_success_ms: request.reserveOnSuccessMs || undefined,
    tb_summary_path: request.tbSummaryPath || undefined,
    auto_fault_tolerance: tolerant,
    fault_tolerance_max_retry: tolerant ? request.maxRetry : undefined,
    fault_tolerance_retry_interval_sec: tolerant ? request.retryIntervalSec : undefined,
    enable_notification: request.enableNotification,
    enable_troubleshoot: request.enableTroubleshoot,
    dataset_info: request.datasets.length === 0 ? undefined : request.datasets,
  };
}

function toFrameworkConfig({ request, shape }: JobRecord): Record<string, unknown> {
  return {
    cpu: shape.cpus,
    gpu_count: shape.gpus,
    mem_gi: shape.memoryGib,
    shm_gi: request.shmGib,
    instance_count: request.nodes,
    image: request.image,
    image_type: request.imageType,
    instance_spec_price_info: {
      // The request's spec_id goes by this name in answers (wire 3.5).
      quota_id: request.specId,
      gpu_count: shape.gpus,
      cpu_count: shape.cpus,
      memory_size_gib: shape.memoryGib,
      gpu_info: { gpu_type: shape.gpuType, brand_name: "英伟达" },
      total_price_per_hour: shape.pricePerHour,
    },
  };
}

function toNodeInfos(job: JobRecord): { node_name: string }[] {
  if (job.status !== "job_running") return [];
  return Array.from({ length: job.request.nodes }, (_, node) => ({
    node_name: toNodeName(node),
  }));
}

function toTimeline(job: JobRecord, wire: WireOptions): Record<string, unknown> {
  return {
    created: toMsText(job.createdAt, wire),
    resource_prepared: toMsText(job.preparedAt, wire),
    run: toMsText(job.runAt, wire),
    finished: toMsText(job.finishedAt, wire),
  };
}

function toRunningTime(job: JobRecord, wire: WireOptions): string {
  if (job.runAt === undefined) return "0";
  const end = job.finishedAt ?? Date.now();
  return String(toPrecision(end, wire) - toPrecision(job.runAt, wire));
}

function toMsText(ms: number | undefined, wire: WireOptions): string | undefined {
  return ms === undefined ? undefined : String(toPrecision(ms, wire));
}

function toPrecision(ownMs: number, { clockAheadMs, timelinePrecision }: WireOptions): number {
  const ms = ownMs + clockAheadMs;
  return timelinePrecision === "ms" ? Math.floor(ms) : Math.floor(ms / 1000) * 1000;
}

function settleAbsent(
  fields: Record<string, unknown>,
  { absentKeys }: WireOptions,
): Record<string, unknown> {
  const entries = Object.entries(fields);
  return Object.fromEntries(
    absentKeys === "null"
      ? entries.map(([key, value]) => [key, value ?? null])
      : entries.filter(([, value]) => value !== undefined),
  );
}
