// @qizhi/core/internal: what the command line and the Action need beside the public names. It may change with
// any version.
export { toCreateBody, findLogFolder, unwrapCommand } from "./logs/wrapper.ts";
export {
  attemptListUrl,
  findCreated,
  isDoubleError,
  isUnderWay,
  isUnsettled,
  refuseOwnedJob,
  shortAttempt,
} from "./client/create-guard.ts";
export { systemClock, type Clock, untilAborted } from "./async/clock.ts";
export { fewestEnds, isTolerable, saysNotFound } from "./watcher/rules.ts";
export { isOverdue } from "./watcher/schedule.ts";
export type { Said } from "./errors/rules/sentences.ts";
export {
  english,
  type ErrorWords,
  type FactsOf,
  sayError,
  sayIssue,
  sayUnknown,
  sayWhy,
} from "./errors/say-error.ts";
export { Secrets } from "./calls/secrets.ts";
export { createHidingClient, defaultBaseUrl, readBaseUrl } from "./client/create-client.ts";
export { addressTimeoutMs } from "./transport/connection/address.ts";
export { proxyFor } from "./transport/proxy/proxy.ts";
export { toFetchError } from "./transport/fetch-error.ts";
export { findCaProblem, requireTlsCheck } from "./transport/proxy/routes.ts";
export {
  findJobIdProblem,
  isJobId,
  fromJobPage,
  jobListUrl,
  jobUrl,
  type IdentifiedJob,
} from "./jobs/job-id.ts";
export type { LastSeen } from "./watcher/updates.ts";
export { toJobFacts, listFailedNodes, toSeenFields } from "./jobs/job-facts.ts";
export { toExtent, toSpans, type Span } from "./jobs/times.ts";
export { toPlatformKey } from "./journal/platform-key.ts";
export { isOpenAttempt, mayHaveJob } from "./journal/attempts.ts";
export { placeOf } from "./journal/view.ts";
export {
  isElsewhere,
  isOtherSession,
  isRunning,
  ownMark,
  ownSession,
  type ProcessMark,
} from "./journal/process-mark.ts";
export {
  readProcessMark,
  type AttemptOrigin,
  type SeenRecord,
  type SweepRunReference,
} from "./journal/records.ts";
export {
  canChange,
  canStop,
  classifySeen,
  classifyStatus,
  isOutcome,
  isStopping,
  phases,
  statusClasses,
  toKnownStatus,
} from "./jobs/phase.ts";
export { localZone, parseDuration, toLocalMoment, toLocalTime } from "./text/time-text.ts";
export type { RateSlots } from "./calls/limiter.ts";
export { openRateSlots } from "./calls/rate-slots.ts";
export { uuidPattern } from "./schemas/job-ref.ts";
export { imageTypes } from "./schemas/job-spec.ts";
export { specFingerprint } from "./journal/fingerprint.ts";
export { specFrame } from "./spec/text/frame.ts";
export type { SpecPath } from "./spec/text/place.ts";
export { applyOverrides, type Overridden, type SpecOverrides } from "./spec/overrides.ts";
export {
  readFailedNode,
  type FailedNode,
  readLogs,
  type LogChunk,
  type ReadLogsOptions,
  toNodeRuns,
} from "./logs/read-logs.ts";
export { findLocalLogFolder, openFolder, type LogSource } from "./logs/source.ts";
export { openSshHost, type SshHost } from "./logs/ssh-source.ts";
export { findSecrets, looksSecret } from "./text/looks-secret.ts";
export { maskSpec } from "./spec/mask-spec.ts";
export { mapTexts } from "./spec/matrix-places.ts";
export { maskRun } from "./sweep/define/runs.ts";
export { readBeside } from "./spec/read.ts";
export { findUpwards, projectDefaults } from "./spec/defaults/defaults-file.ts";
export { mergeIds, nameOfId, readIds } from "./ids/known-ids.ts";
export { readIdsFile } from "./ids/id-store.ts";
export { namedFields } from "./schemas/client-keys.ts";
export { readSpecText } from "./spec/prepare.ts";
export { quoteCommand } from "./spec/command/shell-quote.ts";
export { readSpecSource, toSpecSource } from "./spec/text/source.ts";
export { createShellReader } from "./spec/command/shell-syntax.ts";
export { findWarnings } from "./sweep/define/read-spec.ts";
export {
  describeWarning,
  imageHosts,
  specWarningRules,
  type SpecWarningRule,
} from "./spec/spec-warning.ts";
export type { WarningContext } from "./spec/warnings.ts";
export { endsBeforeWait, readClaims, readTokenEnd } from "./client/access-token.ts";
export { readTitle, toMarkdownRow, toMarkdownTable } from "./text/markup.ts";
export { isMapping, parseJson, textOf, valueAt } from "./text/json-value.ts";
export { codeOf, isNotFound, reasonOf } from "./text/error-code.ts";
export { findHome, homeDir, makeFolders, makePrivateFolder } from "./journal/private-file.ts";
export { reportProbe, toProbeSpec } from "./jobs/probe.ts";
export { type RawFacts, reportWire, type WireFinding } from "./jobs/wire-report.ts";
export { isLowered } from "./jobs/report.ts";
export { trustId } from "./errors/call-errors.ts";
export { countOf, cut, excerpt, nearest, sha256, visibleText } from "./text/text.ts";
export { chineseWords, englishWords } from "./sweep/result/html-words.ts";
export { estimateRest, sum, toRunJson } from "./sweep/result/result-rows.ts";
export { followSweep } from "./sweep/follow-sweep.ts";
export { readAllSweeps } from "./sweep/record/fold.ts";
export { isRunStopped } from "./sweep/record/fold-run.ts";
export { forgetSweeps, refuseOwned } from "./sweep/record/owner.ts";
export { type EndRecord, haltSweep, readEnds, writeEnd } from "./sweep/record/records.ts";
export type { Parameters } from "./sweep/define/matrix.ts";
export { isOverCost, readNodeFacts, totalPlan, type NodeFacts } from "./sweep/result/prices.ts";
export {
  hasOpenJob,
  isMadeAnew,
  isOver,
  runStates,
  stateOrder,
  mayTryAgain,
  observeRun,
  takeSeen,
  toEndPhase,
  toRunFacts,
} from "./sweep/record/run-status.ts";
