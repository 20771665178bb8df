import * as z from "zod/mini";
import { once } from "./once.ts";
import {
  integerForms,
  openEnum,
  wireBoolean,
  wireInteger,
  wireNumber,
  wireText,
  wireObject,
} from "./scalars.ts";
import type { Job } from "./job-types.ts";

export type { Job } from "./job-types.ts";

export const cpuInfo = wireObject(() => ({
  brand: wireText(),
  cpu_product_simple: wireText(),
  cpu_type: wireText(),
}));

export const gpuInfo = wireObject(() => ({
  brand: wireText(),
  brand_name: wireText(),
  gpu_memory_size_gb: wireNumber(),
  gpu_product_simple: wireText(),
  gpu_type: wireText(),
  gpu_type_display: wireText(),
  price: wireText(),
}));

export const instanceSpecPriceInfo = wireObject(() => ({
  cpu_count: wireNumber(),
  cpu_info: cpuInfo(),
  cpu_price: wireNumber(),
  cpu_price_id: wireText(),
  cpu_price_version_id: wireInteger(),
  gpu_count: wireNumber(),
  gpu_info: gpuInfo(),
  gpu_price: wireNumber(),
  gpu_price_id: wireText(),
  gpu_price_version_id: wireInteger(),
  memory_price: wireNumber(),
  memory_price_id: wireText(),
  memory_price_version_id: wireInteger(),
  memory_size_gib: wireNumber(),
  quota_id: wireText(),
  total_price_per_hour: wireNumber(),
}));

export const resourceSpecPrice = wireObject(() => ({
  cpu_count: wireNumber(),
  cpu_type: wireText(),
  gpu_count: wireNumber(),
  gpu_type: wireText(),
  logic_compute_group_id: wireText(),
  memory_size_gib: wireNumber(),
  quota_id: wireText(),
}));

export const globalRole = openEnum([0, 1, 2]);

export const userExtraInfo = wireObject(() => ({
  institution_id: wireText(),
  login_name: wireText(),
}));

export const user = wireObject(() => ({
  avatar_url: wireText(),
  created_at: wireText(),
  email: wireText(),
  extra_info: userExtraInfo(),
  global_role: globalRole(),
  id: wireText(),
  name: wireText(),
  name_en: wireText(),
}));

export const jobSubStatus = openEnum([0, 1]);

export const configMode = openEnum([0, 1]);

export const replicasType = openEnum([0, 1]);

// One union: one within another spells out what each of its forms lacks before the next is tried.
export const projectPriority = once(() =>
  z.union([z.literal([0, 1, 2]), ...integerForms(), z.string()]),
);

export const mountPath = wireObject(() => ({
  mount_path: wireText(),
  real_path: wireText(),
  volume: wireText(),
}));

export const datasetInfo = wireObject(() => ({
  dataset_id: wireText(),
  path: wireText(),
  version_id: wireText(),
}));

export const env = wireObject(() => ({
  name: wireText(),
  value: wireText(),
}));

export const nodeInfo = wireObject(() => ({
  node_name: wireText(),
}));

export const timeline = wireObject(() => ({
  created: wireText(),
  finished: wireText(),
  resource_prepared: wireText(),
  run: wireText(),
}));

export const frameworkConfig = wireObject(() => ({
  cpu: wireNumber(),
  gpu_count: wireInteger(),
  image: wireText(),
  image_type: wireText(),
  instance_count: wireInteger(),
  instance_spec_price_info: instanceSpecPriceInfo(),
  mem_gi: wireNumber(),
  predef_id: wireText(),
  replicas_type: replicasType(),
  resource_spec_price: resourceSpecPrice(),
  shm_gi: wireNumber(),
}));

const toFields = () => ({
  auto_fault_tolerance: wireBoolean(),
  auto_fault_tolerance_params: wireText(),
  command: wireText(),
  config_mode: configMode(),
  created_at: wireText(),
  created_by: user(),
  current_running_round: wireInteger(),
  dataset_info: z.array(datasetInfo()),
  enable_notification: wireBoolean(),
  enable_troubleshoot: wireBoolean(),
  envs: z.array(env()),
  fault_tolerance_max_retry: wireInteger(),
  fault_tolerance_retry_interval_sec: wireInteger(),
  finished_at: wireText(),
  framework: wireText(),
  framework_config: z.array(frameworkConfig()),
  job_id: wireText(),
  logic_compute_group_id: wireText(),
  logic_compute_group_name: wireText(),
  max_running_time_ms: wireText(),
  mounts: z.array(mountPath()),
  name: wireText(),
  node_count: wireInteger(),
  node_infos: z.array(nodeInfo()),
  priority: projectPriority(),
  priority_level: projectPriority(),
  priority_name: wireText(),
  project_en_name: wireText(),
  project_id: wireText(),
  project_name: wireText(),
  queue_id: wireText(),
  queue_name: wireText(),
  reserve_on_fail_ms: wireText(),
  reserve_on_success_ms: wireText(),
  running_time_ms: wireText(),
  status: wireText(),
  sub_code: wireInteger(),
  sub_msg: wireText(),
  sub_status: jobSubStatus(),
  task_priority: wireInteger(),
  tb_id: wireText(),
  tb_summary_path: wireText(),
  timeline: timeline(),
  workspace_id: wireText(),
});

/** The fields of a job that the page has. */
export const jobFields = (): readonly string[] => Object.keys(toFields());

/** A train job as the platform answers it: every field may be absent, and unknown fields are kept. */
export const jobSchema: () => z.ZodMiniType<Job> = wireObject(toFields);
