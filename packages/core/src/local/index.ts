export { startLocalPlatform, type LocalPlatform } from "./platform.ts";
export type {
  LocalJobSeed,
  LocalPlatformOptions,
  LocalRoute,
  ProjectQuota,
  RouteAnswer,
  StageTimes,
} from "./options.ts";
export type { LocalJobView } from "./job-view.ts";
export type { JobRequest, NodeShape } from "./job-record.ts";
export type { Refusal, WireOptions } from "./wire.ts";
export {
  keepsEffect,
  type Fault,
  type FaultAction,
  type FaultKind,
  type LocalCall,
  type Operation,
} from "./faults.ts";
export { hostileText } from "./fault-reply.ts";
export type { RecordedRequest, RequestOutcome } from "./requests.ts";
