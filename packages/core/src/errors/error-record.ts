import type { LastSeen, Said } from "./rules/sentences.ts";
import type { Advice } from "./rules/advice.ts";
import type { SpecIssue } from "./rules/spec-rules.ts";

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
  rule: string;
  params: object;
}

/** A rule, or a sentence that no rule has. */
type BrokenOrSaid = Broken | ({ rule?: undefined } & Said);

interface Call {
  call: CallFacts;
}

/** What each kind of error is made of; {@link sayError} makes its words of that. */
export interface ErrorRecords {
  spec: { issues: readonly SpecIssue[]; file: string | undefined };
  input: BrokenOrSaid;
  auth: BrokenOrSaid;
  api: Call & {
    status: number;
    platformCode: number | undefined;
    platformMessage: string;
    advice: Advice | undefined;
  };
  connection: Call &
    Broken & {
      reason: string;
      sent: boolean;
      via?: string | undefined;
      status?: number | undefined;
    };
  response: Call & Broken & { status: number; advice: Advice | undefined };
  submission_unknown: {
    operation?: string | undefined;
    jobName: string;
    sentAt: string;
    listUrl: string;
  };
  job_gone: LastSeen & { seenAtMs: number; hasEnded?: boolean | undefined };
  job_ended: LastSeen & { endedAtMs: number | undefined };
  wait_timeout: {
    jobId: string;
    limit: "queue" | "total";
    limitMs: number;
    waitedMs?: number | undefined;
    status: string | undefined;
  };
  wait_lost: { jobId: string; forText: string };
}

/** An error of one kind as data; its cause is in its words, too. */
export type RecordOf<Code extends QizhiErrorCode> = Readonly<
  { code: Code; cause?: unknown } & ErrorRecords[Code]
>;

/** An error as data. */
export type ErrorRecord = { [Code in QizhiErrorCode]: RecordOf<Code> }[QizhiErrorCode];
