import { mayStillSend } from "./process-mark.ts";
import type {
  AttemptOutcome,
  AttemptRecord,
  KnownRecord,
  OtherRecord,
  SeenRecord,
} from "./records.ts";
import { readLine } from "./records.ts";

type RecordOf<Kind extends KnownRecord["kind"]> = Extract<KnownRecord, { kind: Kind }>;

/**
 * Where an attempt stands: `in_flight` while its process runs, for an hour at most, `unknown` when there
 * may be a job that nobody has seen, `resolved` when a person has settled an unknown one, else its outcome.
 */
export type AttemptState =
  | "in_flight"
  | "unknown"
  | "created"
  | "refused"
  | "not_sent"
  | "resolved";

/** A create that was or may have been sent. */
export interface Attempt extends Omit<AttemptRecord, "kind" | "v"> {
  /** Where it stands. */
  state: AttemptState;
  /** What its sender wrote down; nothing if it died before. */
  outcome: AttemptOutcome | undefined;
  /** The job, when there is one. */
  jobId: string | undefined;
  /** Why nothing is known, for an `unknown` one. */
  reason: string | undefined;
}

/** A job of the history. */
export interface KnownJob {
  /** Base URL of the platform. */
  platform: string;
  /** The job's id. */
  jobId: string;
  /** Name, as last heard. */
  name: string | undefined;
  /** Workspace, where known. */
  workspaceId: string | undefined;
  /** When it came into the history, ISO 8601. */
  addedAt: string;
  /** The attempt that made it; none for a tracked job. */
  attempt: Attempt | undefined;
  /** Its last known state. */
  seen: SeenRecord | undefined;
}

/** What the journal says as a whole. */
export interface JournalView {
  /** Every attempt, oldest first. */
  attempts: Attempt[];
  /** Every job that was not forgotten, oldest first. */
  jobs: KnownJob[];
  /** Records of kinds and versions that this package does not know, in order. */
  others: OtherRecord[];
  /** Numbers of the lines that could not be read, from 1, such as one that a crash cut. */
  damagedLines: number[];
}

type NumberedLine = readonly [index: number, line: string];

/**
 * Reads the text of a journal, or only what it says about these ids or fingerprints.
 * @param isOpenOnly leaves out attempts with a certain outcome without reading their specs: 500 that sent
 * the same spec take 35 ms else (measured).
 */
export function toJournalView(
  text: string,
  about?: readonly string[],
  isOpenOnly = false,
): JournalView {
  const view: JournalView = { attempts: [], jobs: [], others: [], damagedLines: [] };
  const known: KnownRecord[] = [];
  const lines = [...text.split("\n").entries()].filter(([, line]) => line.trim() !== "");
  const asked = about === undefined ? lines : linesAbout(about, lines);
  for (const [index, line] of isOpenOnly ? openLines(asked) : asked) {
    const read = readLine(line);
    if (read.is === "damaged") view.damagedLines.push(index + 1);
    else if (read.is === "other") view.others.push(read.record);
    else known.push(read.record);
  }
  const attempts = foldAttempts(known);
  view.attempts = [...attempts.values()];
  view.jobs = foldJobs(known, attempts);
  return view;
}

/** The lines that hold one of the texts, and all of the attempts that those lines belong to. */
function linesAbout(texts: readonly string[], lines: readonly NumberedLine[]): NumberedLine[] {
  const asWritten = texts.map((text) => JSON.stringify(text).slice(1, -1));
  const isAbout = (line: string) => asWritten.some((text) => line.includes(text));
  const attempts = new Set(lines.flatMap(([, line]) => (isAbout(line) ? attemptsIn(line) : [])));
  return lines.filter(
    ([, line]) => isAbout(line) || attemptsIn(line).some((id) => attempts.has(id)),
  );
}

/** The lines without those of attempts whose last line tells a certain outcome. */
function openLines(lines: readonly NumberedLine[]): NumberedLine[] {
  const ownIds = lines.map(([, line]) => own.exec(line)?.[1]);
  const settled = new Set<string | undefined>();
  for (const [at, id] of ownIds.entries()) {
    const line = lines[at]![1];
    // The head of a line that a full disk has cut proves nothing.
    if (isCertain.test(line) && readLine(line).is === "known") settled.add(id);
    else if (id !== undefined) settled.delete(id);
  }
  return lines.filter((_, at) => !settled.has(ownIds[at]));
}

