import { badBody, createFields, toNumber, type JsonObject } from "./body-check.ts";
import type { JobRequest } from "../jobs/job-record.ts";
import type { PlatformSettings } from "../jobs/options.ts";
import type { Refusal, WorkspaceRules } from "../faults/wire.ts";
import { isMapping, textOf } from "../../text/json-value.ts";

const requiredTexts = [
  "name",
  "logic_compute_group_id",
  "project_id",
  "framework",
  "command",
  "workspace_id",
];

/** Says which required field of a create body is missing (the official list, wire 2.1). */
export function findMissingField(body: JsonObject, settings: PlatformSettings): string | undefined {
  const configs = toObjects(body["framework_config"]);
  const zeros = settings.wire.absentZeros === "refuse";
  const missing = requiredTexts.find((name) => toText(body, name) === "");
  if (missing !== undefined) return missing;
  if (zeros && isAbsent(body["task_priority"])) return "task_priority";
  if (configs.length === 0) return "framework_config";
  for (const [index, config] of configs.entries()) {
    const field =
      ["image", "image_type", "spec_id"].find((name) => toText(config, name) === "") ??
      (toAmount(config, "instance_count") < 1 ? "instance_count" : undefined) ??
      (zeros && isAbsent(config["shm_gi"]) ? "shm_gi" : undefined);
    if (field !== undefined) return `framework_config[${index}].${field}`;
  }
  const further = settings.wire.alsoRequired.find((name) => isAbsent(body[name]));
  if (further !== undefined) return further;
  if (body["auto_fault_tolerance"] === true && toAmount(body, "fault_tolerance_max_retry") < 1) {
    return "fault_tolerance_max_retry";
  }
  return undefined;
}

/** The first rule of the business layer that a create breaks (wire 1.2, 3.4, 5, 7). */
export function findRefusal(
  request: JobRequest,
  settings: PlatformSettings,
  submittedGpus: number,
): Refusal | undefined {
  const { quota, wire } = settings;
  const reserves = [request.reserveOnFailMs, request.reserveOnSuccessMs].filter(Boolean);
  const times = [...reserves, request.maxRunningTimeMs].filter(Boolean);
  if (times.some((time) => !/^-?\d{1,15}$/.test(time))) return refuse(100002, "参数错误");
  const least = wire.zeroReserve === "accept" ? 0 : 1;
  if (reserves.some((time) => Number(time) < least)) {
    return refuse(100002, "retention time must be positive");
  }
  if (Number(request.maxRunningTimeMs) > 2_147_483_647) {
    const column = "Out of range value for column 'max_running_time_ms' at row 1";
    return refuse(100000, `Error 1264 (22003): ${column}`);
  }
  if (request.taskPriority < 0 || request.taskPriority > 10) return refuse(100002, "参数错误");
  if (quota.abovePriority !== "lower" && request.taskPriority > (quota.maxPriority ?? 10)) {
    return refuse(200006, `任务优先级超出项目优先级上限 ${quota.maxPriority}`);
  }
  const gate = findGate(request, wire.workspaces[request.workspaceId]);
  if (gate !== undefined) return gate;
  // A physical group's id in place of the logical one (wire 4).
  if (request.computeGroupId.startsWith("cg-")) return refuse(100002, "已选择的计算类型组不存在");
  if (wire.unknownSpec === "refuse" && !Object.hasOwn(settings.specs, request.specId)) {
    return badBody(`spec_id ${request.specId} not found in workspace predef_node_specs`);
  }
  const limit = quota.submittedGpus;
  if (limit !== undefined && submittedGpus > limit) return overQuota(request, limit, settings);
  return undefined;
}

/** What a workspace does not take (wire 2.1, 3.4). */
function findGate(request: JobRequest, rules: WorkspaceRules = {}): Refusal | undefined {
  const { priorities, choosesNodes = true } = rules;
  if (priorities !== undefined && !priorities.includes(request.taskPriority)) {
    return refuse(100002, `无效的优先级值: ${request.taskPriority}`);
  }
  const gated = ["exclude_nodes", "specified_nodes"].find((name) => request.extra?.[name]);
  if (choosesNodes || gated === undefined) return undefined;
  return refuse(100002, `${gated} not enable in workspace`);
}

function overQuota(request: JobRequest, limit: number, settings: PlatformSettings): Refusal {
  const { message, ...rest } = settings.wire.quotaRefusal;
  const level = request.taskPriority > 4 ? "高优任务" : "普通任务";
  return { ...rest, message: message.replace("{level}", level).replace("{limit}", String(limit)) };
}

function refuse(code: number, message: string): Refusal {
  return { status: 200, code, message };
}

/** A checked create body in the platform's own words; what was left out has its zero value. */
export function toJobRequest(body: JsonObject): JobRequest {
  const config = toObjects(body["framework_config"])[0] ?? {};
  const further = Object.entries(body).filter(([name]) => !Object.hasOwn(createFields, name));
  const interval = body["fault_tolerance_retry_interval_sec"];
  return {
    name: toText(body, "name"),
    command: toText(body, "command"),
    framework: toText(body, "framework"),
    workspaceId: toText(body, "workspace_id"),
    projectId: toText(body, "project_id"),
    computeGroupId: toText(body, "logic_compute_group_id"),
    taskPriority: toAmount(body, "task_priority"),
    image: toText(config, "image"),
    imageType: toText(config, "image_type"),
    nodes: toAmount(config, "instance_count"),
    shmGib: toAmount(config, "shm_gi"),
    specId: toText(config, "spec_id"),
    envs: toObjects(body["envs"]).map((env) => ({
      name: toText(env, "name"),
      value: toText(env, "value"),
    })),
    autoFaultTolerance: body["auto_fault_tolerance"] === true,
    maxRetry: toAmount(body, "fault_tolerance_max_retry"),
    retryIntervalSec: isAbsent(interval) ? undefined : (toNumber(interval) ?? 0),
    maxRunningTimeMs: toText(body, "max_running_time_ms"),
    reserveOnFailMs: toText(body, "reserve_on_fail_ms"),
    reserveOnSuccessMs: toText(body, "reserve_on_success_ms"),
    tbSummaryPath: toText(body, "tb_summary_path"),
    enableNotification: body["enable_notification"] === true,
    enableTroubleshoot: body["enable_troubleshoot"] === true,
    datasets: toObjects(body["dataset_info"]).map((dataset) => ({
      dataset_id: toText(dataset, "dataset_id"),
      path: toText(dataset, "path"),
      version_id: toText(dataset, "version_id"),
    })),
    ...(further.length > 0 && { extra: Object.fromEntries(further) }),
  };
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function toText(message: JsonObject, name: string): string {
  return textOf(message[name]) ?? "";
}

function toAmount(message: JsonObject, name: string): number {
  return toNumber(message[name]) ?? 0;
}

function toObjects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isMapping) : [];
}
