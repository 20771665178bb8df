export type { AccessToken, Credentials, TokenStore } from "./client/auth.ts";
export { defaultBaseUrl, readBaseUrl } from "./calls/base-url.ts";
export type { BaseUrl } from "./calls/base-url.ts";
export { createClient } from "./client/create-client.ts";
export type { CallOptions, Client, ClientOptions } from "./client/client.ts";
export { classifyCreateError, toFailedOutcome } from "./client/create-failure.ts";
export type { CreateFailure } from "./client/create-failure.ts";
export { attemptListUrl, shortAttempt } from "./client/create-guard.ts";
export { createOperation } from "./client/create-operation.ts";
export { systemClock } from "./async/clock.ts";
export type { Clock } from "./async/clock.ts";
export { formatDuration, parseDuration } from "./text/duration.ts";
export { isOverdue } from "./watcher/poll-interval.ts";
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
} from "./errors/errors.ts";
export type {
  AuthReason,
  CallFacts,
  ErrorFacts,
  KnownError,
  QizhiErrorCode,
  SpecIssue,
} from "./errors/errors.ts";
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
export { Secrets } from "./calls/secrets.ts";
export type { ClientEvent } from "./transport/client-event.ts";
export { addressTimeoutMs } from "./transport/connection/address.ts";
export { createNodeFetch } from "./transport/node-fetch.ts";
export type { NodeFetch, NodeFetchOptions } from "./transport/node-fetch.ts";
export { proxyFor } from "./transport/proxy/proxy.ts";
export type { ProxyRoute, ProxyServer } from "./transport/proxy/proxy.ts";
export type { Transport } from "./transport/request.ts";
export { toFetchError } from "./transport/connection/transport-error.ts";
export { findCaProblem, requireTlsCheck } from "./transport/proxy/settings.ts";
export { isJobId } from "./jobs/job-id.ts";
export type { IdentifiedJob } from "./jobs/job-id.ts";
export { openJournal, toPlatformKey } from "./journal/journal.ts";
export type { AttemptEntry, Journal } from "./journal/journal.ts";
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
export { createRateLimiter } from "./calls/limiter.ts";
export type { Lane, RateLimiter, RateLimiterOptions, RateSlots } from "./calls/limiter.ts";
export { detailOperation, stopOperation, tokenOperation } from "./calls/operations.ts";
export type { Operation } from "./calls/operations.ts";
export { classifyJob, classifyStatus, statusClasses, toKnownStatus } from "./jobs/phase.ts";
export type { Phase, StatusClass } from "./jobs/phase.ts";
export { localZone, toLocalTime } from "./text/local-time.ts";
export { openRateSlots } from "./calls/rate-slots.ts";
export type { RateSlotsOptions } from "./calls/rate-slots.ts";
export { summarizeJob } from "./jobs/report.ts";
export type { JobReport, Stage } from "./jobs/report.ts";
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
export { knownFingerprints, specFingerprint } from "./journal/fingerprint.ts";
export { specFrame } from "./spec/text/frame.ts";
export { parseJobSpec } from "./spec/parse.ts";
export type { ParseSpecOptions } from "./spec/parse.ts";
export type { Position, SpecPath } from "./spec/text/place.ts";
export { applyOverrides } from "./spec/overrides.ts";
export type { Overridden, SpecOverrides } from "./spec/overrides.ts";
export { looksSecret } from "./text/looks-secret.ts";
export { maskSpec } from "./spec/mask-spec.ts";
export { readBeside, readJobSpec } from "./spec/read.ts";
export type { ReadSpecOptions } from "./spec/prepare.ts";
export type { ReadSpec } from "./spec/read.ts";
export { quoteCommand } from "./spec/command/shell-quote.ts";
export { readSpecSource, toSpecSource } from "./spec/text/source.ts";
export type { SpecSource } from "./spec/text/source.ts";
export { findSpecWarnings, imageHosts } from "./spec/warnings.ts";
export type { SpecWarning, SpecWarningRule, WarningContext } from "./spec/warnings.ts";
export {
  homeDir,
  makePrivateFolder,
  readPrivateFile,
  stateDir,
  writePrivateFile,
} from "./journal/state-dir.ts";
export { submitRecorded } from "./client/submit-recorded.ts";
export type {
  SubmitContext,
  SubmitOutcome,
  SubmitRecordedOptions,
} from "./client/submit-recorded.ts";
export type { JobStop, StopJobsOptions, StopOptions, StopResult } from "./client/stop.ts";
export { excerpt, nearest, visibleText } from "./text/text.ts";
export { estimateRest } from "./sweep/result/estimate.ts";
export type { Estimate } from "./sweep/result/estimate.ts";
export type { SweepEvent, SweepLimit, SweepResult, UnknownAnswer } from "./sweep/record/events.ts";
export { findSweep, readAllSweeps, readSweeps } from "./sweep/record/fold.ts";
export type { SweepState, UnreadableSweep } from "./sweep/record/fold.ts";
export { isOtherSession } from "./journal/session-mark.ts";
export { forgetSweep, haltSweep } from "./sweep/record/halt.ts";
export { toHtmlReport } from "./sweep/result/html-report.ts";
export type { HtmlReport } from "./sweep/result/html-report.ts";
export { chineseWords, englishWords } from "./sweep/result/html-words.ts";
export type { HtmlWords } from "./sweep/result/html-words.ts";
export type { Parameters } from "./sweep/define/matrix.ts";
export { readNodeFacts, totalPlan } from "./sweep/result/prices.ts";
export type { NodeFacts, PlanTotals } from "./sweep/result/prices.ts";
export { isSweepSource } from "./sweep/define/is-sweep-source.ts";
export { readSweep } from "./sweep/define/read-sweep.ts";
export type {
  ReadSweep,
  ReadSweepOptions,
  SweepPlan,
  SweepRun,
} from "./sweep/define/read-sweep.ts";
export type { HaltReason, RunFacts, RunOutcome, SweepSettings } from "./sweep/record/records.ts";
export { toResultRows, toRunJson, totalRows } from "./sweep/result/result-rows.ts";
export type { ResultRow, ResultTotals } from "./sweep/result/result-rows.ts";
export { toCsv, toMarkdown } from "./sweep/result/result-text.ts";
export type {
  ResumeSweepOptions,
  RunSweepOptions,
  StartSweepOptions,
} from "./sweep/run/run-options.ts";
export { isOver, runStates } from "./sweep/record/run-states.ts";
export type { RunState } from "./sweep/record/run-states.ts";
export { observeRun } from "./sweep/record/run-status.ts";
export type { RunStatus } from "./sweep/record/run-status.ts";
export { resumeSweep, startSweep } from "./sweep/sweep.ts";
export type { Sweep, SweepContext } from "./sweep/sweep.ts";
export { findSweepWarnings } from "./sweep/define/warnings.ts";
export type { JobsUpdate, JobUpdate, WaitOptions } from "./watcher/updates.ts";
export { jobListUrl, jobUrl } from "./jobs/web.ts";
