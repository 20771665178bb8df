import type { Client, ClientEvent, IdentifiedJob, WaitTimeoutError } from "@qizhi/core";
import { classifyStatus, isQizhiError, jobListUrl, jobUrl } from "@qizhi/core";
import type { Annotate } from "./annotate.ts";
import type { Cancel } from "./cancel.ts";
import { connect } from "./connect.ts";
import type { Ending } from "./ending.ts";
import { toErrorEnding } from "./error-ending.ts";
import type { Inputs, SingleJob } from "./inputs.ts";
import { endByCancel, endByError, endByTimeout } from "./interrupted-ending.ts";
import { toJobEnding } from "./job-ending.ts";
import { createLoginGuard } from "./login-guard.ts";
import type { Log } from "./log.ts";
import { writeJobOutputs } from "./outputs.ts";
import type { Secrets } from "./secrets.ts";
import { markJob, markSettled } from "./state.ts";
import { createGate, type CreateGate, submit } from "./submit.ts";
import { waitForEnd } from "./wait.ts";

/** What running a job needs. */
export interface RunParts {
  readonly inputs: Inputs;
  readonly cancel: Cancel;
  readonly secrets: Secrets;
  readonly log: Log;
  readonly annotate: Annotate;
  /** When the step began, on `performance.now()`. */
  readonly startedAt: number;
}

interface JobParts extends RunParts {
  readonly job: SingleJob;
}

/** Submits the job or attaches to it, waits for it, and says how that ended. Never throws. */
export async function runJob(parts: JobParts): Promise<Ending> {
  const { inputs, cancel, secrets, log } = parts;
  const gate = createGate(cancel);
  const guard = createLoginGuard();
  const onEvent = (event: ClientEvent) => {
    gate.note(event);
    guard.note(event);
  };
  const client = connect(inputs.connection, { secrets, log, onEvent });
  let job: IdentifiedJob;
  try {
    job = await findJob(client, gate, parts);
  } catch (error) {
    // No job is known, so there is nothing that post could stop.
    markSettled("reported");
    return toCreateEnding(error, { client, gate, ...parts });
  }
  announce(client, job, parts);
  const interrupted = () => ({ client, inputs, cancel, log, job });
  try {
    cancel.signal.throwIfAborted();
    if (!inputs.wait) return await detach(client, job, parts);
    const known = job;
    const ended = await waitForEnd(job.job_id, {
      ...parts,
      client,
      guard,
      leftMs: leftMs(parts),
      onJob(seen) {
        job = { ...known, ...seen };
      },
    });
    markSettled("ended");
    return toJobEnding({ ...known, ...ended });
  } catch (error) {
    if (cancel.signal.aborted) return endByCancel(interrupted());
    if (isTimeout(error)) return endByTimeout(interrupted(), error);
    return endByError(interrupted(), error);
  }
}

function leftMs({ inputs, startedAt }: RunParts): number {
  return startedAt + inputs.timeoutMs - performance.now();
}

function isTimeout(error: unknown): error is WaitTimeoutError {
  return isQizhiError(error) && error.code === "wait_timeout";
}

async function findJob(client: Client, gate: CreateGate, parts: JobParts): Promise<IdentifiedJob> {
  const { inputs, cancel, log, secrets, job } = parts;
  if ("jobId" in job) {
    markJob(job.jobId);
    return { job_id: job.jobId };
  }
  const { spec } = job;
  log.line(`submitting ${spec.name}`);
  const { allowUnknown } = inputs;
  const { job_id } = await submit(client, spec, {
    gate,
    cancel,
    allowUnknown,
    leftMs: leftMs(parts),
  });
  const { name, workspace_id } = spec;
  return secrets.redactAll({ job_id, name, workspace_id });
}

/** Makes id and link known before the first look. */
function announce(client: Client, job: IdentifiedJob, { log, annotate }: RunParts): void {
  const url = jobUrl(client.baseUrl, job.job_id, job.workspace_id);
  try {
    writeJobOutputs({ jobId: job.job_id, url });
  } catch (error) {
    // The job exists; a full disk must not keep it from being waited for.
    log.line(`Could not write the outputs: ${String(error)}`);
  }
  annotate.notice("Qizhi job", [job.name, job.job_id, url]);
}

async function detach(client: Client, job: IdentifiedJob, parts: JobParts): Promise<Ending> {
  markSettled("left");
  const { secrets, cancel } = parts;
  const nextStep = "To wait for it, run this action with job-id.";
  const facts = { outcome: "submitted", jobId: job.job_id, nextStep } as const;
  if ("spec" in parts.job) {
    return { ...facts, job, title: "Job submitted", cause: "It is not waited for." };
  }
  const { signal } = cancel;
  const seen = secrets.redactAll(await client.getJob(job.job_id, { signal }));
  if (classifyStatus(seen.status).isTerminal) return toJobEnding(seen);
  return { ...facts, job: seen, title: "Job is active", cause: "It is not waited for." };
}

/** The ending of a step that has no job. */
function toCreateEnding(
  error: unknown,
  parts: JobParts & { client: Client; gate: CreateGate },
): Ending {
  const { job, cancel, gate, client } = parts;
  if (!cancel.signal.aborted) return toErrorEnding(error);
  const isUnknown = isQizhiError(error) ? error.code === "submission_unknown" : gate.isInFlight();
  const spec = "spec" in job ? job.spec : undefined;
  if (!isUnknown || spec === undefined) {
    const cause = "The workflow was cancelled before the job was submitted.";
    return { outcome: "cancelled", title: "Cancelled", cause, fate: "There is no job." };
  }
  const page = jobListUrl(client.baseUrl, spec.workspace_id);
  return {
    outcome: "unknown",
    title: "Cancelled; the job may or may not exist",
    cause: `The workflow was cancelled while the job "${spec.name}" was being submitted, and the platform did not answer in time.`,
    nextStep: `Look for "${spec.name}" on ${page} and stop it there if it exists; do not run again blindly.`,
  };
}
