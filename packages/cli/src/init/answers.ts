import type { Attempt } from "@qizhi/core/journal";
import { parseJobSpec, SpecError } from "@qizhi/core";
import {
  applyOverrides,
  namedFields,
  parseDuration,
  sayIssue,
  valueAt,
} from "@qizhi/core/internal";
import { toDurationText } from "../text/time-text.ts";
import type { Messages } from "../messages/en.ts";

const group = "framework_config[0]";

/** The fields of a first spec, in the order of the questions. */
export const askedFields = [
  "name",
  "command",
  `${group}.image`,
  `${group}.image_type`,
  `${group}.instance_count`,
  `${group}.shm_gi`,
  "workspace_id",
  "project_id",
  "logic_compute_group_id",
  `${group}.spec_id`,
  "task_priority",
  "max_running_time_ms",
] as const;

/** A field that `init` asks for. */
export type AskedField = (typeof askedFields)[number];

/** The default of a field. */
export const defaults: Partial<Record<AskedField, string>> = {
  "framework_config[0].instance_count": "1",
  task_priority: "4",
  max_running_time_ms: "1d",
};

/** The field's value within a spec, whatever shape that has. */
export function valueOf(spec: unknown, field: string): unknown {
  return valueAt(spec, field.split(/[.[\]]+/).filter(Boolean));
}

/** Whether a spec has a field, or the name that stands for its id. */
export function isGiven(field: string, spec: unknown): boolean {
  const name = nameFor(field);
  return [field, ...(name ? [name] : [])].some((way) => valueOf(spec, way) !== undefined);
}

/** The key that takes a name in place of a field's id. */
export function nameFor(field: string): string | undefined {
  return namedFields.find(({ path }) => path.at(-1) === field.split(".").at(-1))?.key;
}

// A valid spec, in which one answer at a time is checked.
const sound = {
  name: "x",
  framework: "pytorch",
  command: "x",
  workspace_id: "ws-00000000-0000-4000-8000-000000000000",
  project_id: "project-00000000-0000-4000-8000-000000000000",
  logic_compute_group_id: "lcg-00000000-0000-4000-8000-000000000000",
  task_priority: 4,
  framework_config: [
    {
      image: "x/y:z",
      image_type: "SOURCE_OFFICIAL",
      instance_count: 1,
      shm_gi: 0,
      spec_id: "00000000-0000-4000-8000-000000000000",
    },
  ],
};

/** Says what is wrong with an answer. */
export function checkAnswer(field: string, answer: string, t: Messages): string | undefined {
  // A person who types a bare number hardly means milliseconds, as which a spec takes it.
  if (field.endsWith("_ms") && parseDuration(answer.trim()) === undefined) return t.durationForm;
  const set = [`${field}=${answer.trim()}`];
  const { value } = applyOverrides(sound, { set });
  try {
    parseJobSpec(value);
    return undefined;
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return error.issues.map((issue) => sayIssue(issue, undefined, t.errors)).join("; ");
  }
}

/** An earlier answer. */
export interface EarlierAnswer {
  readonly text: string;
  /** The newest job that had it. */
  readonly jobName: string;
}

function toAnswer(field: string, text: string): string {
  if (!field.endsWith("_ms")) return text;
  const short = toDurationText(text) ?? text;
  return /^\d+$/.test(short) ? `${short}ms` : short;
}

/** The answers that earlier specs hold for a field, newest first, each once. */
export function earlierAnswers(
  field: string,
  attempts: readonly Pick<Attempt, "spec" | "name">[],
): EarlierAnswer[] {
  const answers = new Map<string, EarlierAnswer>();
  for (const { spec, name } of attempts.toReversed()) {
    const value = valueOf(spec, field);
    if (typeof value !== "string" && typeof value !== "number") continue;
    const text = toAnswer(field, String(value));
    if (!answers.has(text)) answers.set(text, { text, jobName: name });
  }
  return [...answers.values()];
}
