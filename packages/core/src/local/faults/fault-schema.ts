import * as z from "zod/mini";
import type { Fault, FaultAction, FaultKind } from "./faults.ts";

/** A number of at least 0; it may be infinite. */
export const amount: z.ZodMiniType<number> = z.custom<number>(
  (value) => typeof value === "number" && value >= 0,
  { params: { wanted: "a number of at least 0" } },
);
/** Milliseconds that a timer of Node can wait. */
export const timerMs = z.number().check(z.gte(0), z.lte(2_147_483_647));
/** A status that Node can send with a body. */
export const httpStatus = z.int().check(z.gte(200), z.lte(999));
const whole = z.int32().check(z.gte(1));
const wholeOrEndless = z.union([whole, z.literal(Infinity)]);
const maybeEffect = { effect: z.optional(z.boolean()) };

/** What each fault takes besides its kind. One with `effect` keeps the call from its work without it. */
const faultFields = {
  latency: { ms: timerMs },
  "late-effect": { ms: timerMs },
  "never-answer": maybeEffect,
  drip: { intervalMs: timerMs },
  reset: maybeEffect,
  "truncated-body": {},
  "cut-json": {},
  "html-200": maybeEffect,
  "login-redirect": { ...maybeEffect, location: z.optional(z.string()) },
  "rate-limit": {
    ...maybeEffect,
    body: z.optional(z.enum(["html", "json"])),
    retryAfterSec: z.optional(z.number()),
    retryAfterForm: z.optional(z.enum(["seconds", "date"])),
  },
  "server-error": { ...maybeEffect, code: z.optional(z.int()) },
  "gateway-error": { ...maybeEffect, status: z.optional(z.literal([502, 503, 504])) },
  "token-refused": { status: z.optional(z.literal([200, 401, 403])) },
  "token-dies": { afterCalls: amount },
  "unknown-status": { status: z.optional(z.string()) },
  "hostile-text": { text: z.optional(z.string()) },
  reply: {
    ...maybeEffect,
    status: httpStatus,
    headers: z.optional(z.record(z.string(), z.string())),
    body: z.union([z.string(), z.instanceof(Uint8Array)]),
  },
} satisfies { [Kind in FaultKind]: Shape<Extract<FaultAction, { kind: Kind }>> };

type Shape<Fields> = Record<Exclude<keyof Fields, "kind">, z.ZodMiniType>;

const [first, ...more] = Object.entries(faultFields).map(([kind, fields]) =>
  z.strictObject({ kind: z.literal(kind), ...fields }),
);
const ActionSchema = z.discriminatedUnion("kind", [first!, ...more]);

/** Faults, as the local platform takes them. */
export const FaultsSchema = z.array(
  z.strictObject({
    operation: z.enum(["token", "create", "detail", "stop", "route", "any"]),
    calls: z.optional(
      z.union([z.array(whole), z.strictObject({ from: whole, to: z.optional(wholeOrEndless) })]),
    ),
    probability: z.optional(z.number().check(z.gte(0), z.lte(1))),
    seed: z.optional(z.number()),
    fault: z.union([ActionSchema, z.array(ActionSchema).check(z.minLength(1))]),
  } satisfies Record<keyof Fault, z.ZodMiniType>),
) as unknown as z.ZodMiniType<readonly Fault[]>;

/** Whether a call does its work under this fault (a token that dies: until it has died). */
export function keepsEffect(fault: FaultAction): boolean {
  if (fault.kind === "token-refused" || fault.kind === "token-dies") return false;
  return !("effect" in faultFields[fault.kind]) || ("effect" in fault && fault.effect === true);
}
