import type { ServerResponse } from "node:http";
import type { FaultAction, FaultKind, LocalCall } from "../faults/faults.ts";
import type { Reply } from "../faults/reply.ts";

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

/** Sends a reply, or what a fault turns it into, and notes how it ended. */
export function deliver(
  response: ServerResponse,
  record: RecordedRequest,
  reply: Reply | undefined,
  fault?: FaultAction,
): void {
  if (fault?.kind === "reset") return reset(response, record);
  if (fault?.kind === "never-answer" || response.destroyed || !reply) return;
  const bytes = typeof reply.body === "string" ? Buffer.from(reply.body) : reply.body;
  record.status = reply.status;
  const cut = fault?.kind === "cut-json" ? bytes.subarray(0, bytes.length >> 1) : bytes;
  writeHead(response, reply, cut.length);
  if (fault?.kind === "truncated-body") {
    record.outcome = "cut-off";
    response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
  } else if (fault?.kind === "drip") {
    drip(response, bytes, fault.intervalMs);
  } else response.end(cut);
}

function writeHead(response: ServerResponse, reply: Reply, length: number): void {
  response.statusCode = reply.status;
  for (const [name, value] of Object.entries(reply.headers)) response.setHeader(name, value);
  if (!response.hasHeader("content-length")) response.setHeader("content-length", length);
  response.flushHeaders();
}

function reset(response: ServerResponse, record: RecordedRequest): void {
  record.outcome = "cut-off";
  response.socket?.resetAndDestroy();
}

function drip(response: ServerResponse, bytes: Uint8Array, intervalMs: number): void {
  let sent = 0;
  const timer = setInterval(() => {
    response.write(bytes.subarray(sent, sent + 1));
    sent += 1;
    if (sent < bytes.length) return;
    clearInterval(timer);
    response.end();
  }, intervalMs);
  response.once("close", () => clearInterval(timer));
}
