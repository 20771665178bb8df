export { startLocalPlatform, type LocalPlatform, type LocalJobView } from "./platform.ts";
export type { LocalJobSeed, LocalPlatformOptions, LocalRoute, StageTimes } from "./jobs/options.ts";
export type { JobRequest, NodeShape } from "./jobs/job-record.ts";
export type { ProjectQuota, Refusal, WireOptions, WorkspaceRules } from "./faults/wire.ts";
export {
  keepsEffect,
  type Fault,
  type FaultAction,
  type FaultKind,
  type LocalCall,
} from "./faults/faults.ts";
export { readWireSettings, type WireSettings } from "./faults/wire-settings.ts";
export { hostileText, type RouteAnswer } from "./faults/reply.ts";
export type { RecordedRequest, RequestOutcome } from "./api/deliver.ts";
