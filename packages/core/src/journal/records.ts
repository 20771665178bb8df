import * as z from "zod/mini";

const base = {
  /** Version of the record's form; a reader leaves newer ones alone. */
  v: z.literal(1),
  /** When it was written, ISO 8601. */
  time: z.string(),
};
const platform = z.string();
const jobId = z.string();
const fingerprint = z.string();

/** Which run of which sweep a create is for. */
const SweepRunSchema = z.object({
  /** Id of the sweep. */
  sweep: z.string(),
  /** Place of the run in it, from 1. */
  run: z.int(),
  /** Which try of the run, from 1. */
  try: z.int(),
});
/** Which run of which sweep a create is for. */
export type SweepRunReference = z.infer<typeof SweepRunSchema>;

/** What a create was sent from: facts for a person that decide nothing. */
const OriginSchema = z.object({
  /** The working folder. */
  folder: z.optional(z.string()),
  /** The file of the spec. */
  file: z.optional(z.string()),
  /** The commit that was checked out. */
  commit: z.optional(z.string()),
  /** Whether tracked files had changes that are in no commit. */
  isDirty: z.optional(z.boolean()),
  /** What a person wrote about it. */
  note: z.optional(z.string()),
});
/** What a create was sent from: facts for a person that decide nothing. */
export type AttemptOrigin = z.infer<typeof OriginSchema>;

export const ProcessMarkSchema = z.object({
  pid: z.number(),
  host: z.string(),
  started: z.optional(z.string()),
});
export const SessionMarkSchema = z.object({ parent: z.string(), leader: z.optional(z.string()) });

const AttemptSchema = z.object({
  ...base,
  kind: z.literal("attempt"),
  /** Id of the attempt. */
  id: z.string(),
  /** Base URL of the platform. */
  platform,
  /** Login name, where known. */
  account: z.optional(z.string()),
  /** Name of the job. */
  name: z.string(),
  /** `specFingerprint` of the spec. */
  fingerprint,
  /** The run that it is for, in a sweep. */
  sweepRun: z.optional(SweepRunSchema),
  /** The whole body of the create, with the values of its variables. */
  spec: z.record(z.string(), z.unknown()),
  /** What it was sent from. */
  origin: z.optional(OriginSchema),
  /** The process that sends it. */
  process: ProcessMarkSchema,
  /** The terminal or script that it was sent from. */
  session: z.optional(SessionMarkSchema),
});

/** How an attempt ended, as far as its sender knows. */
const OutcomeResultSchema = z.discriminatedUnion("result", [
  /** The platform created the job. */
  z.object({ result: z.literal("created"), jobId, workspaceId: z.optional(z.string()) }),
  /** The platform said no: there is no job. */
  z.object({
    result: z.literal("refused"),
    code: z.optional(z.number()),
    reason: z.optional(z.string()),
  }),
  /** The create was sent and its outcome is not known: there may be a job. */
  z.object({
    result: z.literal("unknown"),
    /** Why, in English. */
    reason: z.string(),
    /** The facts of the error, for other languages. */
    cause: z.optional(z.looseObject({ code: z.string() })),
  }),
  /** The create did not arrive for certain: there is no job. */
  z.object({ result: z.literal("not_sent"), reason: z.optional(z.string()) }),
]);
/** How an attempt ended, as far as its sender knows. */
export type AttemptOutcome = z.infer<typeof OutcomeResultSchema>;

const OutcomeSchema = z.object({
  ...base,
  kind: z.literal("outcome"),
  /** Id of the attempt. */
  attempt: z.string(),
  outcome: OutcomeResultSchema,
  /** What the record of the attempt says, in case that is damaged. */
  about: z.optional(
    z.object({
      platform,
      name: z.string(),
      fingerprint,
      sweepRun: z.optional(SweepRunSchema),
    }),
  ),
});

const ResolvedSchema = z.object({
  ...base,
  kind: z.literal("resolved"),
  /** Id of the attempt. */
  attempt: z.string(),
  /** The job that a person found; without one, a person found none. */
  jobId: z.optional(jobId),
});

const TrackSchema = z.object({
  ...base,
  kind: z.literal("track"),
  platform,
  jobId,
  name: z.optional(z.string()),
  workspaceId: z.optional(z.string()),
});

const ForgetSchema = z.object({ ...base, kind: z.literal("forget"), platform, jobId });

const SeenSchema = z.object({
  ...base,
  kind: z.literal("seen"),
  platform,
  jobId,
  name: z.optional(z.string()),
  /** Raw status. */
  status: z.optional(z.string()),
  /** Phase of that status. */
  phase: z.optional(z.string()),
  /** When the job was created, epoch ms. */
  createdAt: z.optional(z.number()),
  /** When it ended, epoch ms. */
  finishedAt: z.optional(z.number()),
  /** Time in the queue, ms. */
  queueMs: z.optional(z.number()),
  /** Time that the command ran, ms. */
  runMs: z.optional(z.number()),
  /** Requested nodes. */
  nodes: z.optional(z.number()),
  /** GPUs, all nodes. */
  gpus: z.optional(z.number()),
  /** GPUs times hours, all nodes. */
  gpuHours: z.optional(z.number()),
  /** Cost, all nodes. */
  cost: z.optional(z.number()),
});

// The colon tells earlier versions that it is no create.
const NoteSchema = z.object({
  ...base,
  kind: z.literal("job:note"),
  platform,
  jobId,
  /** What a person wrote about the job; empty to take it away. */
  text: z.string(),
});

const schemas = {
  attempt: AttemptSchema,
  outcome: OutcomeSchema,
  resolved: ResolvedSchema,
  track: TrackSchema,
  forget: ForgetSchema,
  seen: SeenSchema,
  "job:note": NoteSchema,
};

/** A create that is about to be sent. */
export type AttemptRecord = z.infer<typeof AttemptSchema>;
/** A job's state as the platform reported it. */
export type SeenRecord = z.infer<typeof SeenSchema>;
/** A record of a kind that this version knows. */
export type KnownRecord = {
  [Kind in keyof typeof schemas]: z.infer<(typeof schemas)[Kind]>;
}[keyof typeof schemas];
/** A record of another kind or version. */
export interface OtherRecord {
  kind: string;
  /** Its other fields. */
  [field: string]: unknown;
}

type Written<Entry> = Omit<Entry, "v" | "time">;
/** What may be appended besides attempts and outcomes; `v` and `time` are added. */
export type JournalEntry =
  | Written<z.infer<typeof TrackSchema>>
  | Written<z.infer<typeof ForgetSchema>>
  | Written<z.infer<typeof SeenSchema>>
  | Written<z.infer<typeof ResolvedSchema>>
  | Written<z.infer<typeof NoteSchema>>
  /** A record of another part of the program, such as `sweep:begin`. */
  | { kind: `${string}:${string}`; [field: string]: unknown };

/** The schema of a kind that this version knows. */
export function findSchema(kind: string): (typeof schemas)[keyof typeof schemas] | undefined {
  return Object.entries(schemas).find(([name]) => name === kind)?.[1];
}
