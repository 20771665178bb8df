import * as z from "zod/mini";
import { inputError } from "../../errors/input-errors.ts";
import {
  type OtherRecord,
  processMarkSchema,
  sessionMarkSchema,
  type SweepRunReference,
} from "../../journal/records.ts";
import type { Journal } from "../../journal/journal.ts";
import type { JournalView } from "../../journal/view.ts";
import { once } from "../../schemas/once.ts";
import type { FieldsOf } from "../../schemas/scalars.ts";
import type { RunFacts, RunOutcome } from "./run-status.ts";
import { textOf } from "../../text/json-value.ts";

/** What a sweep may do at once, and what it does when a run fails. */
export interface SweepSettings {
  /** Maximum jobs at once. */
  maxActive?: number | undefined;
  /** Maximum GPUs at once. */
  maxGpus?: number | undefined;
  /** How often a failed run is retried. */
  retries?: number | undefined;
  /** Whether the first failure stops all. */
  failFast?: boolean | undefined;
}

/** Why a sweep creates no more jobs and stops those that it has. */
export type HaltReason = "fail_fast" | "stopped" | "all_refused";

const run = z.int();

/** The schema of one kind of record: what every record has, and fields of its own. */
const recordOf = <Kind extends string, Fields extends z.core.$ZodShape>(
  kind: Kind,
  toFields: () => Fields,
) =>
  once(() =>
    z.object({
      kind: z.literal(kind),
      /** When it was written, ISO 8601. */
      time: z.string(),
      /** Id of the sweep. */
      sweep: z.string(),
      ...toFields(),
    }),
  );

const toSettings = () =>
  z.object({
    maxActive: z.optional(z.number()),
    maxGpus: z.optional(z.number()),
    retries: z.optional(z.number()),
    failFast: z.optional(z.boolean()),
  } satisfies FieldsOf<SweepSettings>);

const toFacts = () =>
  z.object({
    url: z.string(),
    createdMs: z.optional(z.number()),
    finishedMs: z.optional(z.number()),
    queueTimeMs: z.optional(z.number()),
    prepareTimeMs: z.optional(z.number()),
    runTimeMs: z.optional(z.number()),
    stages: z.array(
      z.object({
        name: z.enum(["queue", "prepare", "run"]),
        startMs: z.number(),
        endMs: z.optional(z.number()),
      }),
    ),
    nodes: z.optional(z.number()),
    gpusPerNode: z.optional(z.number()),
    gpus: z.optional(z.number()),
    gpuHours: z.optional(z.number()),
    pricePerNodeHour: z.optional(z.number()),
    cost: z.optional(z.number()),
    message: z.optional(z.string()),
  } satisfies FieldsOf<RunFacts>);

const outcomes = ["succeeded", "failed", "stopped", "ended", "refused", "lost"] as const;
const haltReasons = ["fail_fast", "stopped", "all_refused"] as const;

