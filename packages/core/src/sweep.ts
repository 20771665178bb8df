// @qizhi/core/sweep: a matrix of jobs run within limits, recorded, reported.
export type { SweepEvent, SweepLimit, SweepResult, UnknownAnswer } from "./sweep/record/events.ts";
export { findSweep, readSweeps, type SweepState } from "./sweep/record/fold.ts";
export { toHtmlReport, type HtmlReport } from "./sweep/result/html-report.ts";
export { chineseWords, englishWords, type HtmlWords } from "./sweep/result/html-words.ts";
export {
  findSweepWarnings,
  readSpec,
  readSweep,
  type ParsedSpec,
  type ReadSweep,
  type ReadSweepOptions,
} from "./sweep/define/read-spec.ts";
export type { SweepPlan, SweepRun } from "./sweep/define/runs.ts";
export type { HaltReason, SweepSettings } from "./sweep/record/records.ts";
export {
  toResultRows,
  totalRows,
  type ResultRow,
  type ResultTotals,
} from "./sweep/result/result-rows.ts";
export { toCsv, toMarkdown } from "./sweep/result/result-text.ts";
export type {
  ResumeSweepOptions,
  RunSweepOptions,
  StartSweepOptions,
} from "./sweep/run/run-options.ts";
export type { RunFacts, RunOutcome, RunState, RunStatus } from "./sweep/record/run-status.ts";
export { resumeSweep, startSweep, type Sweep, type SweepContext } from "./sweep/sweep.ts";
