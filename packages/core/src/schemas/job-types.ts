// What the platform answers about a job. Every field may be absent, and an answer may hold more.

/** Processor of a node (page: node.CpuInfo). */
export interface CpuInfo {
  /** Maker, such as `Intel`. */
  brand?: string | undefined;
  /** Product, such as `Xeon 6330`. */
  cpu_product_simple?: string | undefined;
  /** Type key, such as `Intel_Xeon_6330`. */
  cpu_type?: string | undefined;
}

/** GPU model of a node (page: node.GpuInfo). */
export interface GpuInfo {
  /** Maker, such as `NVIDIA`. */
  brand?: string | undefined;
  /** Maker as shown, such as `英伟达`. */
  brand_name?: string | undefined;
  /** Memory of one GPU in GB. */
  gpu_memory_size_gb?: number | undefined;
  /** Product, such as `H100`. */
  gpu_product_simple?: string | undefined;
  /** Type key, such as `NVIDIA_H100_SXM_80G` (wire 2.2). */
  gpu_type?: string | undefined;
  /** Name as shown, such as `NVIDIA A100 (80G)`. */
  gpu_type_display?: string | undefined;
  /** Price as text, such as `1.0`; unit not documented. */
  price?: string | undefined;
}

/** Shape and prices of **one node** (page: resource_price.InstanceSpecPriceInfo; wire 7). */
export interface InstanceSpecPriceInfo {
  /** CPU cores per node. */
  cpu_count?: number | undefined;
  /** Processor of the node. */
  cpu_info?: CpuInfo | undefined;
  /** Price of the CPU part per node and hour. */
  cpu_price?: number | undefined;
  /** Id of the CPU price. */
  cpu_price_id?: string | undefined;
  /** Version of the CPU price. */
  cpu_price_version_id?: number | undefined;
  /** GPUs per node. */
  gpu_count?: number | undefined;
  /** GPU model of the node. */
  gpu_info?: GpuInfo | undefined;
  /** Price of the GPU part per node and hour. */
  gpu_price?: number | undefined;
  /** Id of the GPU price. */
  gpu_price_id?: string | undefined;
  /** Version of the GPU price. */
  gpu_price_version_id?: number | undefined;
  /** Price of the memory part per node and hour. */
  memory_price?: number | undefined;
  /** Id of the memory price. */
  memory_price_id?: string | undefined;
  /** Version of the memory price. */
  memory_price_version_id?: number | undefined;
  /** Memory per node in GiB. */
  memory_size_gib?: number | undefined;
  /** The spec's id: what a job spec calls `spec_id` (wire 3.5). */
  quota_id?: string | undefined;
  /** Price of one node for one hour (inferred, wire 7). */
  total_price_per_hour?: number | undefined;
}

/** Resource choice as confirmed (page: resource_price.LcgResourceSpecPriceConfirmationReq). */
export interface ResourceSpecPrice {
  /** CPU cores per node. */
  cpu_count?: number | undefined;
  /** CPU type key. */
  cpu_type?: string | undefined;
  /** GPUs per node. */
  gpu_count?: number | undefined;
  /** GPU type key. */
  gpu_type?: string | undefined;
  /** Logical compute group, `lcg-<uuid>`. */
  logic_compute_group_id?: string | undefined;
  /** Memory per node in GiB. */
  memory_size_gib?: number | undefined;
  /** The spec's id (wire 3.5). */
  quota_id?: string | undefined;
}

/** More of a user (page: user.ExtraInfo). */
export interface UserExtraInfo {
  /** Id of the user's institution. */
  institution_id?: string | undefined;
  /** Login name. */
  login_name?: string | undefined;
}

/** Who created a job (page: user.UserBase). */
export interface User {
  /** Address of the picture. */
  avatar_url?: string | undefined;
  /** When the account was created; form not documented. */
  created_at?: string | undefined;
  /** Mail address. */
  email?: string | undefined;
  /** Institution and login name. */
  extra_info?: UserExtraInfo | undefined;
  /** Role on the platform; the values' meaning is not documented (page: user.GlobalRole). */
  global_role?: number | undefined;
  /** `user-<uuid>` (wire 4). */
  id?: string | undefined;
  /** Name. */
  name?: string | undefined;
  /** Name in Latin letters. */
  name_en?: string | undefined;
}

/** A mount (page: common.MountPath); the job's `mounts` is a dead field. */
export interface MountPath {
  /** Path inside the container. */
  mount_path?: string | undefined;
  /** Path on the storage. */
  real_path?: string | undefined;
  /** Which storage; there is only one, so it is not filled. */
  volume?: string | undefined;
}

/** A dataset of a job (page: train.DatasetInfo; wire 7: ids are codes of the web console). */
export interface DatasetInfo {
  /** Code of the dataset. */
  dataset_id?: string | undefined;
  /** Path that the web console's check returned. */
  path?: string | undefined;
  /** Code of the version. */
  version_id?: string | undefined;
}

/** One environment variable (page: train.Env). */
export interface Env {
  /** Name of the variable. */
  name?: string | undefined;
  /** Its value. */
  value?: string | undefined;
}

/** A node that runs a job (page: train.NodeInfo). */
export interface NodeInfo {
  /** Name of the node. */
  node_name?: string | undefined;
}

/** When each stage **ended**, ms epochs as text; a stage not reached has no key (page; wire 3.2). */
export interface Timeline {
  /** The job was created. */
  created?: string | undefined;
  /** The command ended. */
  finished?: string | undefined;
  /** Resources were ready: the end of the queue. */
  resource_prepared?: string | undefined;
  /** The command started. */
  run?: string | undefined;
}

