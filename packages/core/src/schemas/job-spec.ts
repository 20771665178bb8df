import * as z from "zod/mini";
import { parseDuration } from "../duration.ts";
import { uuidPattern } from "./job-ref.ts";

/** Values of `image_type` (wire-facts 3.5). It must match the image's real source. */
export const imageTypes = ["SOURCE_OFFICIAL", "SOURCE_PUBLIC", "SOURCE_PRIVATE"] as const;

/** The longest `max_running_time_ms`: the platform's column has 32 bits (wire-facts 7). */
export const longestRunMs = 2_147_483_647;

const text = z.string().check(
  z.trim(),
  z.minLength(1, "is empty"),
  z.refine((value) => !/[\p{Cc}\u2028\u2029]/u.test(value), "holds control characters"),
);

function idSchema(prefix: string, where: string) {
  const whole = new RegExp(`^${prefix}${uuidPattern}$`);
  return z
    .string()
    .check(z.regex(whole, { error: ({ input }) => explainId(String(input), prefix, where) }));
}

function explainId(id: string, prefix: string, where: string): string {
  const tail = id.slice(prefix.length);
  if (id.startsWith(prefix) && /^[0-9a-fA-F-]{4,35}$/.test(tail)) {
    return `is cut off: ${id.length} of ${prefix.length + 36} characters; copy the whole id, it is ${where}`;
  }
  return `is not of the form ${prefix}xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx; it is ${where}`;
}

// A number of ms goes out as text: the platform refuses JSON numbers here (wire-facts 2.1).
const durationMs = z.pipe(
  z.pipe(
    z.union([
      z.int().check(z.minimum(0, "is negative")),
      z
        .string()
        .check(
          z.refine(
            (value) => /^\d+$/.test(value) || parseDuration(value) !== undefined,
            "is not a duration: write milliseconds or a number with a unit, such as 90s, 30m, 2h, 1d",
          ),
        ),
    ]),
    z.transform((value) =>
      String(
        typeof value === "number" || /^\d+$/.test(value) ? BigInt(value) : parseDuration(value),
      ),
    ),
  ),
  z.string(),
);

const reserveMs = durationMs.check(
  z.refine(
    (value) => value !== "0",
    'is 0, which the platform refuses ("retention time must be positive"); leave it out to hold nothing',
  ),
);

const maxRunningTimeMs = durationMs.check(
  z.refine((value) => value !== "0", "is 0; leave it out for no limit of its own"),
  z.refine(
    (value) => Number(value) <= longestRunMs,
    `is over ${longestRunMs} ms (24 d 20 h), which the platform's database refuses (error 1264)`,
  ),
);

const envName = z
  .string()
  .check(
    z.regex(
      /^[A-Za-z_][A-Za-z0-9_]*$/,
      "is not a variable name: letters, digits and _, not a digit first",
    ),
  );

/** One environment variable of a job spec; both strings (wire-facts 2.1). */
export const EnvSpecSchema = z.strictObject({
  /** Name of the variable. */
  name: envName,
  /** Its value. No place for secrets: the create answer echoes it (wire-facts 7). */
  value: z.string(),
});

const envs = z.union([
  z.array(EnvSpecSchema),
  z.pipe(
    z.pipe(
      z.record(envName, z.union([z.string(), z.number(), z.boolean()])),
      z.transform((map) =>
        Object.entries(map).map(([name, value]) => ({ name, value: String(value) })),
      ),
    ),
    z.array(EnvSpecSchema),
  ),
]);

/** A dataset of a job spec (page: train.DatasetInfo; wire-facts 7: codes, not ids, from the web console). */
export const DatasetSpecSchema = z.strictObject({
  /** Code of the dataset. */
  dataset_id: text,
  /** Path that the web console's check returned. */
  path: text,
  /** Code of the version. */
  version_id: text,
});

/** What one group of nodes runs on (page: train.FrameworkConfigOpenAPI). */
export const FrameworkConfigSpecSchema = z.strictObject({
  /** Full image address, `host/namespace/name:tag` (wire-facts 3.5). */
  image: text,
  /** Where the image comes from: SOURCE_OFFICIAL, SOURCE_PUBLIC or SOURCE_PRIVATE. */
  image_type: z.enum(imageTypes),
  /** Number of nodes. The command runs once on each. */
  instance_count: z.int().check(z.minimum(1, "is below 1; it is the number of nodes")),
  /** Shared memory (/dev/shm) per node in GiB, at most the spec's memory. */
  shm_gi: z.number().check(z.minimum(0, "is negative; it is GiB of shared memory per node")),
  /** Resource spec of one node; `quota_id` in the detail of a job made in the web console. */
  spec_id: idSchema("", "quota_id in the detail of a job made in the web console"),
});