const schemas = {
  /** The start of a sweep: all that a later process needs to go on with it. */
  "sweep:begin": recordOf("sweep:begin", () => ({
    name: z.string(),
    platform: z.string(),
    settings: toSettings(),
    variables: z.array(z.string()),
    /** Fields that all runs have, with their values. */
    common: z.record(z.string(), z.unknown()),
    runs: z.array(
      z.object({
        index: run,
        name: z.string(),
        parameters: z.record(z.string(), z.string()),
        /** The fields that this run has for itself. */
        own: z.record(z.string(), z.unknown()),
      }),
    ),
    /** Whether a person insisted on it, although equal jobs may exist. */
    again: z.optional(z.boolean()),
    process: processMarkSchema(),
    /** The terminal or script that it was begun from. */
    session: z.optional(sessionMarkSchema()),
  })),
  "sweep:resume": recordOf("sweep:resume", () => ({
    /** Lifts halts, and runs again what failed, was stopped or refused. */
    anew: z.optional(z.boolean()),
    /** Ids of the halts that it lifts; without it all that were written before. */
    lifts: z.optional(z.array(z.string())),
    /** A person insisted on it, although equal jobs may exist or records of it are lost. */
    again: z.optional(z.boolean()),
    /** Settings that replace those that it began with, until it is resumed again. */
    settings: z.optional(toSettings()),
    process: processMarkSchema(),
  })),
  /** The process has it no longer. */
  "sweep:left": recordOf("sweep:left", () => ({ process: processMarkSchema() })),
  /** A sign of the process that has it, for one on another machine. */
  "sweep:beat": recordOf("sweep:beat", () => ({})),
  "sweep:forget": recordOf("sweep:forget", () => ({})),
  "sweep:run": recordOf("sweep:run", () => ({
    run,
    /** Which try of the run, from 1. */
    try: z.int(),
    /** Id of the attempt that follows; without that record nothing was sent. */
    attempt: z.string(),
  })),
  "sweep:ended": recordOf("sweep:ended", () => ({
    run,
    try: z.int(),
    outcome: z.enum(outcomes satisfies readonly RunOutcome[]),
    status: z.optional(z.string()),
    reason: z.optional(z.string()),
    facts: z.optional(toFacts()),
  })),
  "sweep:halt": recordOf("sweep:halt", () => ({
    reason: z.enum(haltReasons satisfies readonly HaltReason[]),
    /** Id of the halt; earlier versions wrote none. */
    halt: z.optional(z.string()),
  })),
};
/** A record of a sweep in the journal. */
export type SweepRecord = z.infer<ReturnType<(typeof schemas)[keyof typeof schemas]>>;
/** The record of the start of a sweep. */
export type BeginRecord = Extract<SweepRecord, { kind: "sweep:begin" }>;
/** The record of how a try of a run ended. */
export interface EndRecord extends SweepRunReference {
  readonly kind: "sweep:ended";
  /** When it was written, ISO 8601. */
  readonly time: string;
  readonly outcome: RunOutcome;
  /** The platform's status of its job. */
  readonly status?: string | undefined;
  readonly reason?: string | undefined;
  readonly facts?: RunFacts | undefined;
}

/** The readable fields of a damaged record of a sweep. */
export interface DamagedRecord {
  readonly kind: string;
  /** Id of the sweep, where that can be read. */
  readonly sweep: string | undefined;
  /** Its name, for a begin. */
  readonly name: string | undefined;
}

/** The records of sweeps in a journal, in order, and the damaged ones. */
export function readRecords(view: Pick<JournalView, "others" | "damagedRecords">): {
  records: SweepRecord[];
  damaged: DamagedRecord[];
} {
  const isOfSweep = ({ kind }: OtherRecord) => kind.startsWith("sweep:");
  const records: SweepRecord[] = [];
  const damaged = (view.damagedRecords ?? []).filter(isOfSweep).map(toDamaged);
  for (const record of view.others.filter(isOfSweep)) {
    if (record["v"] !== 1) continue;
    // Other kinds are of a newer version.
    const schema = Object.entries(schemas).find(([kind]) => kind === record.kind)?.[1]();
    const parsed = schema?.safeParse(record);
    if (parsed?.success) records.push(parsed.data);
    else if (parsed !== undefined) damaged.push(toDamaged(record));
  }
  return { records, damaged };
}

/** How the runs of all sweeps in a journal have ended, in order. */
export function readEnds(view: JournalView): EndRecord[] {
  return readRecords(view).records.filter((record) => record.kind === "sweep:ended");
}

function toDamaged({ kind, sweep: id, name }: OtherRecord): DamagedRecord {
  return { kind, sweep: textOf(id), name: textOf(name) };
}

type Written<Entry> = Entry extends SweepRecord ? Omit<Entry, "time"> : never;

/**
 * Halts a sweep, also one that another process runs: it submits no more. Jobs that there are go on.
 * @throws {InputError} the journal cannot be written.
 */
export function haltSweep(journal: Journal, sweep: string, reason: HaltReason = "stopped"): void {
  writeRecord(journal, { kind: "sweep:halt", sweep, reason, halt: crypto.randomUUID() });
}

/** Writes down how a try of a run has ended. @throws {InputError} the journal cannot be written. */
export function writeEnd(journal: Journal, end: Omit<EndRecord, "kind" | "time">): void {
  writeRecord(journal, { kind: "sweep:ended", ...end });
}

/**
 * Writes a record of a sweep.
 * @throws {InputError} it cannot be written, or what a caller gave for the beginning has a wrong value.
 */
export function writeRecord(journal: Journal, record: Written<SweepRecord>): void {
  if (record.kind === "sweep:begin") {
    const { error } = schemas[record.kind]().safeParse({ time: "", ...record });
    const place = error?.issues[0]?.path.join(".") ?? "";
    // It would be read as a damaged one.
    if (error) throw inputError("journal_record", { record: record.kind, place });
  }
  journal.append(record);
}
