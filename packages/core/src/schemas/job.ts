import * as z from "zod/mini";
import { InstanceSpecPriceInfoSchema, ResourceSpecPriceSchema } from "./resource.ts";
import { openEnum, WireBoolean, WireInteger, WireNumber, WireText } from "./scalars.ts";
import { UserSchema } from "./user.ts";
import { wireObject } from "./wire-object.ts";

/** `sub_status`; the values' meaning is not documented (page: common.JobSubStatus). */
export const JobSubStatusSchema = openEnum([0, 1]);
/** `sub_status` of a job. */
export type JobSubStatus = z.infer<typeof JobSubStatusSchema>;

/** `config_mode`; the values' meaning is not documented (page: train.ConfigMode). */
export const ConfigModeSchema = openEnum([0, 1]);
/** `config_mode` of a job. */
export type ConfigMode = z.infer<typeof ConfigModeSchema>;

/** `replicas_type`; the values' meaning is not documented (page: train.ReplicasType). */
export const ReplicasTypeSchema = openEnum([0, 1]);
/** `replicas_type` of a framework configuration. */
export type ReplicasType = z.infer<typeof ReplicasTypeSchema>;

/**
 * A priority in an answer (page: project.ProjectPriority, enum 0, 1, 2). On the wire `priority_level`
 * is `LOW`, `NORMAL` or `HIGH` and `priority` a weight of 11 to 35 (wire-facts 0.5).
 */
export const ProjectPrioritySchema = z.union([openEnum([0, 1, 2]), z.string()]);
/** A priority in an answer: a number or `LOW`, `NORMAL`, `HIGH`. */
export type ProjectPriority = z.infer<typeof ProjectPrioritySchema>;

// Each field of a `wireObject` may be absent.

/** A mount (page: common.MountPath); the job's `mounts` is a dead field. */
export const MountPathSchema = wireObject({
  /** Path inside the container. */
  mount_path: WireText,
  /** Path on the storage. */
  real_path: WireText,
  /** Which storage; there is only one, so it is not filled. */
  volume: WireText,
});
/** A mount. */
export type MountPath = z.infer<typeof MountPathSchema>;

/** A dataset of a job (page: train.DatasetInfo; wire-facts 7: ids are codes of the web console). */
export const DatasetInfoSchema = wireObject({
  /** Code of the dataset. */
  dataset_id: WireText,
  /** Path that the web console's check returned. */
  path: WireText,
  /** Code of the version. */
  version_id: WireText,
});
/** A dataset of a job. */
export type DatasetInfo = z.infer<typeof DatasetInfoSchema>;

/** One environment variable (page: train.Env). */
export const EnvSchema = wireObject({
  /** Name of the variable. */
  name: WireText,
  /** Its value. */
  value: WireText,
});
/** One environment variable. */
export type Env = z.infer<typeof EnvSchema>;

/** A node that runs a job (page: train.NodeInfo). */
export const NodeInfoSchema = wireObject({
  /** Name of the node. */
  node_name: WireText,
});
/** A node that runs a job. */
export type NodeInfo = z.infer<typeof NodeInfoSchema>;

/** When each stage **ended**, ms epochs as text; a stage not reached has no key (page; wire-facts 3.2). */
export const TimelineSchema = wireObject({
  /** The job was made. */
  created: WireText,
  /** The command ended. */
  finished: WireText,
  /** Resources were ready: the end of the queue. */
  resource_prepared: WireText,
  /** The command started. */
  run: WireText,
});
/** When each stage of a job ended. */
export type Timeline = z.infer<typeof TimelineSchema>;

/** What one group of nodes runs on, as answered (page: train.FrameworkConfigStandard). */
export const FrameworkConfigSchema = wireObject({
  /** CPU cores per node. */
  cpu: WireNumber,
  /** GPUs **per node** (wire-facts 2.2). */
  gpu_count: WireInteger,
  /** Image address. */
  image: WireText,
  /** `SOURCE_OFFICIAL`, `SOURCE_PUBLIC` or `SOURCE_PRIVATE` (wire-facts 3.5). */
  image_type: WireText,
  /** Number of nodes. */
  instance_count: WireInteger,
  /** Shape and prices of one node. */
  instance_spec_price_info: InstanceSpecPriceInfoSchema,
  /** Memory per node in GiB. */
  mem_gi: WireNumber,
  /** Older name of the spec's id (wire-facts 3.5). */
  predef_id: WireText,
  /** Meaning not documented. */
  replicas_type: ReplicasTypeSchema,
  /** Resource choice as confirmed. */
  resource_spec_price: ResourceSpecPriceSchema,
  /** Shared memory per node in GiB. */
  shm_gi: WireNumber,
});
/** What one group of nodes runs on. */
export type FrameworkConfig = z.infer<typeof FrameworkConfigSchema>;

