import { type Attempt, Attempts } from "./attempts.ts";
import { readLine } from "./journal-file.ts";
import type { KnownRecord, OtherRecord, SeenRecord, TrackRecord } from "./records.ts";
import { textOf } from "../text/json-value.ts";

type RecordOf<Kind extends KnownRecord["kind"]> = Extract<KnownRecord, { kind: Kind }>;

/** A job of the history. */
export interface KnownJob {
  /** Base URL of the platform. */
  platform: string;
  /** The job's id. */
  jobId: string;
  /** Name, as last reported. */
  name: string | undefined;
  /** Workspace, where known. */
  workspaceId: string | undefined;
  /** When it came into the history, ISO 8601. */
  addedAt: string;
  /** The attempt that created it; none for a tracked job. */
  attempt: Attempt | undefined;
  /** The terminal or script that took it into the history, of a tracked job. */
  session?: TrackRecord["session"];
  /** What a person wrote about it. */
  note?: string | undefined;
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
  /** The fields that can still be read of these lines. */
  damagedRecords?: OtherRecord[];
}

const places = new WeakMap<JournalView, ReadonlyMap<unknown, number>>();

/** Which line first brought an attempt, a job or a sweep in: of two, the later one is newer, whatever the clock said. */
export function placeOf(view: JournalView, id: string): number {
  return places.get(view)?.get(id) ?? -1;
}

/** What a record brings in. */
function idOf(record: OtherRecord): unknown {
  const { kind, id, jobId, sweep, outcome } = record;
  if (kind === "sweep:begin") return sweep;
  return { attempt: id, outcome: Object(outcome).jobId, resolved: jobId, track: jobId }[kind];
}

/** Keeps where a record brings something in first; a job that was forgotten may come in again. */
function notePlace(placed: Map<unknown, number>, record: OtherRecord, index: number): void {
  if (record.kind === "forget") placed.delete(record["jobId"]);
  const id = idOf(record);
  if (!placed.has(id)) placed.set(id, index);
}

type NumberedLine = readonly [index: number, line: string];

/** Reads the text of a journal, or only what it says about these ids or fingerprints. */
export function toJournalView(text: string, about?: readonly string[]): JournalView {
  const view: JournalView = { attempts: [], jobs: [], others: [], damagedLines: [] };
  const known: KnownRecord[] = [];
  const placed = new Map<unknown, number>();
  places.set(view, placed);
  const lines = [...text.split("\n").entries()].filter(([, line]) => line.trim() !== "");
  for (const [index, each] of about === undefined ? lines : linesAbout(about, lines)) {
    const line = readLine(each);
    if (line.kind !== "damaged") notePlace(placed, { ...line.record }, index);
    if (line.kind === "known") known.push(line.record);
    else if (line.kind === "other") view.others.push(line.record);
    else {
      view.damagedLines.push(index + 1);
      if (line.record !== undefined) (view.damagedRecords ??= []).push(line.record);
    }
  }
  const attempts = new Attempts();
  for (const record of known) attempts.add(record);
  view.attempts = attempts.find(() => true);
  view.jobs = foldJobs(known, new Map(view.attempts.map((attempt) => [attempt.id, attempt])));
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

/** The attempts that a line may be about. */
function attemptsIn(line: string): string[] {
  return Array.from(line.matchAll(/"(?:attempt|id)":"([^"\\]+)"/g), ([, id = ""]) => id);
}

function foldJobs(records: KnownRecord[], attempts: ReadonlyMap<string, Attempt>): KnownJob[] {
  const jobs = new Map<string, KnownJob>();
  // Also of jobs that are not in the history yet: a job may be tracked after it was polled.
  const seen = new Map<string, SeenRecord>();
  const notes = new Map<string, string>();
  for (const record of records) {
    if (record.kind === "attempt") continue;
    if (record.kind === "seen") {
      seen.set(toKey(record), record);
    } else if (record.kind === "job:note") {
      notes.set(toKey(record), record.text);
    } else if (record.kind === "forget") {
      jobs.delete(toKey(record));
    } else {
      const added = record.kind === "track" ? toTrackedJob(record) : toMadeJob(record, attempts);
      if (added) jobs.set(toKey(added), merge(jobs.get(toKey(added)), added));
    }
  }
  return [...jobs.values()].map((job) => {
    const last = seen.get(toKey(job));
    const note = notes.get(toKey(job)) ?? job.attempt?.origin?.note;
    return { ...job, name: last?.name ?? job.name, seen: last, ...(note && { note }) };
  });
}

function toKey({ platform, jobId }: { platform: string; jobId: string }): string {
  return `${platform} ${jobId}`;
}

function toTrackedJob(record: RecordOf<"track">): KnownJob {
  const { platform, jobId, name, workspaceId, time, session } = record;
  const job = { platform, jobId, name, workspaceId, addedAt: time };
  return { ...job, attempt: undefined, seen: undefined, ...(session && { session }) };
}

function toMadeJob(
  record: RecordOf<"outcome" | "resolved">,
  attempts: ReadonlyMap<string, Attempt>,
): KnownJob | undefined {
  const attempt = attempts.get(record.attempt);
  const made = record.kind === "resolved" ? record : record.outcome;
  if (!attempt?.platform || !("jobId" in made) || made.jobId === undefined) return undefined;
  const { platform, name, spec } = attempt;
  const known = "workspaceId" in made ? made.workspaceId : undefined;
  const workspaceId = known ?? textOf(spec["workspace_id"]);
  const job = { platform, jobId: made.jobId, name, workspaceId, addedAt: record.time };
  return { ...job, attempt, seen: undefined };
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
