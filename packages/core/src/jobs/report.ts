import { type Phase, classifyJob, phases } from "./phase.ts";
import type { Job } from "../schemas/job.ts";
import { type JobTimes, type Stage, readJobTimes, readRunTime } from "./times.ts";
import { jobUrl } from "./job-id.ts";
import { textOf } from "../text/json-value.ts";

/** What a job did and used: facts of one answer, no guesses. */
export interface JobReport {
  /** The job. */
  jobId: string;
  /** Its name; not unique. */
  name: string | undefined;
  /** Raw status. */
  status: string | undefined;
  /** Its state. */
  phase: Phase;
  /** Page of the web console. */
  url: string;
  /** Host that ran it, or `local`. */
  platform: string;
  /** When it was created, epoch ms on the platform's clock. */
  createdMs: number | undefined;
  /** When it ended, epoch ms on the platform's clock; `undefined` while it is active. */
  finishedMs: number | undefined;
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
  /** Price of **one node** for one hour, in the platform's unit (wire 7). */
  pricePerNodeHour: number | undefined;
  /** Price per node and hour × nodes × run time; so far, while it runs. An estimate. */
  cost: number | undefined;
  /** Rounds beyond the first under fault tolerance. */
  restarts: number;
  /** The command is over but nodes are still held, and presumably billed (wire 3.1). */
  holdsNodes: boolean;
  /** The priority that the platform keeps it with, 1 to 10; it may be lower than the one asked for (wire 3.4). */
  priority: number | undefined;
  /** The level of that priority in the platform's words, such as `NORMAL`; untrusted text. */
  priorityLevel: string | undefined;
  /** The nodes that it runs on; in a watch also those that it ran on last (wire 2.2). Untrusted text. */
  nodeNames: string[];
  /** What the platform says about it, such as why it queues; untrusted text. */
  message: string | undefined;
  /** When it stood so, epoch ms on the platform's clock; what lasts is counted up to here. */
  seenMs: number;
}

/** What a job is summed up with; a client is one. */
export interface ReportContext {
  /** Address of the platform, for the link. */
  readonly baseUrl: string;
  /** @default the host of `baseUrl` */
  readonly platformName?: string | undefined;
  /** The time by the platform's clock, epoch ms. @default this machine's */
  platformNow?(): number;
  /** When the answer came, epoch ms by the platform's clock. @default now */
  readonly now?: number | undefined;
}

/** Sums up a job. The time is used only for what still lasts. */
export function summarizeJob(job: Job & { job_id: string }, context: ReportContext): JobReport {
  const now = context.now ?? context.platformNow?.() ?? Date.now();
  const { phase, holdsNodes } = classifyJob(job, now);
  const { isOver } = phases[phase];
  const times = readJobTimes(job, now);
  const toldRunMs = readRunTime(job, times, now);
  // A job that is queued once more has run, too.
  const hasRun =
    phase === "running" || phase === "succeeded" || (isOver && toldRunMs !== undefined);
  const stages = toStages(times, { isOver, hasRun });
  const queueTimeMs = stageMs(stages, "queue", now);
  const runTimeMs = toldRunMs ?? stageMs(stages, "run", now);
  const size = readSize(job);
  const runHours = runTimeMs === undefined ? undefined : runTimeMs / 3_600_000;
  return {
    jobId: job.job_id,
    name: job.name,
    status: job.status,
    phase,
    url: jobUrl(context.baseUrl, job.job_id, job.workspace_id),
    platform: context.platformName ?? new URL(context.baseUrl).host,
    createdMs: times.created,
    finishedMs: isOver ? times.finished : undefined,
    queueTimeMs,
    prepareTimeMs: stageMs(stages, "prepare", now),
    runTimeMs,
    stages,
    ...size,
    gpuHours: multiply(size.gpus, runHours),
    cost: multiply(size.pricePerNodeHour, multiply(size.nodes, runHours)),
    restarts: Math.max(0, (toCount(job.current_running_round) ?? 1) - 1),
    holdsNodes,
    ...readPriority(job),
    nodeNames: readNodeNames(job),
    message: job.sub_msg || undefined,
    seenMs: now,
  };
}

/** The names of the nodes in an answer; none before it is scheduled (wire 2.2). */
export function readNodeNames({ node_infos: nodes = [] }: Job): string[] {
  return nodes.flatMap(({ node_name: name }) => name || []);
}

function readSize(job: Job) {
  const config = job.framework_config?.[0];
  const price = config?.instance_spec_price_info;
  const nodes = toCount(job.node_count) ?? toCount(config?.instance_count);
  const gpusPerNode = toCount(config?.gpu_count) ?? toCount(price?.gpu_count);
  const pricePerNodeHour = price?.total_price_per_hour ?? Number.NaN;
  return {
    nodes,
    gpusPerNode,
    gpus: multiply(nodes, gpusPerNode),
    pricePerNodeHour:
      pricePerNodeHour >= 0 && pricePerNodeHour <= mostCounted ? pricePerNodeHour : undefined,
  };
}

const mostCounted = 1_000_000;

/** A number of things; `undefined` where it cannot be one. */
function toCount(value: number | undefined): number | undefined {
  return value !== undefined && value >= 0 && value <= mostCounted ? value : undefined;
}

/**
 * The stages: each time is the one when a stage ended (wire 3.2). A job that was stopped in
 * the queue has an end and no start of its run: its queue ends there.
 */
function toStages(
  { created, prepared, run, finished: end }: JobTimes,
  { isOver, hasRun }: { readonly isOver: boolean; readonly hasRun: boolean },
): Stage[] {
  const stages: Stage[] = [];
  const finished = isOver ? end : undefined;
  const add = (name: Stage["name"], startMs: number | undefined, endMs: number | undefined) => {
    if (startMs === undefined) return;
    const isBeforeRun = hasRun && name !== "run";
    const last = endMs ?? (isBeforeRun ? undefined : finished);
    // Without the time of the end the length is unknown.
    if (last === undefined && (isOver || isBeforeRun)) return;
    stages.push({
      name,
      startMs,
      endMs: last === undefined ? undefined : Math.max(startMs, last),
    });
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

/** A product, where both numbers are known. */
export function multiply(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a * b;
}

/**
 * The priority that the platform keeps a job with, 1 to 10 (wire 3.4): by its name, else by its weight.
 * `task_priority` says nothing about it (wire 2.2). Its level is in the platform's words; text from outside.
 */
export function readPriority({ priority, priority_name, priority_level }: Job) {
  const name = /^(?:[1-9]|10)$/.test(priority_name ?? "") ? Number(priority_name) : undefined;
  const level = textOf(priority_level) || undefined;
  return { priority: name ?? fromWeight(Number(priority)), priorityLevel: level };
}

function fromWeight(weight: number): number | undefined {
  if (weight === 20) return 4;
  if (weight >= 11 && weight <= 13) return weight - 10;
  return weight >= 30 && weight <= 35 ? weight - 25 : undefined;
}

/** Whether the platform keeps a job with a lower priority than was asked for (wire 3.4). */
export function isLowered({ priority }: { priority: number | undefined }, asked: unknown): boolean {
  return priority !== undefined && typeof asked === "number" && asked > priority;
}
