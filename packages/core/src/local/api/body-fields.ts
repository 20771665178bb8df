/** Type of one field of a message: a scalar, a message, or a list (one entry) of either. */
export type FieldType = Scalar | MessageFields | readonly [Scalar | MessageFields];
/** Scalars of protobuf that the four calls use; `any` is for fields whose form nobody has seen. */
export type Scalar = "any" | "string" | "int32" | "double" | "bool";
/** The fields of a message by their wire names. */
export interface MessageFields {
  readonly [name: string]: FieldType;
}

/** Fields of the `/auth/token` body (page). */
export const tokenFields: MessageFields = { username: "string", password: "string" };

/** Fields of the detail and stop bodies (page). */
export const jobIdFields: MessageFields = { job_id: "string" };

/** Fields of the create body: the page's, and the two it leaves out (wire 2.1). */
export const createFields: MessageFields = {
  auto_fault_tolerance: "bool",
  command: "string",
  dataset_info: [{ dataset_id: "string", path: "string", version_id: "string" }],
  enable_notification: "bool",
  enable_troubleshoot: "bool",
  envs: [{ name: "string", value: "string" }],
  fault_tolerance_max_retry: "int32",
  fault_tolerance_retry_interval_sec: "int32",
  framework: "string",
  framework_config: [
    {
      image: "string",
      image_type: "string",
      instance_count: "int32",
      shm_gi: "double",
      spec_id: "string",
    },
  ],
  logic_compute_group_id: "string",
  max_running_time_ms: "string",
  name: "string",
  project_id: "string",
  reserve_on_fail_ms: "string",
  reserve_on_success_ms: "string",
  task_priority: "int32",
  tb_summary_path: "string",
  workspace_id: "string",
};

/** Fields that the same message has at the newer interface (wire 2.1). */
export const newerCreateFields: MessageFields = {
  description: "string",
  exclude_nodes: ["string"],
  is_publicpath_readonly: "bool",
  pre_check_items: ["any"],
  runtime_attributes: [{ key: "string", values: ["string"] }],
  specified_nodes: ["string"],
};
