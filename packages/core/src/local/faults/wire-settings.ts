import * as z from "zod/mini";
import { inputError } from "../../errors/input-errors.ts";
import { excerpt } from "../../text/text.ts";
import type { ProjectQuota, WireOptions } from "./wire.ts";

const refusal = z.strictObject({ status: z.int(), code: z.int(), message: z.string() });
const call = z.enum(["token", "create", "detail", "stop"]);
const workspace = z.strictObject({
  priorities: z.optional(z.array(z.int())),
  choosesNodes: z.optional(z.boolean()),
});

const wireFields = {
  envelope: z.union([z.boolean(), z.literal("newer")]),
  messageKey: z.enum(["message", "msg"]),
  goneRoutes: z.array(call),
  alsoRequired: z.array(z.string()),
  detailEnvs: z.enum(["empty", "stored"]),
  distributedVariables: z.enum(["set", "absent"]),
  hostname: z.enum(["node", "pod"]),
  clockAheadMs: z.int(),
  hiddenMs: z.int(),
  unstoppableMs: z.int(),
  earlyStop: refusal,
  workspaces: z.record(z.string(), workspace),
  basePath: z.string().check(z.regex(/^(?:\/[\w.-]+)*$/)),
  expiresIn: z.enum(["string", "number"]),
  unknownFields: z.enum(["refuse", "accept"]),
  newerFields: z.enum(["refuse", "accept"]),
  absentZeros: z.enum(["refuse", "accept"]),
  unknownSpec: z.enum(["refuse", "accept"]),
  refusedTokenStatus: z.union([z.literal(200), z.literal(401), z.literal(403)]),
  refusedLogin: refusal,
  openApiEnabled: z.boolean(),
  priorityLevel: z.enum(["text", "integer"]),
  numbers: z.enum(["number", "string"]),
  absentKeys: z.enum(["omitted", "null"]),
  extraKeys: z.boolean(),
  createAnswer: z.enum(["short", "job"]),
  timelinePrecision: z.enum(["s", "ms"]),
  timeLimitEnd: z.enum(["job_stopped", "job_failed"]),
  unknownJob: refusal,
  finishedStop: refusal,
  quotaRefusal: refusal,
} satisfies Record<keyof WireOptions, z.ZodMiniType>;

const quotaFields = {
  submittedGpus: z.int(),
  maxPriority: z.int(),
  abovePriority: z.enum(["refuse", "lower"]),
} satisfies Record<keyof ProjectQuota, z.ZodMiniType>;

const schemas: Readonly<Record<string, z.ZodMiniType>> = {
  ...wireFields,
  ...Object.fromEntries(Object.entries(quotaFields).map(([name, each]) => [`quota.${name}`, each])),
};

/** What settings on a command line give to `startLocalPlatform`. */
export interface WireSettings {
  /** The named options of the wire. */
  readonly wire: Partial<WireOptions>;
  /** The limits of the project, given as `quota.…`. */
  readonly quota: ProjectQuota;
}

/**
 * Reads settings such as `hostname=pod`, `goneRoutes=["stop"]` or `quota.maxPriority=4`; a value is JSON, or text.
 * @throws {InputError} there is no such option, or the value is none of its.
 */
export function readWireSettings(settings: readonly string[]): WireSettings {
  const wire: Record<string, unknown> = {};
  const quota: Record<string, unknown> = {};
  for (const setting of settings) {
    const equals = setting.indexOf("=");
    const name = equals < 0 ? setting : setting.slice(0, equals);
    const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined;
    if (schema === undefined) {
      throw inputError("wire_option", { name: excerpt(name, 60), known: Object.keys(schemas) });
    }
    const text = setting.slice(equals + 1);
    const parsed = schema.safeParse(parseJson(text));
    const choices = "options" in schema && Array.isArray(schema.options) ? schema.options : [];
    if (equals < 0 || !parsed.success) {
      throw inputError("wire_value", { name, choices: choices.filter(isText) });
    }
    const target = name.startsWith("quota.") ? quota : wire;
    target[name.replace("quota.", "")] = parsed.data;
  }
  return { wire, quota };
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
