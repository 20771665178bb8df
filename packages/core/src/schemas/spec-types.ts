/** Where an image comes from; it must match the image's real source (wire 3.5). */
export type ImageType = "SOURCE_OFFICIAL" | "SOURCE_PUBLIC" | "SOURCE_PRIVATE";

/** One environment variable of a job spec; both are text (wire 2.1). */
export interface EnvSpec {
  /** Name of the variable. */
  name: string;
  /** Its value. No place for secrets: the create answer echoes it (wire 7). */
  value: string;
}

/** A dataset of a job spec (page: train.DatasetInfo; wire 7: codes, not ids, from the web console). */
export interface DatasetSpec {
  /** Code of the dataset. */
  dataset_id: string;
  /** Path that the web console's check returned. */
  path: string;
  /** Code of the version. */
  version_id: string;
}

/** What one group of nodes runs on (page: train.FrameworkConfigOpenAPI). */
export interface FrameworkConfigSpec {
  /** Full image address, `host/namespace/name:tag` (wire 3.5). */
  image: string;
  /** Where the image comes from: SOURCE_OFFICIAL, SOURCE_PUBLIC (the default) or SOURCE_PRIVATE. */
  image_type: ImageType;
  /** Number of nodes. The command runs once on each. */
  instance_count: number;
  /** Shared memory (/dev/shm) per node in GiB, at most the spec's memory. */
  shm_gi: number;
  /** Resource spec of one node; `quota_id` in the detail of a job created in the web console. An opaque text (wire 3.5). */
  spec_id: string;
}

/**
 * A checked job spec: the body of `train_job/create` (page: pkg_openapi_controller_train.JobOpenapi, plus the two
 * fields it leaves out, wire 2.1), but for `extra`, whose fields are sent beside the others, and `log_dir`, for
 * which the command is wrapped.
 */
export interface JobSpec {
  /** Restarts a failed round; needs fault_tolerance_max_retry. */
  auto_fault_tolerance?: boolean | undefined;
  /** Shell command, run by sh (not bash) once per node. */
  command: string;
  /** Datasets to mount, as the web console's check returned them. */
  dataset_info?: DatasetSpec[] | undefined;
  /** Sends a Feishu message to the owner's account. */
  enable_notification?: boolean | undefined;
  /** Checks the nodes before the start. */
  enable_troubleshoot?: boolean | undefined;
  /** Environment variables. No place for secrets. */
  envs?: EnvSpec[] | undefined;
  /** Most restarts under fault tolerance, 1 to 10. */
  fault_tolerance_max_retry?: number | undefined;
  /** Seconds between restarts. */
  fault_tolerance_retry_interval_sec?: number | undefined;
  /** Further fields of the create, sent as they stand: those that the platform takes and its page does not list. */
  extra?: Record<string, unknown> | undefined;
  /** Folder on the shared disk in which each node's output is kept: an absolute path. */
  log_dir?: string | undefined;
  /** Framework, in lower case; pytorch is the one in use. */
  framework: string;
  /** What the nodes run on; one entry. */
  framework_config: FrameworkConfigSpec[];
  /** Logical compute group: lcg-<uuid>. */
  logic_compute_group_id: string;
  /** Longest run, in ms as text. Past it the platform ends the job. Without it there is no limit. */
  max_running_time_ms?: string | undefined;
  /** Name of the job; need not be unique. */
  name: string;
  /** Project: project-<uuid>. */
  project_id: string;
  /** Holds the nodes this long after a failure, in ms as text. They stay taken. */
  reserve_on_fail_ms?: string | undefined;
  /** Holds the nodes this long after a success, in ms as text. They stay taken. */
  reserve_on_success_ms?: string | undefined;
  /** Priority 1 to 10, larger is more urgent; 1 to 3 can be pre-empted; the project sets the cap. */
  task_priority: number;
  /** Folder of TensorBoard events on the shared disk. */
  tb_summary_path?: string | undefined;
  /** Workspace: ws-<uuid>. */
  workspace_id: string;
}

type Duration = "max_running_time_ms" | "reserve_on_fail_ms" | "reserve_on_success_ms";

/** A job spec as a person may write it: durations in ms or with a unit (`"2h"`), `envs` also as a map. */
export interface JobSpecInput extends Omit<JobSpec, Duration | "envs" | "framework_config"> {
  /** What the nodes run on; one entry, whose `image_type` is SOURCE_PUBLIC where it has none. */
  framework_config: (Omit<FrameworkConfigSpec, "image_type"> & {
    image_type?: ImageType | undefined;
  })[];
  /** Environment variables, as a map or as a list of name and value. No place for secrets. */
  envs?: EnvSpec[] | Record<string, string | number | boolean> | undefined;
  /** Longest run, in ms or with a unit (2h). Past it the platform ends the job. Leave out for no limit. */
  max_running_time_ms?: number | string | undefined;
  /** Holds the nodes this long after a failure, in ms or with a unit. They stay taken. */
  reserve_on_fail_ms?: number | string | undefined;
  /** Holds the nodes this long after a success, in ms or with a unit. They stay taken. */
  reserve_on_success_ms?: number | string | undefined;
}
