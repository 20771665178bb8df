import type { ProcessMark, SessionMark } from "./process-mark.ts";

/** Which run of which sweep a create is for. */
export interface SweepRunReference {
  /** Id of the sweep. */
  sweep: string;
  /** Place of the run in it, from 1. */
  run: number;
  /** Which try of the run, from 1. */
  try: number;
}

/** What a create was sent from: facts for a person that decide nothing. */
export interface AttemptOrigin {
  /** The working folder. */
  folder?: string | undefined;
  /** The file of the spec. */
  file?: string | undefined;
  /** The commit that was checked out. */
  commit?: string | undefined;
  /** Whether tracked files had changes that are in no commit. */
  isDirty?: boolean | undefined;
  /** What a person wrote about it. */
  note?: string | undefined;
}

/** What every record has. */
interface RecordBase {
  /** Version of the record's form; a reader leaves newer ones alone. */
  v: 1;
  /** When it was written, ISO 8601. */
  time: string;
}

/** A create that is about to be sent. */
export interface AttemptRecord extends RecordBase {
  kind: "attempt";
  /** Id of the attempt. */
  id: string;
  /** Base URL of the platform. */
  platform: string;
  /** Login name, where known. */
  account?: string | undefined;
  /** Name of the job. */
  name: string;
  /** `specFingerprint` of the spec. */
  fingerprint: string;
  /** The run that it is for, in a sweep. */
  sweepRun?: SweepRunReference | undefined;
  /** The whole body of the create, with the values of its variables. */
  spec: Record<string, unknown>;
  /** What it was sent from. */
  origin?: AttemptOrigin | undefined;
  /** Deadline of its call, in ms; none from earlier versions. */
  timeoutMs?: number | undefined;
  /** The process that sends it. */
  process: ProcessMark;
  /** The terminal or script that it was sent from. */
  session?: SessionMark | undefined;
}

/** How an attempt ended, as far as its sender knows. */
export type AttemptOutcome =
  /** The platform created the job. */
  | { result: "created"; jobId: string; workspaceId?: string | undefined }
  /** The platform said no: there is no job. */
  | { result: "refused"; code?: number | undefined; reason?: string | undefined }
  /** The create was sent and its outcome is not known: there may be a job. */
  | {
      result: "unknown";
      /** Why, in English. */
      reason: string;
      /** The facts of the error, for other languages. */
      cause?: { code: string; [fact: string]: unknown } | undefined;
    }
  /** The create did not arrive for certain: there is no job. */
  | { result: "not_sent"; reason?: string | undefined };

/** The outcome of an attempt. */
export interface OutcomeRecord extends RecordBase {
  kind: "outcome";
  /** Id of the attempt. */
  attempt: string;
  outcome: AttemptOutcome;
  /** What the record of the attempt says, in case that is damaged. */
  about?: Pick<AttemptRecord, "platform" | "name" | "fingerprint" | "sweepRun"> | undefined;
}

/** What a person found of an attempt whose outcome was unknown. */
export interface ResolvedRecord extends RecordBase {
  kind: "resolved";
  /** Id of the attempt. */
  attempt: string;
  /** The job that a person found; without one, a person found none. */
  jobId?: string | undefined;
}

/** A job that came into the history from elsewhere. */
export interface TrackRecord extends RecordBase {
  kind: "track";
  platform: string;
  jobId: string;
  name?: string | undefined;
  workspaceId?: string | undefined;
  /** The terminal or script that took it in. */
  session?: SessionMark | undefined;
}

/** A job that left the history. */
export interface ForgetRecord extends RecordBase {
  kind: "forget";
  platform: string;
  jobId: string;
}

/** A job's state as the platform reported it. */
export interface SeenRecord extends RecordBase {
  kind: "seen";
  platform: string;
  jobId: string;
  name?: string | undefined;
  /** Raw status. */
  status?: string | undefined;
  /** Phase of that status. */
  phase?: string | undefined;
  /** When the job was created, epoch ms. */
  createdAt?: number | undefined;
  /** When it ended, epoch ms. */
  finishedAt?: number | undefined;
  /** Time in the queue, ms. */
  queueMs?: number | undefined;
  /** Time that the command ran, ms. */
  runMs?: number | undefined;
  /** Requested nodes. */
  nodes?: number | undefined;
  /** GPUs, all nodes. */
  gpus?: number | undefined;
  /** GPUs times hours, all nodes. */
  gpuHours?: number | undefined;
  /** Cost, all nodes. */
  cost?: number | undefined;
}

/** A person's note about a job. The colon in its kind tells earlier versions that it is no create. */
export interface NoteRecord extends RecordBase {
  kind: "job:note";
  platform: string;
  jobId: string;
  /** What a person wrote about the job; empty to take it away. */
  text: string;
}

/** A record of a kind that this version knows. */
export type KnownRecord =
  | AttemptRecord
  | OutcomeRecord
  | ResolvedRecord
  | TrackRecord
  | ForgetRecord
  | SeenRecord
  | NoteRecord;

/** A record of another kind or version. */
export interface OtherRecord {
  kind: string;
  /** Its other fields. */
  [field: string]: unknown;
}

type Written<Entry> = Omit<Entry, "v" | "time">;

/** What may be appended besides attempts and outcomes; `v` and `time` are added. */
export type JournalEntry =
  | Written<TrackRecord>
  | Written<ForgetRecord>
  /** With a time of its own where the job was seen before now. */
  | (Written<SeenRecord> & { time?: string })
  | Written<ResolvedRecord>
  | Written<NoteRecord>
  /** A record of another part of the program, such as `sweep:begin`. */
  | { kind: `${string}:${string}`; [field: string]: unknown };