/**
 * A train job as the platform answers it (page: pkg_openapi_controller_train.Job). Only `job_id` is sure:
 * a create answer may hold little more (wire-facts 5). Unknown fields are kept.
 */
export const JobSchema = wireObject({
  /** Restarts failed rounds (wire-facts 7). */
  auto_fault_tolerance: WireBoolean,
  /** Dead field (page). */
  auto_fault_tolerance_params: WireText,
  /** The command, run by `sh` once per node (wire-facts 6). */
  command: WireText,
  /** Meaning not documented. */
  config_mode: ConfigModeSchema,
  /** Creation time, ms epoch as text. */
  created_at: WireText,
  /** Who made it. */
  created_by: UserSchema,
  /** 1 for a job that never restarted (wire-facts 7). */
  current_running_round: WireInteger,
  /** Datasets. */
  dataset_info: z.array(DatasetInfoSchema),
  /** Feishu message to the owner (wire-facts 7). */
  enable_notification: WireBoolean,
  /** Node check before the start (wire-facts 7). */
  enable_troubleshoot: WireBoolean,
  /** Always `[]` in a detail although the container has them (wire-facts 0.8). */
  envs: z.array(EnvSchema),
  /** Most restarts under fault tolerance. */
  fault_tolerance_max_retry: WireInteger,
  /** Seconds between restarts. */
  fault_tolerance_retry_interval_sec: WireInteger,
  /** End time, ms epoch as text. */
  finished_at: WireText,
  /** Framework, such as `pytorch`. */
  framework: WireText,
  /** Node groups; one in practice. */
  framework_config: z.array(FrameworkConfigSchema),
  /** `job-<uuid>` (wire-facts 4). */
  job_id: WireText,
  /** `lcg-<uuid>`. */
  logic_compute_group_id: WireText,
  /** Name of the logical compute group. */
  logic_compute_group_name: WireText,
  /** Longest run, ms as text; absent if not given (wire-facts 2.2). */
  max_running_time_ms: WireText,
  /** Dead field (page). */
  mounts: z.array(MountPathSchema),
  /** Name; not unique (wire-facts 4). */
  name: WireText,
  /** Number of requested nodes (wire-facts 2.2). */
  node_count: WireInteger,
  /** Nodes; empty unless scheduled (wire-facts 2.2). */
  node_infos: z.array(NodeInfoSchema),
  /** Weight of 11 to 35, larger is more urgent (wire-facts 3.4). */
  priority: ProjectPrioritySchema,
  /** `LOW`, `NORMAL` or `HIGH`; the page says 0, 1, 2 (wire-facts 0.5). */
  priority_level: ProjectPrioritySchema,
  /** `"1"` to `"10"`: the priority in force (wire-facts 2.2). */
  priority_name: WireText,
  /** Project's name in Latin letters, as in `/inspire/…/project/<name>`. */
  project_en_name: WireText,
  /** `project-<uuid>`. */
  project_id: WireText,
  /** Project's name. */
  project_name: WireText,
  /** Meaning not documented. */
  queue_id: WireText,
  /** Meaning not documented. */
  queue_name: WireText,
  /** How long nodes are held after a failure, ms as text; absent when not set. */
  reserve_on_fail_ms: WireText,
  /** How long nodes are held after a success, ms as text; absent when not set. */
  reserve_on_success_ms: WireText,
  /** Run time so far, ms as text. */
  running_time_ms: WireText,
  /** One of 15 known values, or a new one (wire-facts 3.1). */
  status: WireText,
  /** Code beside `sub_msg`; meaning not documented. */
  sub_code: WireInteger,
  /** Why a new job queues (page). */
  sub_msg: WireText,
  /** Meaning not documented. */
  sub_status: JobSubStatusSchema,
  /** As submitted; 0 says nothing, see `priority_name` (wire-facts 0.9). */
  task_priority: WireInteger,
  /** Id of a TensorBoard, if one exists. */
  tb_id: WireText,
  /** Event folder for TensorBoard. */
  tb_summary_path: WireText,
  /** When each stage ended. */
  timeline: TimelineSchema,
  /** `ws-<uuid>`. */
  workspace_id: WireText,
});
/** A train job as the platform answers it. */
export type Job = z.infer<typeof JobSchema>;
