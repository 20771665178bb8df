import type { FaultKind, LocalCall } from "../faults/faults.ts";

/** How a request ended for its sender. */
export type RequestOutcome = "pending" | "answered" | "cut-off" | "client-gone";

/** One request as it came in, secrets included, so that tests can search for leaks. */
export interface RecordedRequest {
  /** Which call; `other` is the web page and unrouted paths. */
  operation: LocalCall | "other";
  /** Counts the requests of this operation, from 1. */
  number: number;
  /** When it came, ms epoch. */
  at: number;
  method: string;
  path: string;
  headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body as text. */
  body: string;
  /** The job it created or is about. */
  jobId?: string;
  /** `cut-off`: the platform closed the connection without a whole answer. */
  outcome: RequestOutcome;
  /** Whether the call did its work. */
  effect: boolean;
  /** HTTP status of the answer. */
  status?: number;
  /** `code` of the platform's own answer, also when a fault replaced it. */
  code?: number;
  /** The fault that struck. */
  fault?: FaultKind;
}
