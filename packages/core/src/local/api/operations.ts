import { toDetail } from "./answer.ts";
import {
  badBody,
  checkBody,
  type JsonObject,
  createFields,
  jobIdFields,
  type MessageFields,
  newerCreateFields,
  tokenFields,
} from "./body-check.ts";
import { findMissingField, findRefusal, toJobRequest } from "./create-check.ts";
import type { RecordedRequest } from "./deliver.ts";
import type { FaultPlan, LocalCall } from "../faults/faults.ts";
import { hasEnded, mostNodes, type JobRecord, type JobRequest } from "../jobs/job-record.ts";
import type { Changes, JobsTable } from "../jobs/jobs-table.ts";
import type { Lifecycle } from "../run/lifecycle.ts";
import { type PlatformSettings, toShape } from "../jobs/options.ts";
import { explainNever } from "../run/queue.ts";
import { refusedToken, type Result } from "../faults/reply.ts";
import { moveSeed } from "./seeds.ts";
import type { TokenDesk } from "./tokens.ts";
import type { Refusal } from "../faults/wire.ts";

export interface PlatformParts {
  settings: PlatformSettings;
  credentials: { username: string; password: string };
  tokens: TokenDesk;
  table: JobsTable;
  lifecycle: Lifecycle;
  faults: FaultPlan;
  requests: RecordedRequest[];
  logFile: (jobId: string, node: number) => string;
  changes: Changes;
}

export interface Incoming {
  readonly operation: LocalCall;
  /** Path without a query. */
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: Uint8Array;
}

/** Does one call: checks the token, reads the body, acts, and answers. */
export function perform(incoming: Incoming, parts: PlatformParts): Result {
  const { operation, authorization, body } = incoming;
  const { settings, tokens } = parts;
  const fields = fieldsOf(operation, settings);
  if (operation !== "token" && !tokens.admits(authorization))
    return { refusal: refusedToken(settings.wire.refusedTokenStatus) };
  if (operation === "route") return answerRoute(incoming, settings);
  const checked = checkBody(body, fields, settings.wire.unknownFields);
  if ("refusal" in checked) return checked;
  if (operation === "token") return issueToken(checked.fields, parts);
  if (operation === "create") return createJob(checked.fields, parts);
  const job = parts.table.get(String(checked.fields["job_id"] ?? ""));
  if (!job || isYounger(job, settings.wire.hiddenMs)) return { refusal: settings.wire.unknownJob };
  return operation === "detail" ? showJob(job, parts) : stopJob(job, parts);
}

function fieldsOf(operation: LocalCall, { wire }: PlatformSettings): MessageFields {
  if (operation === "token") return tokenFields;
  if (operation !== "create") return jobIdFields;
  return wire.newerFields === "accept" ? { ...createFields, ...newerCreateFields } : createFields;
}

function answerRoute({ path, body }: Incoming, { routes }: PlatformSettings): Result {
  const checked = checkBody(body, {}, "accept");
  if ("refusal" in checked) return checked;
  const answer = routes[path]?.(checked.fields);
  if (answer === undefined) throw new Error(`no route ${path}`);
  return "data" in answer ? { data: { ...answer.data } } : { refusal: answer.refusal };
}

function issueToken(body: JsonObject, { settings, credentials, tokens }: PlatformParts): Result {
  const { username, password } = credentials;
  const isRight = body["username"] === username && body["password"] === password;
  if (!isRight || !settings.wire.openApiEnabled) return { refusal: settings.wire.refusedLogin };
  const { accessToken, expiresInSec } = tokens.issue();
  const expiresIn = settings.wire.expiresIn === "string" ? String(expiresInSec) : expiresInSec;
  return {
    data: { access_token: accessToken, expires_in: expiresIn, token_type: "Bearer" },
  };
}

function createJob(body: JsonObject, { settings, table, lifecycle }: PlatformParts): Result {
  const missing = findMissingField(body, settings);
  if (missing !== undefined) return { refusal: badBody(`参数校验错误: ${missing} is required`) };
  const request = lowerPriority(toJobRequest(body), settings);
  const gpus = toShape(request.specId, settings).gpus * request.nodes;
  const refusal =
    findRefusal(request, settings, table.submittedGpus() + gpus) ??
    findOversize(request, gpus, settings);
  if (refusal) return { refusal };
  const job = lifecycle.submit(request);
  const subMsg = lifecycle.explain(job);
  const short = { job_id: job.jobId, name: request.name, sub_code: 0, sub_msg: subMsg };
  // The create answer echoes the variables, the detail does not (wire 2.2).
  const whole = { ...toDetail(job, subMsg, settings.wire), envs: request.envs };
  return { data: settings.wire.createAnswer === "job" ? whole : short, jobId: job.jobId };
}

/** The request as the platform keeps it: a priority above the project's may be lowered without a word (wire 3.4). */
function lowerPriority(request: JobRequest, { quota }: PlatformSettings): JobRequest {
  const { maxPriority = 10, abovePriority } = quota;
  const isLowered = abovePriority === "lower" && request.taskPriority > maxPriority;
  return isLowered ? { ...request, taskPriority: maxPriority, asksPriority: 0 } : request;
}

function findOversize(
  { nodes }: JobRequest,
  gpus: number,
  settings: PlatformSettings,
): Refusal | undefined {
  if (settings.oversized === "queue") return undefined;
  const why = explainNever(nodes, gpus, settings.gpus);
  const how = nodes > mostNodes ? "" : `. Start a larger one: qizhi serve --gpus ${gpus}`;
  return why === undefined ? undefined : badBody(why + how);
}

function showJob(job: JobRecord, { settings, table, lifecycle }: PlatformParts): Result {
  const data = toDetail(job, lifecycle.explain(job), settings.wire);
  moveSeed(job, table);
  return { data, jobId: job.jobId };
}

function stopJob(job: JobRecord, { settings, lifecycle }: PlatformParts): Result {
  const { finishedStop, earlyStop, unstoppableMs } = settings.wire;
  if (hasEnded(job)) return { refusal: finishedStop, jobId: job.jobId };
  if (isYounger(job, unstoppableMs)) return { refusal: earlyStop, jobId: job.jobId };
  lifecycle.stop(job);
  return { data: {}, jobId: job.jobId };
}

/** Whether a job was created within a time; a seeded one was not. */
function isYounger({ createdAt, seed }: JobRecord, ms: number): boolean {
  return seed === undefined && Date.now() < createdAt + ms;
}
