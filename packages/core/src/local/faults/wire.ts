import type { Operation } from "./faults.ts";

/** A refusal of the platform: HTTP status, the envelope's code and its message. */
export interface Refusal {
  /** HTTP status. */
  status: number;
  /** `code` of the envelope. */
  code: number;
  /** `message` of the envelope. */
  message: string;
}

/**
 * How answers look on the wire: one switch for every fact that is not sure or that
 * the page states otherwise. The defaults are the best evidence.
 */
export interface WireOptions {
  /**
   * Wraps every answer in `{code, message, data}`; `false` gives the bare objects of the page, `"newer"` the
   * `{ResponseMetadata, Result}` of the platform's newer interface (wire 1.1). @default true
   */
  envelope: boolean | "newer";
  /** The key of a refusal's words (wire 1.1). @default "message" */
  messageKey: "message" | "msg";
  /** Calls that are not there any more: HTTP 404 with a text (wire 1.3). @default none */
  goneRoutes: readonly Operation[];
  /** Fields that a create needs besides those of the page. @default none */
  alsoRequired: readonly string[];
  /** Whether a detail holds the variables that were submitted (wire 2.2). @default "empty" */
  detailEnvs: "empty" | "stored";
  /** Whether commands find `MASTER_ADDR`, `PET_*`, `RANK` and `WORLD_SIZE` (wire 6). @default "set" */
  distributedVariables: "set" | "absent";
  /** What `HOSTNAME` is on a node: the name of the node, as in `node_infos`, or that of the pod (wire 6). @default "node" */
  hostname: "node" | "pod";
  /** How far its clock is ahead of this machine's, in ms: the `Date` of answers and all times in them. @default 0 */
  clockAheadMs: number;
  /** How long after its create a job is not known yet, in ms (wire 5). @default 0 */
  hiddenMs: number;
  /** How long after its create a job cannot be stopped, in ms (wire 5). @default 0 */
  unstoppableMs: number;
  /** The answer to a stop within that time. @default HTTP 200, 100009 (invented), `Conflict` */
  earlyStop: Refusal;
  /** What some workspaces do not take, by their ids; the others take all (wire 2.1, 3.4). @default none */
  workspaces: Readonly<Record<string, WorkspaceRules>>;
  /** Path that the address of the platform carries, such as `/gateway`; without it every route is gone. @default "" */
  basePath: string;
  /** Type of `expires_in`. @default "string" */
  expiresIn: "string" | "number";
  /** What a body with an unknown field gets. @default "refuse" */
  unknownFields: "refuse" | "accept";
  /** What a create with a field of the newer interface gets, such as `exclude_nodes` (wire 2.1). @default "accept" */
  newerFields: "refuse" | "accept";
  /** What a create without `task_priority` or `shm_gi` gets; accepted, they count as 0. @default "refuse" */
  absentZeros: "refuse" | "accept";
  /** What a create with `"0"` as a time of `reserve_on_*_ms` gets; accepted, it holds nothing (wire 7). @default "accept" */
  zeroReserve: "refuse" | "accept";
  /** What a `spec_id` outside the `specs` option gets; accepted, it has the default shape. @default "accept" */
  unknownSpec: "refuse" | "accept";
  /** HTTP status of code -1, the refused token. @default 200 */
  refusedTokenStatus: 200 | 401 | 403;
  /** The answer to a wrong login. @default HTTP 200, 100001, `invalid_grant: Invalid user credentials` */
  refusedLogin: Refusal;
  /** `false` refuses every login as for an account without OpenAPI (wire 1.3). @default true */
  openApiEnabled: boolean;
  /** Form of `priority_level`: `LOW`, `NORMAL`, `HIGH` or 0, 1, 2. @default "text" */
  priorityLevel: "text" | "integer";
  /** Sends every number of the data as text. @default "number" */
  numbers: "number" | "string";
  /** What a key without a value does in a detail. @default "omitted" */
  absentKeys: "omitted" | "null";
  /** Adds keys that the page does not have to every detail, as the platform does. @default true */
  extraKeys: boolean;
  /** What the create answers: `job_id` and little more, or the whole job (wire 5). @default "short" */
  createAnswer: "short" | "job";
  /** Precision of the timeline and `running_time_ms`; the values are ms either way. @default "s" */
  timelinePrecision: "s" | "ms";
  /** How a job ends at its `max_running_time_ms`. @default "job_stopped" */
  timeLimitEnd: "job_stopped" | "job_failed";
  /** The answer for an unknown job. @default HTTP 200, 100002, `参数错误` */
  unknownJob: Refusal;
  /** The answer to a stop of a job that has ended. @default HTTP 200, 100009 (invented), `任务已结束，无法停止` */
  finishedStop: Refusal;
  /** The answer to a create over the quota. @default HTTP 200, 100000, the recorded `总项目配额不足…` */
  quotaRefusal: Refusal;
}

/** What a workspace takes. */
export interface WorkspaceRules {
  /** The values of `task_priority`, such as 1 and 4. @default all */
  priorities?: readonly number[] | undefined;
  /** Whether a job may have `exclude_nodes` and `specified_nodes`. @default true */
  choosesNodes?: boolean | undefined;
}

/** Limits of the project (wire 3.4, 5). */
export interface ProjectQuota {
  /** GPUs of all jobs that have not ended; a create over it is refused. @default no limit */
  submittedGpus?: number | undefined;
  /** Highest `task_priority`. @default 10 */
  maxPriority?: number | undefined;
  /** What a create over it gets: a refusal with 200006, or a job that is kept with the highest (wire 3.4). @default "refuse" */
  abovePriority?: "refuse" | "lower" | undefined;
}
