import * as z from "zod/mini";
import { operations } from "../../calls/operations.ts";
import type { InputError } from "../../errors/input-errors.ts";
import { checkShape } from "../faults/check-shape.ts";
import { amount, type Fault, FaultsSchema, timerMs } from "../faults/faults.ts";
import type { RouteAnswer } from "../faults/reply.ts";
import type { ProjectQuota, WireOptions } from "../faults/wire.ts";
import { QuotaSchema, WireSchema } from "../faults/wire-settings.ts";
import type { NodeShape } from "./job-record.ts";

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

const text = z.string();
const count = z.int32().check(z.gte(0));
const finite = z.number().check(z.gte(0));
const callback = <Callback>() =>
  z.custom<Callback>((value) => typeof value === "function", { params: { wanted: "a function" } });

const ShapeSchema = z.strictObject({
  gpus: z.optional(count),
  cpus: z.optional(finite),
  memoryGib: z.optional(finite),
  gpuType: z.optional(text),
  pricePerHour: z.optional(finite),
} satisfies Record<keyof NodeShape, z.ZodMiniOptional>);

const StagesSchema = z.strictObject({
  queuingMs: z.prefault(amount, 1500),
  creatingMs: z.prefault(amount, 1500),
  restartingMs: z.prefault(amount, 1000),
  stoppingMs: z.prefault(amount, 500),
} satisfies Record<keyof StageTimes, z.ZodMiniPrefault>);

const SeedSchema = z.strictObject({
  status: text,
  jobId: z.optional(text),
  name: z.prefault(text, "seed"),
  next: z.prefault(z.array(text), []),
  gpus: z.prefault(amount, 0),
  answer: z.prefault(z.record(text, z.unknown()), {}),
} satisfies Record<keyof LocalJobSeed, z.ZodMiniType>);

const ownPaths: readonly string[] = Object.values(operations).map(({ path }) => path);
const isFurther = (path: string) => path.startsWith("/") && !ownPaths.includes(path);
const RoutesSchema = z.record(text, callback<LocalRoute>()).check(
  z.refine((routes) => Object.keys(routes).every(isFurther), {
    params: { wanted: `paths that begin with /, and none of ${ownPaths.join(", ")}` },
  }),
);

/** What each option takes, and its default. */
const OptionsSchema = z.strictObject({
  instant: z.prefault(z.boolean(), false),
  port: z.prefault(amount, 0),
  stateDir: z.optional(text.check(z.minLength(1))),
  gpus: z.prefault(amount, 16),
  oversized: z.prefault(z.enum(["queue", "refuse"]), "queue"),
  gpusPerNode: z.prefault(count, 8),
  specs: z.prefault(z.record(text, ShapeSchema), {}),
  credentials: z.optional(z.strictObject({ username: text, password: text })),
  tokenTtlMs: z.prefault(finite, 7 * 24 * 60 * 60 * 1000),
  stages: z.optional(z.union([amount, StagesSchema])),
  stopGraceMs: z.optional(timerMs),
  workDir: z.prefault(text, () => process.cwd()),
  commands: z.prefault(z.enum(["run", "skip"]), "run"),
  logBytes: z.prefault(amount, 100_000_000),
  wire: z.prefault(WireSchema, {}),
  quota: z.prefault(QuotaSchema, {}),
  routes: z.prefault(RoutesSchema, {}),
  jobs: z.prefault(z.array(SeedSchema), []),
  keptRequests: z.prefault(amount, 100_000),
  faults: z.prefault(FaultsSchema, []),
  onTrouble: z.prefault(
    callback<(trouble: InputError) => void>(),
    () => (trouble: InputError) => process.emitWarning(trouble.message),
  ),
} satisfies Record<keyof LocalPlatformOptions, z.ZodMiniType>);

/** Options with the defaults filled in, for the parts of the platform. */
export type PlatformSettings = ReturnType<typeof readOptions>;

/** Checks options and fills in the defaults. @throws InputError when one is wrong. */
export function readOptions(given: LocalPlatformOptions) {
  const options = checkShape("startLocalPlatform", OptionsSchema, given);
  const {
    instant,
    stages = instant ? 0 : StagesSchema.parse({}),
    stopGraceMs = instant ? 100 : 3000,
  } = options;
  return { ...options, stages: toStages(stages), stopGraceMs };
}

function toStages(stages: StageTimes | number): StageTimes {
  if (typeof stages !== "number") return stages;
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
