import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { operations } from "../../calls/operations.ts";
import { deliver, type RecordedRequest } from "./deliver.ts";
import {
  alterResult,
  toFaultReply,
  toPage,
  notFoundReply,
  toJsonReply,
  toReply,
  type Reply,
} from "../faults/reply.ts";
import { callNames, type FaultAction, keepsEffect, type LocalCall } from "../faults/faults.ts";
import { perform, type PlatformParts } from "./operations.ts";
import { hasEnded } from "../jobs/job-record.ts";
import type { PlatformSettings } from "../jobs/options.ts";
import { toJobPage } from "./page.ts";

const bodyLimit = 4 * 1024 * 1024;

/** The HTTP server of the platform, not listening yet. Any request body gets an answer. */
export function createPlatformServer(parts: PlatformParts) {
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    const record = openRecord(request, counts, parts.settings);
    parts.requests.push(record);
    if (parts.requests.length > parts.settings.keptRequests) parts.requests.shift();
    const { clockAheadMs } = parts.settings.wire;
    if (clockAheadMs !== 0)
      response.setHeader("date", new Date(Date.now() + clockAheadMs).toUTCString());
    response.once("finish", () => settle(record, "answered", parts));
    response.once("close", () => settle(record, "client-gone", parts));
    answer(request, response, record, parts).catch(() => {
      if (response.headersSent || response.destroyed) return response.destroy();
      deliver(response, record, toJsonReply(500, { code: 500, message: "内部服务错误" }));
    });
  });
  // Longer than any client keeps a connection: a close in the moment of its reuse would look like a fault.
  server.keepAliveTimeout = 120_000;
  return server;
}

function openRecord(
  request: IncomingMessage,
  counts: Map<string, number>,
  settings: PlatformSettings,
): RecordedRequest {
  const path = request.url ?? "/";
  const route = toRoute(path, settings);
  const known = callNames.find((call) => operations[call].path === route);
  const isThere = known
    ? !settings.wire.goneRoutes.includes(known)
    : Object.hasOwn(settings.routes, route);
  const operation = request.method === "POST" && isThere ? (known ?? "route") : "other";
  const number = (counts.get(operation) ?? 0) + 1;
  counts.set(operation, number);
  return {
    operation,
    number,
    at: Date.now(),
    method: request.method ?? "",
    path,
    headers: request.headers,
    body: "",
    outcome: "pending",
    effect: false,
  };
}

/** The path of a call below that of the platform's address. */
function toRoute(path: string, { wire: { basePath } }: PlatformSettings): string {
  const [route = ""] = path.split("?");
  return route.startsWith(basePath) ? route.slice(basePath.length) : "";
}

function settle(
  record: RecordedRequest,
  outcome: RecordedRequest["outcome"],
  parts: PlatformParts,
) {
  if (record.outcome !== "pending") return;
  record.outcome = outcome;
  parts.changes.notify();
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  record: RecordedRequest,
  parts: PlatformParts,
): Promise<void> {
  const { operation } = record;
  // Drawn before the body comes, so that the order of the calls decides and not the speed of bodies.
  const fault = operation === "other" ? undefined : parts.faults.pick(operation);
  const body = await readBody(request);
  if (!body) return deliver(response, record, toPage(413, "413 Request Entity Too Large"));
  record.body = body.toString();
  if (operation === "other") {
    const route = toRoute(record.path, parts.settings);
    return deliver(response, record, toJobPage(request, route, parts) ?? notFoundReply);
  }
  noteJobId(record);
  if (fault) record.fault = fault.kind;
  if (fault?.kind === "late-effect") await pause(fault.ms, undefined, { ref: false });
  if (operation === "detail" && parts.settings.instant) await untilOver(record.jobId, parts);
  // A late call must not touch a state folder that the platform has given up.
  if (parts.changes.isClosed) return;
  const own = act(operation, request, body, record, fault, parts);
  parts.changes.notify();
  if (fault?.kind === "latency") await pause(fault.ms, undefined, { ref: false });
  const reply = (fault && toFaultReply(fault, parts.settings.wire)) ?? own;
  deliver(response, record, reply, fault);
  // The outcome of a connection that was cut is known now.
  parts.changes.notify();
}

const longestPollMs = 200;

/** Holds a poll until its job has ended; those that were there from the start do not move. */
async function untilOver(jobId: string | undefined, { table, changes }: PlatformParts) {
  const job = table.get(jobId ?? "");
  if (job === undefined || job.seed !== undefined) return;
  let isLate = false;
  // The answer of the poll is a change too, with which a late wait goes.
  const ended = changes.until(() => isLate || hasEnded(job) || undefined);
  const late = pause(longestPollMs, undefined, { ref: false }).then(() => (isLate = true));
  await Promise.race([ended, late]);
}

/** Does the call if the fault lets it, and gives the platform's own reply. */
function act(
  operation: LocalCall,
  request: IncomingMessage,
  body: Uint8Array,
  record: RecordedRequest,
  fault: FaultAction | undefined,
  parts: PlatformParts,
): Reply | undefined {
  const { authorization } = request.headers;
  if (fault?.kind === "token-dies" && parts.tokens.uses(authorization) >= fault.afterCalls) {
    parts.tokens.kill(authorization);
  } else if (fault && fault.kind !== "token-dies" && !keepsEffect(fault)) return undefined;
  const path = toRoute(record.path, parts.settings);
  const result = perform({ operation, path, authorization, body }, parts);
  record.effect = "data" in result;
  record.code = "data" in result ? 0 : result.refusal.code;
  if (result.jobId !== undefined) record.jobId = result.jobId;
  return toReply(fault ? alterResult(fault, result) : result, parts.settings.wire);
}

function noteJobId(record: RecordedRequest): void {
  const jobId = /"job_id"\s*:\s*"([^"\\]*)"/.exec(record.body)?.[1];
  if (jobId !== undefined && record.operation !== "create") record.jobId = jobId;
}

/** The whole body, or `undefined` when it is over the limit. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= bodyLimit) chunks.push(chunk);
  }
  return size <= bodyLimit ? Buffer.concat(chunks) : undefined;
}