/** What one group of nodes runs on, as answered (page: train.FrameworkConfigStandard). */
export interface FrameworkConfig {
  /** CPU cores per node. */
  cpu?: number | undefined;
  /** GPUs **per node** (wire 2.2). */
  gpu_count?: number | undefined;
  /** Image address. */
  image?: string | undefined;
  /** `SOURCE_OFFICIAL`, `SOURCE_PUBLIC` or `SOURCE_PRIVATE` (wire 3.5). */
  image_type?: string | undefined;
  /** Number of nodes. */
  instance_count?: number | undefined;
  /** Shape and prices of one node. */
  instance_spec_price_info?: InstanceSpecPriceInfo | undefined;
  /** Memory per node in GiB. */
  mem_gi?: number | undefined;
  /** Older name of the spec's id (wire 3.5). */
  predef_id?: string | undefined;
  /** Meaning not documented (page: train.ReplicasType). */
  replicas_type?: number | undefined;
  /** Resource choice as confirmed. */
  resource_spec_price?: ResourceSpecPrice | undefined;
  /** Shared memory per node in GiB. */
  shm_gi?: number | undefined;
}

/**
 * A train job as the platform answers it (page: pkg_openapi_controller_train.Job). Only `job_id` is sure:
 * a create answer may hold little more (wire 5). Unknown fields are kept.
 */
export interface Job {
  /** Restarts failed rounds (wire 7). */
  auto_fault_tolerance?: boolean | undefined;
  /** Dead field (page). */
  auto_fault_tolerance_params?: string | undefined;
  /** The command, run by `sh` once per node (wire 6). */
  command?: string | undefined;
  /** Meaning not documented (page: train.ConfigMode). */
  config_mode?: number | undefined;
  /** Creation time, ms epoch as text. */
  created_at?: string | undefined;
  /** Who created it. */
  created_by?: User | undefined;
  /** 1 for a job that never restarted (wire 7). */
  current_running_round?: number | undefined;
  /** Datasets. */
  dataset_info?: DatasetInfo[] | undefined;
  /** Feishu message to the owner (wire 7). */
  enable_notification?: boolean | undefined;
  /** Node check before the start (wire 7). */
  enable_troubleshoot?: boolean | undefined;
  /** Usually `[]` in a detail although the container has them (wire 2.2). */
  envs?: Env[] | undefined;
  /** Most restarts under fault tolerance. */
  fault_tolerance_max_retry?: number | undefined;
  /** Seconds between restarts. */
  fault_tolerance_retry_interval_sec?: number | undefined;
  /** End time, ms epoch as text. */
  finished_at?: string | undefined;
  /** Framework, such as `pytorch`. */
  framework?: string | undefined;
  /** Node groups; one in practice. */
  framework_config?: FrameworkConfig[] | undefined;
  /** `job-<uuid>` (wire 4). */
  job_id?: string | undefined;
  /** `lcg-<uuid>`. */
  logic_compute_group_id?: string | undefined;
  /** Name of the logical compute group. */
  logic_compute_group_name?: string | undefined;
  /** Longest run, ms as text; absent if not given (wire 2.2). */
  max_running_time_ms?: string | undefined;
  /** Dead field (page). */
  mounts?: MountPath[] | undefined;
  /** Name; not unique (wire 4). */
  name?: string | undefined;
  /** Number of requested nodes (wire 2.2). */
  node_count?: number | undefined;
  /** Nodes; empty unless scheduled (wire 2.2). */
  node_infos?: NodeInfo[] | undefined;
  /** Weight of 11 to 35, larger is more urgent; the page says 0, 1, 2 (page: project.ProjectPriority; wire 3.4). */
  priority?: number | string | undefined;
  /** `LOW`, `NORMAL` or `HIGH`; the page says 0, 1, 2 (wire 3.4). */
  priority_level?: number | string | undefined;
  /** `"1"` to `"10"`: the priority in force (wire 2.2). */
  priority_name?: string | undefined;
  /** Project's name in Latin letters, as in `/inspire/…/project/<name>`. */
  project_en_name?: string | undefined;
  /** `project-<uuid>`. */
  project_id?: string | undefined;
  /** Project's name. */
  project_name?: string | undefined;
  /** Meaning not documented. */
  queue_id?: string | undefined;
  /** Meaning not documented. */
  queue_name?: string | undefined;
  /** How long nodes are held after a failure, ms as text; absent when not set. */
  reserve_on_fail_ms?: string | undefined;
  /** How long nodes are held after a success, ms as text; absent when not set. */
  reserve_on_success_ms?: string | undefined;
  /** Run time so far, ms as text. */
  running_time_ms?: string | undefined;
  /** One of 15 known values, or a new one (wire 3.1). */
  status?: string | undefined;
  /** Code beside `sub_msg`; meaning not documented. */
  sub_code?: number | undefined;
  /** Why a new job queues (page). */
  sub_msg?: string | undefined;
  /** Meaning not documented (page: common.JobSubStatus). */
  sub_status?: number | undefined;
  /** As submitted; 0 says nothing, see `priority_name` (wire 2.2). */
  task_priority?: number | undefined;
  /** Id of a TensorBoard, if one exists. */
  tb_id?: string | undefined;
  /** Event folder for TensorBoard. */
  tb_summary_path?: string | undefined;
  /** When each stage ended. */
  timeline?: Timeline | undefined;
  /** `ws-<uuid>`. */
  workspace_id?: string | undefined;
}
