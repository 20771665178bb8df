import type { Job } from "@qizhi/core";
import { unwrapCommand, valueAt } from "@qizhi/core/internal";
import { dirname } from "node:path/posix";
import { toDurationText } from "../text/time-text.ts";
import type { Messages } from "../messages/en.ts";

/** A draft of a job spec: fields as a person would write them, and comments on some. */
export interface SpecDraft {
  /** Fields in the order in which they are written. */
  readonly fields: Record<string, unknown>;
  /** Comments by path, such as `framework_config[0].spec_id`. */
  readonly notes: Readonly<Record<string, string>>;
  /** Required fields that are not known. @default none */
  readonly missing?: readonly string[];
}

/** What was sent for a job. */
export interface SentParts {
  readonly variables: readonly { readonly name: string; readonly value: string }[];
  /** The fields beyond the platform's page. */
  readonly extra: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Turns the detail of a job into a spec that would create it again: `quota_id` becomes `spec_id`, computed
 * fields go, and fields that the platform does not give back get a comment (wire 2.2).
 * @param sent what the platform does not give back as it was, where the job was submitted from here.
 */
export function toSpecDraft(job: Job, sent: SentParts | undefined, t: Messages): SpecDraft {
  const notes: Record<string, string> = {};
  const priority = readPriority(job);
  if (priority === undefined) notes["task_priority"] = t.clone.priorityUnknown;
  const price = job.framework_config?.[0]?.instance_spec_price_info;
  const shape = describeShape(price, t);
  if (shape) notes[inGroup("spec_id")] = shape;
  const { variables = [], extra } = sent ?? {};
  if (variables.length > 0) notes["envs"] = t.clone.envsFromHere;
  const wrapped = unwrapCommand(job.command ?? "");
  const fields = withoutUnset({
    name: job.name,
    framework: job.framework,
    command: wrapped?.command ?? job.command,
    log_dir: wrapped && dirname(wrapped.dir),
    workspace_id: job.workspace_id,
    project_id: job.project_id,
    logic_compute_group_id: job.logic_compute_group_id,
    task_priority: priority ?? 4,
    max_running_time_ms: toDurationText(job.max_running_time_ms),
    ...readFaultTolerance(job, notes, t),
    enable_notification: job.enable_notification || undefined,
    enable_troubleshoot: job.enable_troubleshoot || undefined,
    reserve_on_success_ms: toDurationText(job.reserve_on_success_ms),
    reserve_on_fail_ms: toDurationText(job.reserve_on_fail_ms),
    tb_summary_path: job.tb_summary_path || undefined,
    dataset_info: readDatasets(job),
    envs:
      variables.length > 0
        ? Object.fromEntries(variables.map(({ name, value }) => [name, value]))
        : undefined,
    framework_config: readGroups(job),
    extra,
  });
  return { fields, notes, missing: required.filter((path) => isMissing(fields, path)) };
}

const required = [
  "name",
  "framework",
  "command",
  "workspace_id",
  "project_id",
  "logic_compute_group_id",
  ...["image", "image_type", "instance_count", "shm_gi", "spec_id"].map(inGroup),
];

function inGroup(key: string): string {
  return `framework_config[0].${key}`;
}

function isMissing(fields: object, path: string): boolean {
  return valueAt(fields, path.split(/[.[\]]+/)) === undefined;
}

function readGroups({
  framework_config: groups,
  node_count: nodes,
}: Job): Record<string, unknown>[] {
  return (groups?.length ? groups : [undefined]).map((group) =>
    withoutUnset({
      image: group?.image,
      image_type: group?.image_type,
      instance_count: group?.instance_count ?? nodes,
      shm_gi: group?.shm_gi,
      spec_id:
        group?.instance_spec_price_info?.quota_id ??
        group?.resource_spec_price?.quota_id ??
        group?.predef_id,
    }),
  );
}

/** The priority in force; a `task_priority` of 0 says nothing (wire 2.2). */
function readPriority({ task_priority, priority_name }: Job): number | undefined {
  return [task_priority, Number(priority_name)].find((each) => each && each >= 1 && each <= 10);
}

function readFaultTolerance(job: Job, notes: Record<string, string>, t: Messages) {
  if (!job.auto_fault_tolerance) return {};
  if (!job.fault_tolerance_max_retry) notes["fault_tolerance_max_retry"] = t.clone.retriesUnknown;
  return {
    auto_fault_tolerance: true,
    fault_tolerance_max_retry: job.fault_tolerance_max_retry || 10,
    fault_tolerance_retry_interval_sec: job.fault_tolerance_retry_interval_sec || undefined,
  };
}

function readDatasets({ dataset_info }: Job) {
  const datasets = (dataset_info ?? []).map(({ dataset_id, path, version_id }) => {
    return withoutUnset({ dataset_id, path, version_id });
  });
  return datasets.length === 0 ? undefined : datasets;
}

type Price = NonNullable<
  NonNullable<NonNullable<Job["framework_config"]>[0]>["instance_spec_price_info"]
>;

/** What one node of a spec has, as far as the platform says. */
function describeShape(price: Price | undefined, t: Messages): string {
  const gpu = price?.gpu_info?.gpu_type ?? price?.gpu_info?.gpu_product_simple;
  const gpus = price?.gpu_count ? `${price.gpu_count} × ${gpu ?? "GPU"}` : "";
  const cpus = price?.cpu_count ? t.ids.cpus(price.cpu_count) : "";
  const memory = price?.memory_size_gib ? `${price.memory_size_gib} GiB` : "";
  const parts = [gpus, cpus, memory].filter(Boolean);
  return parts.length === 0 ? "" : t.clone.perNode(parts.join(t.comma));
}

function withoutUnset(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== ""),
  );
}
