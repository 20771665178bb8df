import * as z from "zod/mini";
import { once } from "../schemas/once.ts";
import type { FieldsOf } from "../schemas/scalars.ts";
import type { ProcessMark } from "./process-mark.ts";
import type {
  AttemptOrigin,
  AttemptOutcome,
  KnownRecord,
  SweepRunReference,
} from "./record-types.ts";

export type * from "./record-types.ts";

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

const outcomeSchema = once((): z.ZodMiniType<AttemptOutcome> =>
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

/** The schema of a kind of record: what every record has, and the fields of its own. */
const recordOf = <Kind extends KnownRecord["kind"]>(
  kind: Kind,
  toFields: () => FieldsOf<Omit<Extract<KnownRecord, { kind: Kind }>, "v" | "time" | "kind">>,
) =>
  once(() => z.object({ v: z.literal(1), time: z.string(), kind: z.literal(kind), ...toFields() }));

const schemas: { readonly [Kind in KnownRecord["kind"]]: () => z.ZodMiniType<KnownRecord> } = {
  attempt: recordOf("attempt", () => ({
    id: z.string(),
    platform,
    account: z.optional(z.string()),
    name: z.string(),
    fingerprint,
    sweepRun: z.optional(sweepRunSchema()),
    spec: z.record(z.string(), z.unknown()),
    origin: z.optional(originSchema()),
    timeoutMs: z.optional(z.number()),
    process: processMarkSchema(),
    session: z.optional(sessionMarkSchema()),
  })),
  outcome: recordOf("outcome", () => ({
    attempt: z.string(),
    outcome: outcomeSchema(),
    about: z.optional(
      z.object({ platform, name: z.string(), fingerprint, sweepRun: z.optional(sweepRunSchema()) }),
    ),
  })),
  resolved: recordOf("resolved", () => ({ attempt: z.string(), jobId: z.optional(jobId) })),
  track: recordOf("track", () => ({
    platform,
    jobId,
    name: z.optional(z.string()),
    workspaceId: z.optional(z.string()),
    session: z.optional(sessionMarkSchema()),
  })),
  forget: recordOf("forget", () => ({ platform, jobId })),
  seen: recordOf("seen", () => ({
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
  })),
  "job:note": recordOf("job:note", () => ({ platform, jobId, text: z.string() })),
};

/** A process as it was written down; `undefined` for anything else. */
export function readProcessMark(value: unknown): ProcessMark | undefined {
  return processMarkSchema().safeParse(value).data;
}

/** The schema of a kind that this version knows. */
export function findSchema(kind: string): z.ZodMiniType<KnownRecord> | undefined {
  return Object.entries(schemas).find(([name]) => name === kind)?.[1]();
}
