import type { InputError } from "../../errors/input-errors.ts";
import type { Fault } from "../faults/faults.ts";
import type { NodeShape } from "./job-record.ts";
import { type ProjectQuota, type Refusal, type WireOptions } from "../faults/wire.ts";
import { WireSchema } from "../faults/wire-settings.ts";

/** Shortest time a job stays in each stage, in ms. */
export interface StageTimes {
  /** In the queue, also when GPUs are free. @default 1500 */
  queuingMs: number;
  /** Between the end of the queue and the start of the command. @default 1500 */
  creatingMs: number;
  /** Between rounds, for a job without `fault_tolerance_retry_interval_sec`. @default 1000 */
  restartingMs: number;
  /** Between the stop and `job_stopped`. @default 500 */
  stoppingMs: number;
}

/** A job that is in the table from the start. */
export interface LocalJobSeed {
  /** Its raw status, known or not. */
  status: string;
  /** Its id. @default a new one */
  jobId?: string;
  /** Its name. @default "seed" */
  name?: string;
  /** Statuses that follow: each detail that is answered moves the job one on; the last one stays. */
  next?: readonly string[];
  /** GPUs it takes from the others until it is stopped. @default 0 */
  gpus?: number;
  /** Keys of the detail's `data` that replace the platform's own; `undefined` removes a key. */
  answer?: Readonly<Record<string, unknown>>;
}

/** What a further call says: its `data`, or a refusal. */
export type RouteAnswer =
  | { readonly data: Readonly<Record<string, unknown>> }
  | { readonly refusal: Refusal };

/** Does a further call, and says what comes of it. It is only asked with a token that is good. */
export type LocalRoute = (body: Readonly<Record<string, unknown>>) => RouteAnswer;

/** Options of `startLocalPlatform`. All have defaults. */
export interface LocalPlatformOptions {
  /**
   * For tests of one's own code: no stage takes time, a stop is not waited for, and a poll of a job is answered once
   * its command has ended, or after 200 ms. @default false
   */
  instant?: boolean | undefined;
  /** Port on 127.0.0.1; 0 takes a free one. @default 0 */
  port?: number | undefined;
  /**
   * Folder of the jobs table, the logs and the login. With the same folder a new start forgets no
   * job. @default a temporary folder, removed at the end
   */
  stateDir?: string | undefined;
  /** GPUs of the whole platform. @default 16 */
  gpus?: number | undefined;
  /** What a create gets that needs more than there is in all, and would wait for ever. @default "queue" */
  oversized?: "queue" | "refuse" | undefined;
  /** GPUs of one node of a spec that is not in `specs`. @default 8 */
  gpusPerNode?: number | undefined;
  /** Shapes of nodes by `spec_id`; what is left out is as for any other spec. */
  specs?: Readonly<Record<string, Partial<NodeShape>>> | undefined;
  /** The one account. @default `local` and a random password, kept in `stateDir` */
  credentials?: { username: string; password: string } | undefined;
  /** Life of a token in ms. @default 604800000 (7 days) */
  tokenTtlMs?: number | undefined;
  /** Shortest stage times; a number is for all of them. @default made to be watched, 0.5 to 1.5 s */
  stages?: Partial<StageTimes> | number | undefined;
  /** Time between SIGTERM and SIGKILL when a job is stopped, in ms. @default 3000 */
  stopGraceMs?: number | undefined;
  /** Folder in which the commands run. @default the folder of this process */
  workDir?: string | undefined;
  /**
   * `skip` plays the jobs without their commands: each round ends well at once. For loads of thousands
   * of jobs, and where there is no `sh`. @default "run"
   */
  commands?: "run" | "skip" | undefined;
  /**
   * Most bytes of the log of a node. Its last line says that more was written.
   * @default 100000000 (100 MB)
   */
  logBytes?: number | undefined;
  /** How answers look on the wire. */
  wire?: Partial<WireOptions> | undefined;
  /** Limits of the project. @default none */
  quota?: ProjectQuota | undefined;
  /**
   * Further calls by their path, for operations that are not the platform's four: `POST` with a token, a
   * JSON object in, the usual envelope out. Faults strike them as operation `route`. @default none
   */
  routes?: Readonly<Record<string, LocalRoute>> | undefined;
  /** Jobs that are there from the start. They do not move by themselves; a stop moves them. */
  jobs?: readonly LocalJobSeed[] | undefined;
  /** How many requests `requests` keeps; the oldest go first. @default 100000 */
  keptRequests?: number | undefined;
  /** What goes wrong. @default nothing */
  faults?: readonly Fault[] | undefined;
  /**
   * Called with what is wrong with the state folder and does not keep the platform from going on: damaged
   * lines, a full disk. @default a warning of the process
   */
  onTrouble?: ((trouble: InputError) => void) | undefined;
}

/** Options with the defaults filled in, for the parts of the platform. */
export type PlatformSettings = ReturnType<typeof toSettings>;

/** Fills in the defaults. */
export function toSettings(options: LocalPlatformOptions) {
  const { instant = false } = options;
  return {
    instant,
    gpus: options.gpus ?? 16,
    oversized: options.oversized ?? "queue",
    gpusPerNode: options.gpusPerNode ?? 8,
    specs: options.specs ?? {},
    tokenTtlMs: options.tokenTtlMs ?? 7 * 24 * 60 * 60 * 1000,
    stages: toStages(options.stages ?? (instant ? 0 : {})),
    stopGraceMs: options.stopGraceMs ?? (instant ? 100 : 3000),
    workDir: options.workDir ?? process.cwd(),
    commands: options.commands ?? "run",
    logBytes: options.logBytes ?? 100_000_000,
    wire: WireSchema.parse(options.wire ?? {}),
    quota: options.quota ?? {},
    routes: options.routes ?? {},
    keptRequests: options.keptRequests ?? 100_000,
  };
}

function toStages(stages: Partial<StageTimes> | number): StageTimes {
  if (typeof stages !== "number") {
    const { queuingMs = 1500, creatingMs = 1500, restartingMs = 1000, stoppingMs = 500 } = stages;
    return { queuingMs, creatingMs, restartingMs, stoppingMs };
  }
  return { queuingMs: stages, creatingMs: stages, restartingMs: stages, stoppingMs: stages };
}

/** The shape of a node of a resource spec: as the `specs` option says, else that of a common H100 node. */
export function toShape(
  specId: string,
  { specs, gpusPerNode }: Pick<PlatformSettings, "specs" | "gpusPerNode">,
): NodeShape {
  const {
    gpus = gpusPerNode,
    cpus = gpusPerNode * 20,
    memoryGib = gpusPerNode * 225,
    gpuType = "NVIDIA_H100_SXM_80G",
    pricePerHour = 0,
  } = (Object.hasOwn(specs, specId) && specs[specId]) || {};
  return { gpus, cpus, memoryGib, gpuType, pricePerHour };
}
