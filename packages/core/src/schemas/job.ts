import * as z from "zod/mini";
import { openEnum, WireBoolean, WireInteger, WireNumber, WireText, wireObject } from "./scalars.ts";
import type { Job } from "./job-types.ts";

export type { Job } from "./job-types.ts";

export const CpuInfoSchema = wireObject(() => ({
  brand: WireText,
  cpu_product_simple: WireText,
  cpu_type: WireText,
}));

export const GpuInfoSchema = wireObject(() => ({
  brand: WireText,
  brand_name: WireText,
  gpu_memory_size_gb: WireNumber,
  gpu_product_simple: WireText,
  gpu_type: WireText,
  gpu_type_display: WireText,
  price: WireText,
}));

export const InstanceSpecPriceInfoSchema = wireObject(() => ({
  cpu_count: WireNumber,
  cpu_info: CpuInfoSchema,
  cpu_price: WireNumber,
  cpu_price_id: WireText,
  cpu_price_version_id: WireInteger,
  gpu_count: WireNumber,
  gpu_info: GpuInfoSchema,
  gpu_price: WireNumber,
  gpu_price_id: WireText,
  gpu_price_version_id: WireInteger,
  memory_price: WireNumber,
  memory_price_id: WireText,
  memory_price_version_id: WireInteger,
  memory_size_gib: WireNumber,
  quota_id: WireText,
  total_price_per_hour: WireNumber,
}));

export const ResourceSpecPriceSchema = wireObject(() => ({
  cpu_count: WireNumber,
  cpu_type: WireText,
  gpu_count: WireNumber,
  gpu_type: WireText,
  logic_compute_group_id: WireText,
  memory_size_gib: WireNumber,
  quota_id: WireText,
}));

export const GlobalRoleSchema = openEnum([0, 1, 2]);

export const UserExtraInfoSchema = wireObject(() => ({
  institution_id: WireText,
  login_name: WireText,
}));

export const UserSchema = wireObject(() => ({
  avatar_url: WireText,
  created_at: WireText,
  email: WireText,
  extra_info: UserExtraInfoSchema,
  global_role: GlobalRoleSchema,
  id: WireText,
  name: WireText,
  name_en: WireText,
}));

export const JobSubStatusSchema = openEnum([0, 1]);

export const ConfigModeSchema = openEnum([0, 1]);

export const ReplicasTypeSchema = openEnum([0, 1]);

export const ProjectPrioritySchema = z.lazy(() => z.union([openEnum([0, 1, 2]), z.string()]));

export const MountPathSchema = wireObject(() => ({
  mount_path: WireText,
  real_path: WireText,
  volume: WireText,
}));

export const DatasetInfoSchema = wireObject(() => ({
  dataset_id: WireText,
  path: WireText,
  version_id: WireText,
}));

export const EnvSchema = wireObject(() => ({
  name: WireText,
  value: WireText,
}));

export const NodeInfoSchema = wireObject(() => ({
  node_name: WireText,
}));

export const TimelineSchema = wireObject(() => ({
  created: WireText,
  finished: WireText,
  resource_prepared: WireText,
  run: WireText,
}));

export const FrameworkConfigSchema = wireObject(() => ({
  cpu: WireNumber,
  gpu_count: WireInteger,
  image: WireText,
  image_type: WireText,
  instance_count: WireInteger,
  instance_spec_price_info: InstanceSpecPriceInfoSchema,
  mem_gi: WireNumber,
  predef_id: WireText,
  replicas_type: ReplicasTypeSchema,
  resource_spec_price: ResourceSpecPriceSchema,
  shm_gi: WireNumber,
}));

const toFields = () => ({
  auto_fault_tolerance: WireBoolean,
  auto_fault_tolerance_params: WireText,
  command: WireText,
  config_mode: ConfigModeSchema,
  created_at: WireText,
  created_by: UserSchema,
  current_running_round: WireInteger,
  dataset_info: z.array(DatasetInfoSchema),
  enable_notification: WireBoolean,
  enable_troubleshoot: WireBoolean,
  envs: z.array(EnvSchema),
  fault_tolerance_max_retry: WireInteger,
  fault_tolerance_retry_interval_sec: WireInteger,
  finished_at: WireText,
  framework: WireText,
  framework_config: z.array(FrameworkConfigSchema),
  job_id: WireText,
  logic_compute_group_id: WireText,
  logic_compute_group_name: WireText,
  max_running_time_ms: WireText,
  mounts: z.array(MountPathSchema),
  name: WireText,
  node_count: WireInteger,
  node_infos: z.array(NodeInfoSchema),
  priority: ProjectPrioritySchema,
  priority_level: ProjectPrioritySchema,
  priority_name: WireText,
  project_en_name: WireText,
  project_id: WireText,
  project_name: WireText,
  queue_id: WireText,
  queue_name: WireText,
  reserve_on_fail_ms: WireText,
  reserve_on_success_ms: WireText,
  running_time_ms: WireText,
  status: WireText,
  sub_code: WireInteger,
  sub_msg: WireText,
  sub_status: JobSubStatusSchema,
  task_priority: WireInteger,
  tb_id: WireText,
  tb_summary_path: WireText,
  timeline: TimelineSchema,
  workspace_id: WireText,
});

/** The fields of a job that the page has. */
export const jobFields = (): readonly string[] => Object.keys(toFields());

/** A train job as the platform answers it: every field may be absent, and unknown fields are kept. */
export const JobSchema: z.ZodMiniType<Job> = wireObject(toFields);
