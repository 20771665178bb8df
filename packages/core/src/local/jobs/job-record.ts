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

/** How a job's command ended. */
export type Outcome = "job_succeeded" | "job_failed" | "job_stopped";

/** One row of the jobs table. Times are ms epochs; plain data, so that it can be written to a file. */
export interface JobRecord {
  jobId: string;
  /** Order of creation. */
  sequence: number;
  request: JobRequest;
  shape: NodeShape;
  status: string;
  /** Why it waits or how it ended, for people. */
  subMsg: string;
  createdAt: number;
  /** End of the queue. */
  preparedAt?: number | undefined;
  /** First start of the command. */
  runAt?: number | undefined;
  /** End of the command, or of the job if it never ran. */
  finishedAt?: number | undefined;
  /** How the command ended, once that is known and the job has not ended yet. */
  outcome?: Outcome | undefined;
  /** End of the time for which nodes are reserved. */
  reservedUntil?: number | undefined;
  /** Which round runs, from 1. */
  round: number;
  /** GPUs that it holds now. */
  heldGpus: number;
  /** Set for a seeded job: it does not move by itself. */
  seed?: { next: string[]; answer: Record<string, unknown> };
}

/** The statuses that never change again. */
const endedStatuses: ReadonlySet<string> = new Set([
  "job_succeeded",
  "job_failed",
  "job_stopped",
  "job_create_failed",
  "job_pre_check_failed",
  "job_queue_out",
]);

/** Whether a job will never change again. */
export function hasEnded(job: JobRecord): boolean {
  return endedStatuses.has(job.status);
}

/** Most nodes of one job on this machine. */
export const mostNodes = 128;

/** Name of the machine that a node of a job stands for. */
export function toNodeName(node: number): string {
  return `local-node-${node}`;
}

/** GPUs of all nodes of a job. */
export function neededGpus(job: JobRecord): number {
  return job.shape.gpus * job.request.nodes;
}
