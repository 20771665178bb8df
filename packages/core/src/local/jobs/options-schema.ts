import * as z from "zod/mini";
import { operations } from "../../calls/operations.ts";
import { amount, FaultsSchema, timerMs } from "../faults/fault-schema.ts";
import { QuotaSchema, WireSchema } from "../faults/wire-settings.ts";
import type { NodeShape } from "./job-record.ts";
import type { LocalJobSeed, LocalPlatformOptions, StageTimes } from "./options.ts";

const text = z.string();
const count = z.int32().check(z.gte(0));
const finite = z.number().check(z.gte(0));
const callback = z.custom((value) => typeof value === "function", {
  params: { wanted: "a function" },
});

const ShapeSchema = z.strictObject({
  gpus: z.optional(count),
  cpus: z.optional(finite),
  memoryGib: z.optional(finite),
  gpuType: z.optional(text),
  pricePerHour: z.optional(finite),
} satisfies Record<keyof NodeShape, z.ZodMiniOptional>);

const StagesSchema = z.strictObject({
  queuingMs: z.optional(amount),
  creatingMs: z.optional(amount),
  restartingMs: z.optional(amount),
  stoppingMs: z.optional(amount),
} satisfies Record<keyof StageTimes, z.ZodMiniOptional>);

const SeedSchema = z.strictObject({
  status: text,
  jobId: z.optional(text),
  name: z.optional(text),
  next: z.optional(z.array(text)),
  gpus: z.optional(amount),
  answer: z.optional(z.record(text, z.unknown())),
} satisfies Record<keyof LocalJobSeed, z.ZodMiniType>);

const ownPaths: readonly string[] = Object.values(operations).map(({ path }) => path);
const isFurther = (path: string) => path.startsWith("/") && !ownPaths.includes(path);
const RoutesSchema = z.record(text, callback).check(
  z.refine((routes) => Object.keys(routes).every(isFurther), {
    params: { wanted: `paths that begin with /, and none of ${ownPaths.join(", ")}` },
  }),
);

/** What each option of `startLocalPlatform` takes. */
export const OptionsSchema = z.strictObject({
  instant: z.optional(z.boolean()),
  port: z.optional(amount),
  stateDir: z.optional(text.check(z.minLength(1))),
  gpus: z.optional(amount),
  oversized: z.optional(z.enum(["queue", "refuse"])),
  gpusPerNode: z.optional(count),
  specs: z.optional(z.record(text, ShapeSchema)),
  credentials: z.optional(z.strictObject({ username: text, password: text })),
  tokenTtlMs: z.optional(finite),
  stages: z.optional(z.union([amount, StagesSchema])),
  stopGraceMs: z.optional(timerMs),
  workDir: z.optional(text),
  commands: z.optional(z.enum(["run", "skip"])),
  logBytes: z.optional(amount),
  wire: z.optional(WireSchema),
  quota: z.optional(QuotaSchema),
  routes: z.optional(RoutesSchema),
  jobs: z.optional(z.array(SeedSchema)),
  keptRequests: z.optional(amount),
  faults: z.optional(FaultsSchema),
  onTrouble: z.optional(callback),
} satisfies Record<keyof LocalPlatformOptions, z.ZodMiniOptional>);
