import * as z from "zod/mini";
import { uuidPattern } from "../../schemas/job-ref.ts";
import { mostNodes, neededGpus, type JobRecord } from "../jobs/job-record.ts";

const time = z.number().check(z.gte(0), z.lte(8_640_000_000_000_000));
const count = z.int32().check(z.gte(0));
const milliseconds = z.string().check(z.regex(/^(-?\d{1,15})?$/));

const RequestSchema = z.object({
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

// Those in which a job holds the GPUs of its nodes.
const holding = [
  "job_creating",
  "job_running",
  "job_restarting",
  "job_stopping",
  "job_fail_reserving",
  "job_success_reserving",
] as const;

const JobSchema = z
  .object({
    jobId: z.string().check(z.regex(new RegExp(`^job-${uuidPattern}$`)), z.toLowerCase()),
    sequence: z.int().check(z.gte(1)),
    request: RequestSchema,
    shape: z.object({
      gpus: count,
      cpus: z.number(),
      memoryGib: z.number(),
      gpuType: z.string(),
      pricePerHour: z.number(),
    }),
    status: z.enum([
      ...holding,
      "job_queuing",
      "job_succeeded",
      "job_failed",
      "job_stopped",
      "job_create_failed",
    ]),
    subMsg: z.string(),
    createdAt: time,
    preparedAt: z.optional(time),
    runAt: z.optional(time),
    finishedAt: z.optional(time),
    outcome: z.optional(z.enum(["job_succeeded", "job_failed", "job_stopped"])),
    reservedUntil: z.optional(time),
    round: z.int32().check(z.gte(1)),
  })
  .check(z.refine((job) => !isHolding(job.status) || job.request.nodes <= mostNodes));

function isHolding(status: string): boolean {
  return holding.some((each) => each === status);
}

/** The last state of each job in a table of lines. A line that is cut or damaged is left out and counted. */
export function readSavedJobs(text: string): { jobs: JobRecord[]; damagedLines: number } {
  const jobs = new Map<string, JobRecord>();
  let damagedLines = 0;
  for (const line of text.split("\n").filter((each) => each.trim() !== "")) {
    const job = readJob(line);
    if (job === undefined) damagedLines += 1;
    else jobs.set(job.jobId, job);
  }
  return { jobs: [...jobs.values()], damagedLines };
}

function readJob(line: string): JobRecord | undefined {
  try {
    const { data } = z.safeParse(JobSchema, JSON.parse(line));
    if (data === undefined) return undefined;
    const job: JobRecord = { ...data, heldGpus: 0 };
    if (isHolding(job.status)) job.heldGpus = neededGpus(job);
    return job;
  } catch {
    return undefined;
  }
}
