import * as z from "zod/mini";
import { parseDuration } from "../text/time-text.ts";
import { uuidPattern } from "./job-ref.ts";
import { once } from "./once.ts";
import { byRule, type IdPlace, noteRule } from "./spec-rules.ts";
import type { ImageType, JobSpec, JobSpecInput } from "./spec-types.ts";

export type { JobSpec, JobSpecInput } from "./spec-types.ts";

/** Values of `image_type`. */
export const imageTypes: readonly ImageType[] = [
  "SOURCE_OFFICIAL",
  "SOURCE_PUBLIC",
  "SOURCE_PRIVATE",
];

/** The longest `max_running_time_ms`: the platform's column has 32 bits (wire 7). */
const longestRunMs = 2_147_483_647;

/** Text of one line that says something; blanks around it are dropped. */
export const text = () =>
  z.string().check(
    z.trim(),
    z.minLength(1, byRule("empty")),
    z.refine((value) => !/[\p{Cc}\u2028\u2029]/u.test(value), byRule("control_characters")),
  );

/**
 * An id of the platform: `prefix` and a UUID (wire 4).
 * @param place where a person finds it, said when it is wrong.
 */
function idSchema(prefix: string, place: IdPlace) {
  const whole = new RegExp(`^${prefix}${uuidPattern}$`);
  const wholeLength = prefix.length + 36;
  return z.string().check(
    z.regex(whole, {
      error: (issue) => {
        const id = String(issue.input);
        const isCutOff =
          id.startsWith(prefix) && /^[0-9a-fA-F-]{4,35}$/.test(id.slice(prefix.length));
        return isCutOff
          ? noteRule(issue, "id_cut_off", { length: id.length, wholeLength, place })
          : noteRule(issue, "id_form", { prefix, place });
      },
    }),
  );
}

const notNegative = () => z.int().check(z.minimum(0, byRule("negative")));

// A pattern and not parseDuration alone, so that the JSON Schema knows it too.
const durationText = () =>
  z.string().check(z.regex(/^(\d+|(\d+(\.\d+)?(ms|s|m|h|d))+)$/, byRule("duration_form")));

// A number of ms goes out as text: the platform refuses JSON numbers here (wire 2.1).
const durationMs = () =>
  z.pipe(
    z.pipe(
      z.union([notNegative(), durationText()]),
      z.transform((value) =>
        String(typeof value === "string" ? (parseDuration(value) ?? Number(value)) : value),
      ),
    ),
    z
      .string()
      .check(
        z.refine((value) => Number(value) <= Number.MAX_SAFE_INTEGER, byRule("duration_too_long")),
      ),
  );

/** How long nodes are held: milliseconds as text, over 0 (wire 7). */
const reserveMs = () => durationMs().check(z.refine((value) => value !== "0", byRule("hold_zero")));

const maxRunningTimeMs = () =>
  durationMs().check(
    z.refine((value) => value !== "0", byRule("run_zero")),
    z.refine(
      (value) => Number(value) <= longestRunMs,
      byRule("run_too_long", { longestMs: longestRunMs }),
    ),
  );

const envName = () =>
  z.string().check(z.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, byRule("variable_name")));

/** The models in a spec. @param others what a key that none of them knows may hold. */
function toModels(others: z.ZodMiniType) {
  const model = <Fields extends z.core.$ZodShape>(fields: Fields) =>
    z.catchall(z.object(fields), others);
  return {
    env: model({ name: envName(), value: z.string() }),
    dataset: model({ dataset_id: text(), path: text(), version_id: text() }),
    frameworkConfig: model({
      image: text().check(z.regex(/^\S+$/, byRule("image_blank"))),
      // What the platform's own tools send where nobody says (wire 2.1).
      image_type: z.prefault(z.enum(imageTypes), "SOURCE_PUBLIC"),
      instance_count: z.int().check(z.minimum(1, byRule("no_node"))),
      shm_gi: z.number().check(z.minimum(0, byRule("negative_shm"))),
      spec_id: text(),
    }),
  };
}

type Models = ReturnType<typeof toModels>;

const toEnvMap = (env: Models["env"]) =>
  z.pipe(
    z.pipe(
      z.record(envName(), z.union([z.string(), z.number(), z.boolean()])),
      z.transform((map) =>
        Object.entries(map).map(([name, value]) => ({ name, value: String(value) })),
      ),
    ),
    z.array(env),
  );

const toFields = ({ env, dataset, frameworkConfig }: Models) => ({
  auto_fault_tolerance: z.optional(z.boolean()),
  command: z.string().check(
    z.refine((value) => value.trim() !== "", byRule("empty")),
    z.refine((value) => !value.includes("\0"), byRule("nul_character")),
  ),
  dataset_info: z.optional(z.array(dataset)),
  enable_notification: z.optional(z.boolean()),
  enable_troubleshoot: z.optional(z.boolean()),
  envs: z.optional(z.union([z.array(env), toEnvMap(env)])),
  fault_tolerance_max_retry: z.optional(
    notNegative().check(z.maximum(10, byRule("too_many_restarts"))),
  ),
  fault_tolerance_retry_interval_sec: z.optional(notNegative()),
  framework: text().check(z.refine((value) => value === value.toLowerCase(), byRule("capitals"))),
  framework_config: z.array(frameworkConfig).check(z.minLength(1, byRule("no_entry"))),
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
});

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

const toSchemas = (others: z.ZodMiniType) => {
  const models = toModels(others);
  const job = z.catchall(z.object(toFields(models)), others).check(retriesAreGiven());
  return { ...models, job };
};

/** The schemas of a spec, by model: unknown keys are refused; durations and `envs` also come in friendlier forms. */
export const specSchemas = once(() => toSchemas(z.never()));

const openSchemas = once(() => toSchemas(z.unknown()));

/** The schema of a job spec. */
export const jobSpecSchema = (): z.ZodMiniType<JobSpec, JobSpecInput> => specSchemas().job;

/** {@link jobSpecSchema} that lets unknown keys through at every level, for fields newer than this package. */
export const openJobSpecSchema = (): z.ZodMiniType<JobSpec & Record<string, unknown>> =>
  openSchemas().job;