const fields = {
  /** Restarts a failed round; needs fault_tolerance_max_retry. */
  auto_fault_tolerance: z.optional(z.boolean()),
  /** Shell command, run by sh (not bash) once per node. */
  command: z.string().check(
    z.refine((value) => value.trim() !== "", "is empty"),
    z.refine((value) => !value.includes("\0"), "holds a NUL character"),
  ),
  /** Datasets to mount, as the web console's check returned them. */
  dataset_info: z.optional(z.array(DatasetSpecSchema)),
  /** Sends a Feishu message to the owner's account. */
  enable_notification: z.optional(z.boolean()),
  /** Checks the nodes before the start. */
  enable_troubleshoot: z.optional(z.boolean()),
  /** Environment variables, as a map or as a list of name and value. No place for secrets. */
  envs: z.optional(envs),
  /** Most restarts under fault tolerance, 1 to 10. */
  fault_tolerance_max_retry: z.optional(
    z.int().check(z.minimum(0, "is negative"), z.maximum(10, "is over 10, the most restarts")),
  ),
  /** Seconds between restarts. */
  fault_tolerance_retry_interval_sec: z.optional(z.int().check(z.minimum(0, "is negative"))),
  /** Framework, in lower case; pytorch is the one in use. */
  framework: text.check(
    z.refine(
      (value) => value === value.toLowerCase(),
      "has capitals; the platform's names are lower case, such as pytorch",
    ),
  ),
  /** What the nodes run on; one entry. */
  framework_config: z
    .array(FrameworkConfigSpecSchema)
    .check(
      z.minLength(
        1,
        "is empty; give one entry with image, image_type, instance_count, shm_gi and spec_id",
      ),
    ),
  /** Logical compute group: lcg-<uuid>. */
  logic_compute_group_id: idSchema(
    "lcg-",
    "in the web console's address bar and in any job's detail",
  ),
  /** Longest run, in ms or with a unit (2h). Past it the platform ends the job. Leave out for no limit. */
  max_running_time_ms: z.optional(maxRunningTimeMs),
  /** Name of the job; need not be unique. */
  name: text,
  /** Project: project-<uuid>. */
  project_id: idSchema("project-", "in any job's detail"),
  /** Holds the nodes this long after a failure, in ms or with a unit. They are billed. */
  reserve_on_fail_ms: z.optional(reserveMs),
  /** Holds the nodes this long after a success, in ms or with a unit. They are billed. */
  reserve_on_success_ms: z.optional(reserveMs),
  /** Priority 1 to 10, larger is more urgent; 1 to 3 can be pre-empted; the project sets the cap. */
  task_priority: z
    .int()
    .check(
      z.minimum(1, "is outside 1 to 10 (larger is more urgent)"),
      z.maximum(10, "is outside 1 to 10 (larger is more urgent)"),
    ),
  /** Folder of TensorBoard events on the shared disk. */
  tb_summary_path: z.optional(text),
  /** Workspace: ws-<uuid>. */
  workspace_id: idSchema("ws-", "in the web console's address bar as spaceId"),
};

const retriesAreGiven = z.refine<Record<string, unknown>>(
  (spec) => spec["auto_fault_tolerance"] !== true || Boolean(spec["fault_tolerance_max_retry"]),
  {
    path: ["fault_tolerance_max_retry"],
    error: "is needed when auto_fault_tolerance is true: 1 to 10 restarts",
    // Also when a field is wrong, so that all problems come at once.
    when: ({ value }) => typeof value === "object" && value !== null,
  },
);

/**
 * A job spec: what a person writes, and after parsing the very body of `train_job/create`
 * (page: pkg_openapi_controller_train.JobOpenapi, plus the two fields it leaves out, wire-facts 2.1).
 * Unknown keys are refused; durations and `envs` also come in friendlier forms.
 */
export const JobSpecSchema = z.strictObject(fields).check(retriesAreGiven);

/** {@link JobSpecSchema} that lets unknown keys through, for fields newer than this package. */
export const OpenJobSpecSchema = z.looseObject(fields).check(retriesAreGiven);

/** A checked job spec: the body of `train_job/create`. */
export type JobSpec = z.output<typeof JobSpecSchema>;
/** A job spec as a person may write it: durations with units, `envs` as a map. */
export type JobSpecInput = z.input<typeof JobSpecSchema>;
