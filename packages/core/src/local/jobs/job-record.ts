import * as z from "zod/mini";
import { uuidPattern } from "../../schemas/job-ref.ts";
import { parseJson } from "../../text/json-value.ts";

const time = z.number().check(z.gte(0), z.lte(8_640_000_000_000_000));
const count = z.int32().check(z.gte(0));
const milliseconds = z.string().check(z.regex(/^(-?\d{1,15})?$/));

/** What one node of a resource spec has. */
export interface NodeShape {
  /** GPUs per node. */
  gpus: number;
  /** CPU cores per node. */
  cpus: number;
  /** Memory per node in GiB. */
  memoryGib: number;
  /** As in `gpu_info.gpu_type`. */
  gpuType: string;
  /** Price of one node for one hour, in the platform's points. */
  pricePerHour: number;
}

const ShapeSchema: z.ZodMiniType<NodeShape> = z.object({
  gpus: count,
  cpus: z.number(),
  memoryGib: z.number(),
  gpuType: z.string(),
  pricePerHour: z.number(),
});

/** A create body as the platform keeps it: what was left out has its zero value, as in protobuf. */
export interface JobRequest {
  name: string;
  command: string;
  framework: string;
  workspaceId: string;
  projectId: string;
  computeGroupId: string;
  taskPriority: number;
  /** What a detail says was asked for, where the platform lowered it (wire 2.2). */
  asksPriority?: number | undefined;
  image: string;
  imageType: string;
  nodes: number;
  shmGib: number;
  specId: string;
  envs: { name: string; value: string }[];
  autoFaultTolerance: boolean;
  maxRetry: number;
  retryIntervalSec?: number | undefined;
  maxRunningTimeMs: string;
  reserveOnFailMs: string;
  reserveOnSuccessMs: string;
  tbSummaryPath: string;
  enableNotification: boolean;
  enableTroubleshoot: boolean;
  datasets: { dataset_id: string; path: string; version_id: string }[];
  /** Fields of the body that the page does not list. */
  extra?: Record<string, unknown> | undefined;
}

const RequestSchema: z.ZodMiniType<JobRequest> = z.object({
  name: z.string(),
  command: z.string(),
  framework: z.string(),
  workspaceId: z.string(),
  projectId: z.string(),
  computeGroupId: z.string(),
  taskPriority: z.int32(),
  asksPriority: z.optional(z.int32()),
  image: z.string(),
  imageType: z.string(),
  nodes: count,
  shmGib: z.number(),
  specId: z.string(),
  envs: z.array(z.object({ name: z.string(), value: z.string() })),
  autoFaultTolerance: z.boolean(),
  maxRetry: z.int32(),
  retryIntervalSec: z.optional(z.int32()),
  maxRunningTimeMs: milliseconds,
  reserveOnFailMs: milliseconds,
  reserveOnSuccessMs: milliseconds,
  tbSummaryPath: z.string(),
  enableNotification: z.boolean(),
  enableTroubleshoot: z.boolean(),
  datasets: z.array(z.object({ dataset_id: z.string(), path: z.string(), version_id: z.string() })),
  extra: z.optional(z.record(z.string(), z.unknown())),
});

/** Most nodes of one job on this machine. */
export const mostNodes = 128;

// The statuses in which a job holds the GPUs of its nodes.
const holding = [
  "job_creating",
  "job_running",
  "job_restarting",
  "job_stopping",
  "job_fail_reserving",
  "job_success_reserving",
] as const;

const outcomes = ["job_succeeded", "job_failed", "job_stopped"] as const;
/** How a job's command ended. */
export type Outcome = (typeof outcomes)[number];

const SavedJobSchema = z
  .object({
    jobId: z.string().check(z.regex(new RegExp(`^job-${uuidPattern}$`)), z.toLowerCase()),
    /** Order of creation. */
    sequence: z.int().check(z.gte(1)),
    request: RequestSchema,
    shape: ShapeSchema,
    status: z.enum([...holding, ...outcomes, "job_queuing", "job_create_failed"]),
    /** Why it waits or how it ended, for people. */
    subMsg: z.string(),
    createdAt: time,
    /** End of the queue. */
    preparedAt: z.optional(time),
    /** First start of the command. */
    runAt: z.optional(time),
    /** End of the command, or of the job if it never ran. */
    finishedAt: z.optional(time),
    /** How the command ended, once that is known and the job has not ended yet. */
    outcome: z.optional(z.enum(outcomes)),
    /** End of the time for which nodes are reserved. */
    reservedUntil: z.optional(time),
    /** Which round runs, from 1. */
    round: z.int32().check(z.gte(1)),
  })
  .check(z.refine((job) => !isHolding(job.status) || job.request.nodes <= mostNodes));

/** One row of the jobs table. Times are ms epochs; plain data, so that it can be written to a file. */
export interface JobRecord extends Omit<z.infer<typeof SavedJobSchema>, "status"> {
  status: string;
  /** GPUs that it holds now. */
  heldGpus: number;
  /** Set for a seeded job: it does not move by itself. */
  seed?: { next: string[]; answer: Record<string, unknown> };
}

/** The job of a line of a saved table; `undefined` for a line that is cut or damaged. */
export function readJob(line: string): JobRecord | undefined {
  const { data } = z.safeParse(SavedJobSchema, parseJson(line));
  if (data === undefined) return undefined;
  const job: JobRecord = { ...data, heldGpus: 0 };
  if (isHolding(job.status)) job.heldGpus = neededGpus(job);
  return job;
}

function isHolding(status: string): boolean {
  return holding.some((each) => each === status);
}

const endedStatuses: ReadonlySet<string> = new Set([
  ...outcomes,
  "job_create_failed",
  "job_pre_check_failed",
  "job_queue_out",
]);

/** Whether a job will never change again. */
export function hasEnded({ status }: Pick<JobRecord, "status">): boolean {
  return endedStatuses.has(status);
}

/** Name of the machine that a node of a job stands for. */
export function toNodeName(node: number): string {
  return `local-node-${node}`;
}

/** GPUs of all nodes of a job. */
export function neededGpus(job: JobRecord): number {
  return job.shape.gpus * job.request.nodes;
}
