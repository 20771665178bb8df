import * as z from "zod/mini";
import { once } from "./once.ts";
import { byRule } from "./spec-rules.ts";
import type { ImageType, JobSpec, JobSpecInput } from "./spec-types.ts";
import { envName, idSchema, maxRunningTimeMs, reserveMs, text } from "./spec-scalars.ts";

export type { JobSpec, JobSpecInput } from "./spec-types.ts";

/** Values of `image_type`. */
export const imageTypes: readonly ImageType[] = [
  "SOURCE_OFFICIAL",
  "SOURCE_PUBLIC",
  "SOURCE_PRIVATE",
];

const toEnvFields = () => ({
  name: envName(),
  value: z.string(),
});

export const envSpec = once(() => z.strictObject(toEnvFields()));

const toEnvMap = () =>
  z.pipe(
    z.pipe(
      z.record(envName(), z.union([z.string(), z.number(), z.boolean()])),
      z.transform((map) =>
        Object.entries(map).map(([name, value]) => ({ name, value: String(value) })),
      ),
    ),
    z.array(envSpec()),
  );

const toDatasetFields = () => ({
  dataset_id: text(),
  path: text(),
  version_id: text(),
});

export const datasetSpec = once(() => z.strictObject(toDatasetFields()));

const toFrameworkFields = () => ({
  image: text().check(z.regex(/^\S+$/, byRule("image_blank"))),
  // What the platform's own tools send where nobody says (wire 2.1).
  image_type: z.prefault(z.enum(imageTypes), "SOURCE_PUBLIC"),
  instance_count: z.int().check(z.minimum(1, byRule("no_node"))),
  shm_gi: z.number().check(z.minimum(0, byRule("negative_shm"))),
  spec_id: text(),
});

export const frameworkConfigSpec = once(() => z.strictObject(toFrameworkFields()));

const oneEntryAtLeast = () => z.minLength(1, byRule("no_entry"));

const fields = once(() => ({
  auto_fault_tolerance: z.optional(z.boolean()),
  command: z.string().check(
    z.refine((value) => value.trim() !== "", byRule("empty")),
    z.refine((value) => !value.includes("\0"), byRule("nul_character")),
  ),
  dataset_info: z.optional(z.array(datasetSpec())),
  enable_notification: z.optional(z.boolean()),
  enable_troubleshoot: z.optional(z.boolean()),
  envs: z.optional(z.union([z.array(envSpec()), toEnvMap()])),
  fault_tolerance_max_retry: z.optional(
    z.int().check(z.minimum(0, byRule("negative")), z.maximum(10, byRule("too_many_restarts"))),
  ),
  fault_tolerance_retry_interval_sec: z.optional(z.int().check(z.minimum(0, byRule("negative")))),
  framework: text().check(z.refine((value) => value === value.toLowerCase(), byRule("capitals"))),
  framework_config: z.array(frameworkConfigSpec()).check(oneEntryAtLeast()),
  logic_compute_group_id: idSchema("lcg-", "detail"),
  max_running_time_ms: z.optional(maxRunningTimeMs()),
  name: text(),
  project_id: idSchema("project-", "detail"),
  reserve_on_fail_ms: z.optional(reserveMs()),
  reserve_on_success_ms: z.optional(reserveMs()),
  task_priority: z
    .int()
    .check(z.minimum(1, byRule("priority_range")), z.maximum(10, byRule("priority_range"))),
  tb_summary_path: z.optional(text()),
  workspace_id: idSchema("ws-", "address_bar"),
}));

const retriesAreGiven = () =>
  z.refine<Record<string, unknown>>(
    (spec) => spec["auto_fault_tolerance"] !== true || Boolean(spec["fault_tolerance_max_retry"]),
    {
      path: ["fault_tolerance_max_retry"],
      ...byRule("restarts_missing"),
      // Also when a field is wrong, so that all problems come at once.
      when: ({ value }) => typeof value === "object" && value !== null,
    },
  );

/** Whether a create has a field of this name at its top. */
export const isPageField = (name: string): boolean => Object.hasOwn(fields(), name);

/** The schema of a job spec. Unknown keys are refused; durations and `envs` also come in friendlier forms. */
export const jobSpecSchema = once((): z.ZodMiniType<JobSpec, JobSpecInput> =>
  z.strictObject(fields()).check(retriesAreGiven()),
);

/** {@link jobSpecSchema} that lets unknown keys through at every level, for fields newer than this package. */
export const openJobSpecSchema = once((): z.ZodMiniType<JobSpec & Record<string, unknown>> =>
  z
    .looseObject({
      ...fields(),
      dataset_info: z.optional(z.array(z.looseObject(toDatasetFields()))),
      envs: z.optional(z.union([z.array(z.looseObject(toEnvFields())), toEnvMap()])),
      framework_config: z.array(z.looseObject(toFrameworkFields())).check(oneEntryAtLeast()),
    })
    .check(retriesAreGiven()),
);
