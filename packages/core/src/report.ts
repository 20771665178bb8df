import type { Phase } from "./phase.ts";
import { classifyStatus } from "./phase.ts";
import type { Job } from "./schemas/job.ts";
import { jobUrl } from "./web.ts";

/** A stretch of a job's life. */
export interface Stage {
  /** `queue`: waiting for resources; `prepare`: image and pods; `run`: the command. */
  name: "queue" | "prepare" | "run";
  /** Start, epoch ms on the platform's clock. */
  startMs: number;
  /** End, epoch ms; `undefined` while it lasts. */
  endMs: number | undefined;
}

/** What a job did and used: facts of one answer, no guesses. */
export interface JobReport {
  /** The job. */
  jobId: string;
  /** Its name; not unique. */
  name: string | undefined;
  /** Raw status. */
  status: string | undefined;
  /** Where it stands. */
  phase: Phase;
  /** Page of the web console. */
  url: string;
  /** Host that ran it, or `local`. */
  platform: string;
  /** Time in the queue in ms; so far, while it lasts. `undefined` when not known. */
  queueTimeMs: number | undefined;
  /** Time from resources to the command's start in ms. */
  prepareTimeMs: number | undefined;
  /** Time of the command in ms, all rounds together; so far, while it lasts. */
  runTimeMs: number | undefined;
  /** The stages with their times. */
  stages: Stage[];
  /** Requested nodes. */
  nodes: number | undefined;
  /** GPUs **per node**. */
  gpusPerNode: number | undefined;
  /** GPUs in total. */
  gpus: number | undefined;
  /** GPUs in total × run time in hours; so far, while it runs. Held time after the end is not in it. */
  gpuHours: number | undefined;
  /** Price of **one node** for one hour, in the platform's unit (wire-facts 7). */
  pricePerNodeHour: number | undefined;
  /** Price per node and hour × nodes × run time; so far, while it runs. An estimate. */
  cost: number | undefined;
  /** Rounds beyond the first under fault tolerance. */
  restarts: number;
  /** The command is over but nodes are still held, and presumably billed (wire-facts 3.1). */
  holdsNodes: boolean;
  /** What the platform says about it, such as why it queues; untrusted text. */
  message: string | undefined;
}

/** Sums up a job. Pure: `now` (epoch ms) is used only for stages that still last. */
export function summarizeJob(
  job: Job & { job_id: string },
  context: { baseUrl: string; platformName?: string | undefined; now?: number | undefined },
): JobReport {
  const { phase, isTerminal, holdsNodes } = classifyStatus(job.status);
  const stages = readStages(job, isTerminal);
  const now = context.now ?? Date.now();
  const queueTimeMs = stageMs(stages, "queue", now);
  const runTimeMs = toMs(job.running_time_ms) || stageMs(stages, "run", now);
  const size = readSize(job);
  const runHours = runTimeMs === undefined ? undefined : runTimeMs / 3_600_000;
  return {
    jobId: job.job_id,
    name: job.name,
    status: job.status,
    phase,
    url: jobUrl(context.baseUrl, job.job_id, job.workspace_id),
    platform: context.platformName ?? new URL(context.baseUrl).host,
    queueTimeMs,
    prepareTimeMs: stageMs(stages, "prepare", now),
    runTimeMs,
    stages,
    ...size,
    gpuHours: times(size.gpus, runHours),
    cost: times(size.pricePerNodeHour, times(size.nodes, runHours)),
    restarts: Math.max(0, (job.current_running_round ?? 1) - 1),
    holdsNodes,
    message: job.sub_msg || undefined,
  };
}

function readSize(job: Job) {
  const config = job.framework_config?.[0];
  const price = config?.instance_spec_price_info;
  const nodes = job.node_count ?? config?.instance_count;
  const gpusPerNode = config?.gpu_count ?? price?.gpu_count;
  return {
    nodes,
    gpusPerNode,
    gpus: times(nodes, gpusPerNode),
    pricePerNodeHour: price?.total_price_per_hour,
  };
}

/**
 * Reads the stages: each timeline key is the time when that stage ended (wire-facts 3.2). A job that
 * was stopped in the queue has `finished` without `run`: its queue ends there.
 */
function readStages(job: Job, isTerminal: boolean): Stage[] {
  const { timeline } = job;
  const created = toTime(timeline?.created) ?? toTime(job.created_at);
  const prepared = toTime(timeline?.resource_prepared);
  const run = toTime(timeline?.run);
  const finished = toTime(timeline?.finished) ?? (isTerminal ? toTime(job.finished_at) : undefined);
  const stages: Stage[] = [];
  const add = (name: Stage["name"], startMs: number | undefined, endMs: number | undefined) => {
    if (startMs === undefined) return;
    const end = endMs ?? finished;
    if (end === undefined && isTerminal) return;
    stages.push({ name, startMs, endMs: end === undefined ? undefined : Math.max(startMs, end) });
  };
  add("queue", created, prepared ?? run);
  add("prepare", prepared, run);
  add("run", run, finished);
  return stages;
}

function stageMs(stages: Stage[], name: Stage["name"], now: number): number | undefined {
  const stage = stages.find((candidate) => candidate.name === name);
  return stage && Math.max(0, (stage.endMs ?? now) - stage.startMs);
}

function toMs(text: string | undefined): number | undefined {
  const ms = text === undefined || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}

// An unset time may come as the zero of its type.
function toTime(text: string | undefined): number | undefined {
  return toMs(text) || undefined;
}

function times(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a * b;
}
