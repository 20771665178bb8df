import * as z from "zod/mini";
import { createRandom } from "../../text/random.ts";

/** The four calls of the platform. */
export type Operation = "token" | "create" | "detail" | "stop";

export const callNames: readonly Operation[] = ["token", "create", "detail", "stop"];

/** What a request can be for: one of the four calls, or any of those that the `routes` option adds. */
export type LocalCall = Operation | "route";

/** Whether the call still does its work although its answer is not the right one. @default false */
interface MaybeEffect {
  effect?: boolean;
}

/**
 * One thing that goes wrong, by its `kind`. `effect` says whether the call does its work all the same
 * (a create creates a job, a stop stops it): with it, only the reply is lost or replaced.
 */
export type FaultAction =
  /** Works at once, answers `ms` later. The effect happens, also when the client has gone by then. */
  | { kind: "latency"; ms: number }
  /** Works and answers `ms` later. The effect happens, late, also when the client has gone by then. */
  | { kind: "late-effect"; ms: number }
  /** Keeps the connection open and never answers. */
  | ({ kind: "never-answer" } & MaybeEffect)
  /** Sends the right answer, one byte each `intervalMs`. The effect happens. */
  | { kind: "drip"; intervalMs: number }
  /** Resets the connection once the request has been read. */
  | ({ kind: "reset" } & MaybeEffect)
  /** Sends the head and half of the right body, then closes. The effect happens. */
  | { kind: "truncated-body" }
  /** Sends half of the right JSON as if it were all of it. The effect happens. */
  | { kind: "cut-json" }
  /** A login page with HTTP 200 (wire 1.3). */
  | ({ kind: "html-200" } & MaybeEffect)
  /** HTTP 302 to a login page, at `location` if given (wire 1.3). */
  | ({ kind: "login-redirect"; location?: string } & MaybeEffect)
  /** HTTP 429 as the gateway's HTML or as JSON (wire 1.4), `Retry-After` in seconds or as a date. */
  | ({
      kind: "rate-limit";
      body?: "html" | "json";
      retryAfterSec?: number;
      retryAfterForm?: "seconds" | "date";
    } & MaybeEffect)
  /** HTTP 500 with a JSON code. @default code 100000 (wire 1.2) */
  | ({ kind: "server-error"; code?: number } & MaybeEffect)
  /** An HTML page of the gateway. @default HTTP 502 */
  | ({ kind: "gateway-error"; status?: 502 | 503 | 504 } & MaybeEffect)
  /** Code -1 for a token that is good. No effect. @default HTTP 200 */
  | { kind: "token-refused"; status?: 200 | 401 | 403 }
  /** A token dies for good after it was used on `afterCalls` calls. No effect from then on. */
  | { kind: "token-dies"; afterCalls: number }
  /** A detail says this status. The effect happens. @default "job_hibernating" */
  | { kind: "unknown-status"; status?: string }
  /** All text of the answer is hostile: escapes, workflow commands, markup. The effect happens. */
  | { kind: "hostile-text"; text?: string }
  /** Exactly this reply. */
  | ({
      kind: "reply";
      status: number;
      headers?: Readonly<Record<string, string>>;
      body: string | Uint8Array;
    } & MaybeEffect);

/** The names of all faults. */
export type FaultKind = FaultAction["kind"];

/** A fault and when it strikes. */
export interface Fault {
  /** Which calls it is about. */
  operation: LocalCall | "any";
  /** Which of them, counted from 1 since the fault was set. @default all */
  calls?: readonly number[] | { from: number; to?: number };
  /** Chance that it strikes, 0 to 1, drawn per call from `seed`. @default 1 */
  probability?: number;
  /** Makes the draws repeatable. @default 1 */
  seed?: number;
  /** What happens; of a list, one is drawn per call. */
  fault: FaultAction | readonly FaultAction[];
}

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
    operation: z.enum([...callNames, "route", "any"]),
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

/** Decides for each call which fault strikes. */
export class FaultPlan {
  #entries: { fault: Fault; calls: number }[] = [];

  constructor(faults: readonly Fault[]) {
    this.set(faults);
  }

  /** Replaces all faults; their calls count from here. */
  set(faults: readonly Fault[]): void {
    this.#entries = faults.map((fault) => ({ fault, calls: 0 }));
  }

  /** The fault of the next call of an operation; of several that strike, the first in the list. */
  pick(operation: LocalCall): FaultAction | undefined {
    let picked: FaultAction | undefined;
    for (const entry of this.#entries) {
      const { fault } = entry;
      if (fault.operation !== "any" && fault.operation !== operation) continue;
      entry.calls += 1;
      picked ??= strikes(fault, entry.calls) ? toAction(fault, entry.calls) : undefined;
    }
    return picked;
  }
}

function strikes({ calls, probability = 1, seed = 1 }: Fault, call: number): boolean {
  if (calls !== undefined && !isMeant(calls, call)) return false;
  return probability >= 1 || toRandom(seed, call, 0) < probability;
}

function isMeant(calls: NonNullable<Fault["calls"]>, call: number): boolean {
  if (!("from" in calls)) return calls.includes(call);
  return call >= calls.from && call <= (calls.to ?? Infinity);
}

function toAction({ fault, seed = 1 }: Fault, call: number): FaultAction | undefined {
  if ("kind" in fault) return fault;
  return fault[Math.floor(toRandom(seed, call, 1) * fault.length)];
}

/** A number from 0 to 1 that depends on its arguments alone, so that a soak is repeatable. */
function toRandom(seed: number, call: number, draw: number): number {
  const state = Math.imul(seed, 0x9e3779b1) ^ Math.imul(call * 2 + draw, 0x85ebca6b);
  return createRandom(state >>> 0)();
}
