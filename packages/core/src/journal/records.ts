import * as z from "zod/mini";
import { once } from "../schemas/once.ts";
import type { FieldsOf } from "../schemas/scalars.ts";
import type { ProcessMark } from "./process-mark.ts";
import type {
  AttemptOrigin,
  AttemptOutcome,
  AttemptRecord,
  ForgetRecord,
  KnownRecord,
  NoteRecord,
  OutcomeRecord,
  ResolvedRecord,
  SeenRecord,
  SweepRunReference,
  TrackRecord,
} from "./record-types.ts";

export type * from "./record-types.ts";

const base = { v: z.literal(1), time: z.string() };
const platform = z.string();
const jobId = z.string();
const fingerprint = z.string();

const sweepRunSchema = once(() =>
  z.object({
    sweep: z.string(),
    run: z.int(),
    try: z.int(),
  } satisfies FieldsOf<SweepRunReference>),
);

const originSchema = once(() =>
  z.object({
    folder: z.optional(z.string()),
    file: z.optional(z.string()),
    commit: z.optional(z.string()),
    isDirty: z.optional(z.boolean()),
    note: z.optional(z.string()),
  } satisfies FieldsOf<AttemptOrigin>),
);

export const processMarkSchema = once(() =>
  z.object({
    pid: z.number(),
    host: z.string(),
    started: z.optional(z.string()),
    namespace: z.optional(z.string()),
  } satisfies FieldsOf<ProcessMark>),
);
export const sessionMarkSchema = once(() =>
  z.object({ parent: z.string(), leader: z.optional(z.string()) }),
);

const attemptSchema = once(() =>
  z.object({
    ...base,
    kind: z.literal("attempt"),
    id: z.string(),
    platform,
    account: z.optional(z.string()),
    name: z.string(),
    fingerprint,
    sweepRun: z.optional(sweepRunSchema()),
    spec: z.record(z.string(), z.unknown()),
    origin: z.optional(originSchema()),
    process: processMarkSchema(),
    session: z.optional(sessionMarkSchema()),
  } satisfies FieldsOf<AttemptRecord>),
);

const outcomeResultSchema = once((): z.ZodMiniType<AttemptOutcome> =>
  z.discriminatedUnion("result", [
    z.object({ result: z.literal("created"), jobId, workspaceId: z.optional(z.string()) }),
    z.object({
      result: z.literal("refused"),
      code: z.optional(z.number()),
      reason: z.optional(z.string()),
    }),
    z.object({
      result: z.literal("unknown"),
      reason: z.string(),
      cause: z.optional(z.looseObject({ code: z.string() })),
    }),
    z.object({ result: z.literal("not_sent"), reason: z.optional(z.string()) }),
  ]),
);

const outcomeSchema = once(() =>
  z.object({
    ...base,
    kind: z.literal("outcome"),
    attempt: z.string(),
    outcome: outcomeResultSchema(),
    about: z.optional(
      z.object({ platform, name: z.string(), fingerprint, sweepRun: z.optional(sweepRunSchema()) }),
    ),
  } satisfies FieldsOf<OutcomeRecord>),
);

const resolvedSchema = once(() =>
  z.object({
    ...base,
    kind: z.literal("resolved"),
    attempt: z.string(),
    jobId: z.optional(jobId),
  } satisfies FieldsOf<ResolvedRecord>),
);

const trackSchema = once(() =>
  z.object({
    ...base,
    kind: z.literal("track"),
    platform,
    jobId,
    name: z.optional(z.string()),
    workspaceId: z.optional(z.string()),
    session: z.optional(sessionMarkSchema()),
  } satisfies FieldsOf<TrackRecord>),
);

const forgetSchema = once(() =>
  z.object({
    ...base,
    kind: z.literal("forget"),
    platform,
    jobId,
  } satisfies FieldsOf<ForgetRecord>),
);

const seenSchema = once(() =>
  z.object({
    ...base,
    kind: z.literal("seen"),
    platform,
    jobId,
    name: z.optional(z.string()),
    status: z.optional(z.string()),
    phase: z.optional(z.string()),
    createdAt: z.optional(z.number()),
    finishedAt: z.optional(z.number()),
    queueMs: z.optional(z.number()),
    runMs: z.optional(z.number()),
    nodes: z.optional(z.number()),
    gpus: z.optional(z.number()),
    gpuHours: z.optional(z.number()),
    cost: z.optional(z.number()),
  } satisfies FieldsOf<SeenRecord>),
);

const noteSchema = once(() =>
  z.object({
    ...base,
    kind: z.literal("job:note"),
    platform,
    jobId,
    text: z.string(),
  } satisfies FieldsOf<NoteRecord>),
);

const schemas: { readonly [Kind in KnownRecord["kind"]]: () => z.ZodMiniType<KnownRecord> } = {
  attempt: attemptSchema,
  outcome: outcomeSchema,
  resolved: resolvedSchema,
  track: trackSchema,
  forget: forgetSchema,
  seen: seenSchema,
  "job:note": noteSchema,
};

/** A process as it was written down; `undefined` for anything else. */
export function readProcessMark(value: unknown): ProcessMark | undefined {
  return processMarkSchema().safeParse(value).data;
}

/** The schema of a kind that this version knows. */
export function findSchema(kind: string): z.ZodMiniType<KnownRecord> | undefined {
  return Object.entries(schemas).find(([name]) => name === kind)?.[1]();
}
