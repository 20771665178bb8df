import * as z from "zod/mini";
import { inputError } from "../../errors/input-errors.ts";
import { parseJson } from "../../text/json-value.ts";
import { excerpt } from "../../text/text.ts";
import { amount, callNames, httpStatus } from "./faults.ts";
import type { ProjectQuota, WireOptions, WorkspaceRules } from "./wire.ts";

const RefusalSchema = z.strictObject({ status: httpStatus, code: z.int(), message: z.string() });
const WorkspaceSchema: z.ZodMiniType<WorkspaceRules> = z.strictObject({
  priorities: z.optional(z.array(z.int())),
  choosesNodes: z.optional(z.boolean()),
});

/** What each switch takes, and its default. */
export const WireSchema = z.strictObject({
  envelope: z.prefault(z.union([z.boolean(), z.literal("newer")]), true),
  messageKey: z.prefault(z.enum(["message", "msg"]), "message"),
  goneRoutes: z.prefault(z.array(z.enum(callNames)), []),
  alsoRequired: z.prefault(z.array(z.string()), []),
  detailEnvs: z.prefault(z.enum(["empty", "stored"]), "empty"),
  distributedVariables: z.prefault(z.enum(["set", "absent"]), "set"),
  hostname: z.prefault(z.enum(["node", "pod"]), "node"),
  clockAheadMs: z.prefault(z.number(), 0),
  hiddenMs: z.prefault(amount, 0),
  unstoppableMs: z.prefault(amount, 0),
  earlyStop: z.prefault(RefusalSchema, {
    status: 200,
    code: 100009,
    message: "Conflict: job status is UNKNOWN",
  }),
  workspaces: z.prefault(z.record(z.string(), WorkspaceSchema), {}),
  basePath: z.prefault(z.string().check(z.regex(/^(?:\/[\w.-]+)*$/)), ""),
  expiresIn: z.prefault(z.enum(["string", "number"]), "string"),
  unknownFields: z.prefault(z.enum(["refuse", "accept"]), "refuse"),
  newerFields: z.prefault(z.enum(["refuse", "accept"]), "accept"),
  absentZeros: z.prefault(z.enum(["refuse", "accept"]), "refuse"),
  zeroReserve: z.prefault(z.enum(["refuse", "accept"]), "accept"),
  unknownSpec: z.prefault(z.enum(["refuse", "accept"]), "accept"),
  refusedTokenStatus: z.prefault(z.union([z.literal(200), z.literal(401), z.literal(403)]), 200),
  refusedLogin: z.prefault(RefusalSchema, {
    status: 200,
    code: 100001,
    message: "invalid_grant: Invalid user credentials",
  }),
  openApiEnabled: z.prefault(z.boolean(), true),
  priorityLevel: z.prefault(z.enum(["text", "integer"]), "text"),
  numbers: z.prefault(z.enum(["number", "string"]), "number"),
  absentKeys: z.prefault(z.enum(["omitted", "null"]), "omitted"),
  extraKeys: z.prefault(z.boolean(), true),
  createAnswer: z.prefault(z.enum(["short", "job"]), "short"),
  timelinePrecision: z.prefault(z.enum(["s", "ms"]), "s"),
  timeLimitEnd: z.prefault(z.enum(["job_stopped", "job_failed"]), "job_stopped"),
  unknownJob: z.prefault(RefusalSchema, { status: 200, code: 100002, message: "参数错误" }),
  finishedStop: z.prefault(RefusalSchema, {
    status: 200,
    code: 100009,
    message: "任务已结束，无法停止",
  }),
  quotaRefusal: z.prefault(RefusalSchema, {
    status: 200,
    code: 100000,
    message:
      "总项目配额不足：当前任务是 {level}，总提交配额限制为 {limit} GPU，超出总提交配额限制，该任务提交失败",
  }),
} satisfies Record<keyof WireOptions, z.ZodMiniPrefault>);

export const QuotaSchema = z.strictObject({
  submittedGpus: z.optional(amount),
  maxPriority: z.optional(amount),
  abovePriority: z.optional(z.enum(["refuse", "lower"])),
} satisfies Record<keyof ProjectQuota, z.ZodMiniOptional>);

const settingSchemas: Readonly<Record<string, Setting>> = {
  ...WireSchema.shape,
  ...Object.fromEntries(
    Object.entries(QuotaSchema.shape).map(([name, each]) => [`quota.${name}`, each]),
  ),
};

/** A schema with a default, or one that may be left out. */
type Setting = z.ZodMiniPrefault | z.ZodMiniOptional;

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
    const schema = Object.hasOwn(settingSchemas, name) ? settingSchemas[name] : undefined;
    if (schema === undefined) {
      const known = Object.keys(settingSchemas);
      throw inputError("wire_option", { name: excerpt(name, 60), known });
    }
    const text = setting.slice(equals + 1);
    const parsed = schema.safeParse(parseJson(text) ?? text);
    const { options } = Object(schema._zod.def.innerType);
    const choices: unknown[] = Array.isArray(options) ? options : [];
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
