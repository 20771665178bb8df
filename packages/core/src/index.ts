export type { AccessToken, Credentials } from "./client/access-token.ts";
export type { StoredToken, TokenOwner, TokenStore } from "./client/auth.ts";
export { createClient, type ClientOptions } from "./client/create-client.ts";
export type { CallOptions, Client, JobStop, StopOptions, StopResult } from "./client/client.ts";
export {
  JobSchema,
  JobSpecSchema,
  operations,
  defineOperation,
  type Operation,
  type Schema,
  type StandardSchema,
} from "./calls/operations.ts";
export { formatDuration } from "./text/time-text.ts";
export {
  ApiError,
  AuthError,
  ConnectionError,
  InputError,
  JobEndedError,
  JobGoneError,
  ResponseError,
  SpecError,
  SubmissionUnknownError,
  WaitLostError,
  WaitTimeoutError,
  isQizhiError,
  type KnownError,
  type QizhiError,
  type QizhiErrorCode,
  type SpecIssue,
} from "./errors/errors.ts";
export { createNodeFetch, type NodeFetch } from "./transport/node-fetch.ts";
export type {
  ClientEvent,
  Transport,
  TransportAnswer,
  TransportFetch,
  TransportRequest,
} from "./transport/request.ts";
export { createRateLimiter, type RateLimiter } from "./calls/limiter.ts";
export type { Phase } from "./jobs/phase.ts";
export { summarizeJob, type JobReport } from "./jobs/report.ts";
export type { Stage } from "./jobs/times.ts";
export type {
  DatasetSpec,
  EnvSpec,
  FrameworkConfigSpec,
  ImageType,
  JobSpec,
  JobSpecInput,
} from "./schemas/spec-types.ts";
export type {
  CpuInfo,
  DatasetInfo,
  Env,
  FrameworkConfig,
  GpuInfo,
  InstanceSpecPriceInfo,
  Job,
  MountPath,
  NodeInfo,
  ResourceSpecPrice,
  Timeline,
  User,
  UserExtraInfo,
} from "./schemas/job-types.ts";
export type { ClientKeys } from "./schemas/client-keys.ts";
export { parseJobSpec } from "./spec/parse.ts";
export { readDefaults, readJobSpec } from "./spec/read-file.ts";
export type { Defaults, DefaultsPlaces } from "./spec/defaults/defaults-file.ts";
export type { ReadSpecOptions } from "./spec/prepare.ts";
export type { ReadSpec } from "./spec/read.ts";
export type { Position, SpecSource } from "./spec/text/place.ts";
export { findSpecWarnings } from "./spec/warnings.ts";
export type { SpecWarning } from "./spec/spec-warning.ts";
export type { JobUpdate, JobsUpdate, WaitOptions, Watcher } from "./watcher/updates.ts";