// As `JSON.stringify` writes the records: a spec, which may hold anything, comes later in a line.
const head = String.raw`^\{"v":1,"time":"[^"\\]*","kind":`;
const own = new RegExp(
  String.raw`${head}"(?:attempt","id|(?:outcome|resolved)","attempt)":"([^"\\]+)"`,
);
const isCertain = new RegExp(
  String.raw`${head}"outcome","attempt":"[^"\\]+","outcome":\{"result":"(?:created|refused|not_sent)"`,
);

/** The attempts that a line may speak of. */
function attemptsIn(line: string): string[] {
  return Array.from(line.matchAll(/"(?:attempt|id)":"([^"\\]+)"/g), ([, id = ""]) => id);
}

function foldAttempts(records: KnownRecord[]): Map<string, Attempt> {
  const attempts = new Map<string, Attempt>();
  for (const record of records) {
    if (record.kind === "attempt") {
      const { kind: _kind, v: _v, ...rest } = record;
      const open = {
        state: "unknown",
        outcome: undefined,
        jobId: undefined,
        reason: undefined,
      } as const;
      attempts.set(record.id, { ...rest, ...open });
    } else if (record.kind === "outcome") {
      const attempt = attempts.get(record.attempt);
      if (attempt) settle(attempt, record.outcome);
    } else if (record.kind === "resolved") {
      const attempt = attempts.get(record.attempt);
      if (attempt)
        Object.assign(attempt, { state: "resolved", jobId: record.jobId, reason: undefined });
    }
  }
  for (const attempt of attempts.values()) {
    if (attempt.outcome || attempt.state !== "unknown") continue;
    attempt.state = mayStillSend(attempt) ? "in_flight" : "unknown";
    attempt.reason = "the process that sent it ended before it wrote an outcome";
  }
  return attempts;
}

function settle(attempt: Attempt, outcome: AttemptOutcome): void {
  attempt.outcome = outcome;
  attempt.state = outcome.result;
  attempt.jobId = outcome.result === "created" ? outcome.jobId : undefined;
  attempt.reason = outcome.result === "unknown" ? outcome.reason : undefined;
}

function foldJobs(records: KnownRecord[], attempts: Map<string, Attempt>): KnownJob[] {
  const jobs = new Map<string, KnownJob>();
  // Also of jobs that are not in the history yet: one may be tracked after it was looked at.
  const seen = new Map<string, SeenRecord>();
  for (const record of records) {
    if (record.kind === "attempt") continue;
    if (record.kind === "seen") {
      seen.set(toKey(record), record);
    } else if (record.kind === "forget") {
      jobs.delete(toKey(record));
    } else {
      const added = record.kind === "track" ? toTrackedJob(record) : toMadeJob(record, attempts);
      if (added) jobs.set(toKey(added), merge(jobs.get(toKey(added)), added));
    }
  }
  return [...jobs.values()].map((job) => {
    const last = seen.get(toKey(job));
    return { ...job, name: last?.name ?? job.name, seen: last };
  });
}

function toKey({ platform, jobId }: { platform: string; jobId: string }): string {
  return `${platform} ${jobId}`;
}

function toTrackedJob(record: RecordOf<"track">): KnownJob {
  const { platform, jobId, name, workspaceId, time } = record;
  return { platform, jobId, name, workspaceId, addedAt: time, attempt: undefined, seen: undefined };
}

function toMadeJob(
  record: RecordOf<"outcome" | "resolved">,
  attempts: Map<string, Attempt>,
): KnownJob | undefined {
  const attempt = attempts.get(record.attempt);
  const made = record.kind === "resolved" ? record : record.outcome;
  if (!attempt || !("jobId" in made) || made.jobId === undefined) return undefined;
  const { platform, name, spec } = attempt;
  const told = "workspaceId" in made ? made.workspaceId : undefined;
  const asked = typeof spec["workspace_id"] === "string" ? spec["workspace_id"] : undefined;
  const workspaceId = told ?? asked;
  return {
    platform,
    jobId: made.jobId,
    name,
    workspaceId,
    addedAt: record.time,
    attempt,
    seen: undefined,
  };
}

function merge(old: KnownJob | undefined, added: KnownJob): KnownJob {
  if (!old) return added;
  return {
    ...old,
    name: old.name ?? added.name,
    workspaceId: old.workspaceId ?? added.workspaceId,
    attempt: old.attempt ?? added.attempt,
  };
}
