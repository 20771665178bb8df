export type { AccessToken, Credentials, TokenStore } from "./auth.ts";
export { defaultBaseUrl, readBaseUrl } from "./base-url.ts";
export type { BaseUrl } from "./base-url.ts";
export { createClient } from "./create-client.ts";
export type { CallOptions, Client, ClientOptions } from "./client.ts";
export { classifyCreateError, toFailedOutcome } from "./create-failure.ts";
export type { CreateFailure } from "./create-failure.ts";
export { attemptListUrl, shortAttempt } from "./create-guard.ts";
export { createOperation } from "./create-operation.ts";
export { systemClock } from "./clock.ts";
export type { Clock } from "./clock.ts";
export { formatDuration, parseDuration } from "./duration.ts";
export { isOverdue } from "./poll-interval.ts";
export {
  ApiError,
  AuthError,
  ConnectionError,
  formatSpecIssue,
  InputError,
  isQizhiError,
  JobEndedError,
  JobGoneError,
  QizhiError,
  ResponseError,
  SpecError,
  SubmissionUnknownError,
  WaitLostError,
  WaitTimeoutError,
} from "./errors.ts";
export type {
  AuthReason,
  CallFacts,
  ErrorFacts,
  KnownError,
  QizhiErrorCode,
  SpecIssue,
} from "./errors.ts";
export type { AdviceRule, AdviceRuleParams } from "./errors/advice.ts";
export type { AnswerRule, AnswerRuleParams, JsonProblem } from "./errors/answer-rules.ts";
export type { AuthRule, AuthRuleParams, Refusal } from "./errors/auth-rules.ts";
export type { ConnectionRule, ConnectionRuleParams } from "./errors/connection-rules.ts";
export type {
  CaProblem,
  InputRule,
  InputRuleParams,
  ProxyProblem,
  Said,
  StateAction,
} from "./errors/input-rules.ts";
export type { SpecRule, SpecRuleParams } from "./errors/spec-rules.ts";
export type { NotedField, ValueFix, ValueNoun } from "./errors/value-rules.ts";
export type { JsonWant } from "./errors/text-rules.ts";
export type { IdPlace } from "./schemas/spec-rules.ts";
export { Secrets } from "./http/secrets.ts";
export type { ClientEvent } from "./http/call-context.ts";
export { addressTimeoutMs } from "./transport/address.ts";
export { createNodeFetch } from "./transport/node-fetch.ts";
export type { NodeFetch, NodeFetchOptions } from "./transport/node-fetch.ts";
export { proxyFor } from "./transport/proxy.ts";
export type { ProxyRoute, ProxyServer } from "./transport/proxy.ts";
export type { Transport } from "./transport/request.ts";
export { toFetchError } from "./transport/transport-error.ts";
export { findCaProblem, requireTlsCheck } from "./transport/settings.ts";
export { isJobId } from "./job-id.ts";
export type { IdentifiedJob } from "./job-id.ts";
export { openJournal, toPlatformKey } from "./journal.ts";
export type { AttemptEntry, Journal } from "./journal.ts";
export { isRunning, ownMark } from "./journal/process-mark.ts";
export type { ProcessMark } from "./journal/process-mark.ts";
export type {
  AttemptOutcome,
  JournalEntry,
  SeenRecord,
  SweepRunReference,
} from "./journal/records.ts";
export type { Attempt, AttemptState } from "./journal/attempts.ts";
export type { JournalView, KnownJob } from "./journal/view.ts";
export { createRateLimiter } from "./limiter.ts";
export type { Lane, RateLimiter, RateLimiterOptions, RateSlots } from "./limiter.ts";
export { detailOperation, stopOperation, tokenOperation } from "./operations.ts";
export type { Operation } from "./operations.ts";
export { classifyJob, classifyStatus, statusClasses, toKnownStatus } from "./phase.ts";
export type { Phase, StatusClass } from "./phase.ts";
export { localZone, toLocalTime } from "./local-time.ts";
export { openRateSlots } from "./rate-slots.ts";
export type { RateSlotsOptions } from "./rate-slots.ts";
export { summarizeJob } from "./report.ts";
export type { JobReport, Stage } from "./report.ts";
export type { TokenAnswer, TokenRequest } from "./schemas/auth.ts";
export type { DetailRequest, StopAnswer, StopRequest } from "./schemas/job-ref.ts";
export { imageTypes, JobSpecSchema } from "./schemas/job-spec.ts";
export type {
  DatasetSpec,
  EnvSpec,
  FrameworkConfigSpec,
  ImageType,
  JobSpec,
  JobSpecInput,
} from "./schemas/spec-types.ts";
export { JobSchema } from "./schemas/job.ts";
export type {
  ConfigMode,
  CpuInfo,
  DatasetInfo,
  Env,
  FrameworkConfig,
  GlobalRole,
  GpuInfo,
  InstanceSpecPriceInfo,
  Job,
  JobSubStatus,
  MountPath,
  NodeInfo,
  ProjectPriority,
  ReplicasType,
  ResourceSpecPrice,
  Timeline,
  User,
  UserExtraInfo,
} from "./schemas/job-types.ts";
export { knownFingerprints, specFingerprint } from "./spec/fingerprint.ts";
export { specFrame } from "./spec/frame.ts";
export { parseJobSpec } from "./spec/parse.ts";
export type { ParseSpecOptions } from "./spec/parse.ts";
export type { Position, SpecPath } from "./spec/place.ts";
export { applyOverrides } from "./spec/overrides.ts";
export type { Overridden, SpecOverrides } from "./spec/overrides.ts";
export { looksSecret } from "./looks-secret.ts";
export { maskSpec } from "./spec/mask-spec.ts";
export { readBeside, readJobSpec } from "./spec/read.ts";
export type { ReadSpec, ReadSpecOptions } from "./spec/read.ts";
export { quoteCommand } from "./spec/shell-quote.ts";
export { readSpecSource, toSpecSource } from "./spec/source.ts";
export type { SpecSource } from "./spec/source.ts";
export { findSpecWarnings, imageHosts } from "./spec/warnings.ts";
export type { SpecWarning, SpecWarningRule, WarningContext } from "./spec/warnings.ts";
export {
  homeDir,
  makePrivateFolder,
  readPrivateFile,
  stateDir,
  writePrivateFile,
} from "./state-dir.ts";
export { submitRecorded } from "./submit-recorded.ts";
export type { SubmitContext, SubmitOutcome, SubmitRecordedOptions } from "./submit-recorded.ts";
export type { JobStop, StopJobsOptions, StopOptions, StopResult } from "./stop.ts";
export { excerpt, nearest, visibleText } from "./text.ts";
export { estimateRest } from "./sweep/estimate.ts";
export type { Estimate } from "./sweep/estimate.ts";
export type { SweepEvent, SweepLimit, SweepResult, UnknownAnswer } from "./sweep/events.ts";
export { findSweep, readAllSweeps, readSweeps } from "./sweep/fold.ts";
export type { SweepState, UnreadableSweep } from "./sweep/fold.ts";
export { isOtherSession } from "./journal/session-mark.ts";
export { forgetSweep, haltSweep } from "./sweep/halt.ts";
export { toHtmlReport } from "./sweep/html-report.ts";
export type { HtmlReport } from "./sweep/html-report.ts";
export { chineseWords, englishWords } from "./sweep/html-words.ts";
export type { HtmlWords } from "./sweep/html-words.ts";
export type { Parameters } from "./sweep/matrix.ts";
export { readNodeFacts, totalPlan } from "./sweep/prices.ts";
export type { NodeFacts, PlanTotals } from "./sweep/prices.ts";
export { createQueueWatch } from "./sweep/queue-watch.ts";
export { isSweepSource } from "./sweep/is-sweep-source.ts";
export { readSweep } from "./sweep/read-sweep.ts";
export type { ReadSweep, ReadSweepOptions, SweepPlan, SweepRun } from "./sweep/read-sweep.ts";
export type { HaltReason, RunFacts, RunOutcome, SweepSettings } from "./sweep/records.ts";
export { toResultRows, toRunJson, totalRows } from "./sweep/result-rows.ts";
export type { ResultRow, ResultTotals } from "./sweep/result-rows.ts";
export { toCsv, toMarkdown } from "./sweep/result-text.ts";
export type {
  ResumeSweepOptions,
  RunSweepOptions,
  StartSweepOptions,
} from "./sweep/run-options.ts";
export { isOver, runStates } from "./sweep/run-states.ts";
export type { RunState } from "./sweep/run-states.ts";
export { observeRun } from "./sweep/run-status.ts";
export type { RunStatus } from "./sweep/run-status.ts";
export { resumeSweep, startSweep } from "./sweep/sweep.ts";
export type { Sweep, SweepContext } from "./sweep/sweep.ts";
export { findSweepWarnings } from "./sweep/warnings.ts";
export type { JobsUpdate, JobUpdate, WaitOptions } from "./watcher/updates.ts";
export { jobListUrl, jobUrl } from "./web.ts";
