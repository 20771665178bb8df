// @qizhi/core/journal: what was submitted from this machine, and creates with a record.
export { openJournal, type AttemptEntry, type Journal } from "./journal/journal.ts";
export type { AttemptOutcome, JournalEntry } from "./journal/records.ts";
export type { ErrorFacts } from "./errors/errors.ts";
export type { Attempt, AttemptState } from "./journal/attempts.ts";
export type { JournalView, KnownJob } from "./journal/view.ts";
export { readPrivateFile, writePrivateFile, stateDir } from "./journal/private-file.ts";
export {
  submitRecorded,
  type SubmitContext,
  type SubmitOutcome,
  type SubmitRecordedOptions,
} from "./client/submit-recorded.ts";
export { openIds, type IdStore } from "./ids/id-store.ts";
export type { IdKind, KnownId } from "./ids/known-ids.ts";
