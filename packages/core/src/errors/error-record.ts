import type { Advice } from "./advice.ts";
import type { SpecIssue } from "./spec-rules.ts";

/** What an error says: what failed, and the next step. */
export interface Said {
  readonly summary: string;
  readonly hint?: string | undefined;
}

/** Which kind of error it is; switch on this, not on the class, which may exist twice in a bundle. */
export type QizhiErrorCode =
  | "spec"
  | "input"
  | "auth"
  | "api"
  | "connection"
  | "response"
  | "submission_unknown"
  | "job_gone"
  | "job_ended"
  | "wait_timeout"
  | "wait_lost";

/** The facts of an error without its words, as they are written down. */
export interface ErrorFacts {
  /** The code of the error, `interrupted`, or `process_ended`. */
  code: string;
  [fact: string]: unknown;
}

/** Why no token is to be had. */
export type AuthReason = "missing" | "login_refused" | "token_refused";

/** Facts about the call that failed. */
export interface CallFacts {
  /** Name of the operation: `token`, `create`, `detail`, `stop`. */
  operation: string;
  /** Host and port that were asked. */
  host: string;
  /** How often the request was sent or tried. */
  attempts: number;
  /** How long the last answer asked to wait (`Retry-After`), in ms. */
  retryAfterMs?: number | undefined;
}

/** A rule with the facts in its sentence; which ones depends on the rule. */
interface Broken {
  readonly rule: string;
  readonly params: object;
}

/** A rule, or a sentence that no rule has. */
type BrokenOrSaid = Broken | ({ readonly rule?: undefined } & Said);

interface Call {
  readonly call: CallFacts;
}

interface LastSeen {
  readonly jobId: string;
  readonly url: string;
  readonly status: string | undefined;
}

/** What each kind of error is made of; {@link sayError} makes its words of that. */
export interface ErrorRecords {
  spec: { readonly issues: readonly SpecIssue[]; readonly file: string | undefined };
  input: BrokenOrSaid;
  auth: BrokenOrSaid;
  api: Call & {
    readonly status: number;
    readonly platformCode: number | undefined;
    readonly platformMessage: string;
    readonly advice: Advice | undefined;
  };
  connection: Call &
    Broken & {
      readonly reason: string;
      readonly sent: boolean;
      readonly via?: string | undefined;
      readonly status?: number | undefined;
    };
  response: Call & Broken & { readonly status: number; readonly advice: Advice | undefined };
  submission_unknown: {
    readonly jobName: string;
    readonly sentAt: string;
    readonly listUrl: string;
    readonly cause?: unknown;
  };
  job_gone: LastSeen & { readonly seenAtMs: number; readonly cause?: unknown };
  job_ended: LastSeen & { readonly endedAtMs: number };
  wait_timeout: {
    readonly jobId: string;
    readonly limit: "queue" | "total";
    readonly limitMs: number;
    readonly status: string | undefined;
  };
  wait_lost: { readonly jobId: string; readonly forText: string; readonly cause?: unknown };
}

/** An error as data. */
export type ErrorRecord = {
  [Code in QizhiErrorCode]: { readonly code: Code } & ErrorRecords[Code];
}[QizhiErrorCode];
