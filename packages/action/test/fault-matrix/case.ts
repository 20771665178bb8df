import type { FaultAction, LocalCall, LocalPlatformOptions } from "@qizhi/core/local";

/** One of the four calls. */
export type Operation = Exclude<LocalCall, "route">;

/** The three ways to use the product. */
export type Face = "library" | "cli" | "action";

/** The three faces in the order of the table. */
export const faces: readonly Face[] = ["library", "cli", "action"];

/** Which calls a fault strikes: the first one of its operation, or every one. */
export type Mode = "first call" | "every call";

/** How an attempt may end for who made it. */
export type Ending =
  /** As wanted: the job is made, its success is told, it is stopped. */
  | "works"
  /** An error: the platform said no, or nothing is to be had from it. */
  | "refused"
  /** A create was sent, and nobody knows what came of it. */
  | "unknown"
  /** A wait heard nothing for longer than its error budget. */
  | "lost"
  /** The platform does not know a job any more that it has shown. */
  | "gone"
  /** The job is over, and nobody knows how. */
  | "ended"
  /** A wait reached its time limit. */
  | "limit";

/** What strikes: a fault of the local platform, its port closed, or nothing but its options. */
export type Trouble = FaultAction | "port closed" | undefined;

/** One line of the table: a fault in one operation. */
export interface FaultCase {
  /** What happens, for people. */
  readonly what: string;
  readonly operation: Operation;
  readonly mode: Mode;
  readonly trouble: Trouble;
  /** The operation that it strikes, where that is another one than the case is about. */
  readonly strikes: Operation;
  /** How many calls of the operation it spares before. */
  readonly spares: number;
  /** Whether it takes a deadline to get over it; a request then has {@link shortRequestMs}. */
  readonly isTimed: boolean;
  /** Whether the answer is a no that stands, so that asking again is wrong. */
  readonly isFinal: boolean;
  /** Options of the platform that belong to it. */
  readonly platform: LocalPlatformOptions;
  /** How it ends, by face. */
  readonly ends: Readonly<Record<Face, Ending>>;
}

/** Longest time of a request where a case needs one to run out, in ms. */
export const shortRequestMs = 1_500;

/** Limit of a wait that shall reach it, in ms: long enough to see the job before, also on a busy machine. */
export const waitLimitMs = 3_000;

/** Error budget of a wait, as its faces take it: a fault that strikes once must not end a wait on a busy machine. */
export function toErrorBudgetMs({ mode }: FaultCase): number {
  return mode === "first call" ? 60_000 : 1;
}

/** What one face made of a case. */
export interface Observation {
  /** How it ended, as told; another text than an {@link Ending} is a bug. */
  readonly ends: string;
  /** What was told, without anything that differs from run to run. */
  readonly word: string;
  /** What is left on the platform. */
  readonly left: string;
  /** How many creates were sent. */
  readonly creates: number;
  /** Everything that must not be: each a sentence. */
  readonly faults: readonly string[];
  readonly ms: number;
}
