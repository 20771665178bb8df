import type { Client, ClientEvent, WaitTimeoutError } from "@qizhi/core";
import type { IdentifiedJob, SweepRunReference } from "@qizhi/core/internal";
import { isQizhiError } from "@qizhi/core";
import { classifyStatus, isOutcome, jobListUrl, jobUrl } from "@qizhi/core/internal";
import type { Annotate } from "../runner/annotate.ts";
import { type Cancel, Cancelled } from "../runner/cancel.ts";
import { connect } from "../inputs/connect.ts";
import type { Ending } from "../report/ending.ts";
import { toErrorEnding } from "./error-ending.ts";
import type { SingleJob } from "../inputs/spec-inputs.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { endByCancel, endByError, endByTimeout, type Interrupted } from "./interrupted-ending.ts";
import { toJobEnding } from "../report/job-ending.ts";
import { LastSeen } from "./last-seen.ts";
import { type Ledger, openLedger } from "./ledger.ts";
import { createLoginGuard } from "./login-guard.ts";
import type { Log } from "../runner/log.ts";
import { writeJobOutputs } from "../report/outputs.ts";
import type { Secrets } from "../runner/secrets.ts";
import { decideRerun, toDoubtfulRerun, toRefusedRerun } from "./rerun.ts";
import { markJob, markLedger, markSettled } from "../runner/state.ts";
import { createGate, type CreateGate, submit } from "./submit.ts";
import { lastOfEach, writeEnd } from "./traces.ts";
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

/** A job to wait for, or how the step ends without one. */
type Found =
  | { readonly job: IdentifiedJob; readonly noteEnd: (job: IdentifiedJob) => void }
  | { readonly ending: Ending };

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
  let found: Found;
  try {
    found = await findJob(client, gate, parts);
  } catch (error) {
    // No job is known, so there is nothing that post could stop.
    markSettled("reported");
    return toCreateEnding(error, { client, gate, ...parts });
  }
  if ("ending" in found) {
    markSettled("reported");
    return found.ending;
  }
  const { noteEnd: writeItsEnd } = found;
  let { job } = found;
  const lastSeen = new LastSeen(() => performance.now());
  const noteEnd = (seen: IdentifiedJob) => {
    // There is no other poll.
    lastSeen.note(Infinity);
    writeItsEnd(seen);
  };
  announce(client, job, parts);
  const isAttached = "jobId" in parts.job;
  const interrupted = () => ({ client, inputs, cancel, log, job, isAttached, noteEnd });
  try {
    cancel.signal.throwIfAborted();
    if (!inputs.wait) return await detach(client, job, parts);
    const known = job;
    const ended = await waitForEnd(job.job_id, {
      ...parts,
      client,
      guard,
      lastSeen,
      leftMs: leftMs(parts),
      onJob(seen) {
        job = { ...known, ...seen };
        writeItsEnd(seen);
      },
    });
    markSettled("ended");
    return toJobEnding({ ...known, ...ended });
  } catch (error) {
    const ending = await endInterrupted(interrupted(), error);
    return { ...ending, overdueMs: lastSeen.overdueMs() };
  }
}

function endInterrupted(interrupted: Interrupted, error: unknown): Promise<Ending> {
  if (interrupted.cancel.signal.aborted) return endByCancel(interrupted);
  if (isTimeout(error)) return endByTimeout(interrupted, error);
  return endByError(interrupted, error);
}

function leftMs({ inputs, startedAt }: RunParts): number {
  return startedAt + inputs.timeoutMs - performance.now();
}

function isTimeout(error: unknown): error is WaitTimeoutError {
  return isQizhiError(error) && error.code === "wait_timeout";
}

async function findJob(client: Client, gate: CreateGate, parts: JobParts): Promise<Found> {
  const { job } = parts;
  if ("spec" in job) return findOwnJob(client, gate, { ...parts, job });
  markJob(job.jobId);
  return { job: { job_id: job.jobId }, noteEnd: () => {} };
}

/** Submits the job, unless an earlier attempt of the workflow run has left one that goes on or may exist. */
async function findOwnJob(
  client: Client,
  gate: CreateGate,
  parts: JobParts & { job: Exclude<SingleJob, { jobId: string }> },
): Promise<Found> {
  const { inputs, log, secrets, job } = parts;
  const { spec, onRerun } = job;
  const { name, workspace_id } = spec;
  const ledger = openLedger({
    ...parts,
    onRerun,
    connection: inputs.connection,
    runs: [{ index: 1, name, parameters: {}, spec }],
    env: process.env,
  });
  if ("problem" in ledger) return { ending: toRefusedRerun(ledger.problem) };
  markLedger(ledger.journal.file, jobListUrl(client.baseUrl, workspace_id));
  const trace = lastOfEach(ledger.earlier).get(1);
  const rerun = await decideRerun(client, trace, parts);
  if (rerun.action === "doubt" && trace !== undefined) {
    const where = { baseUrl: client.baseUrl, workspaceId: workspace_id };
    return { ending: toDoubtfulRerun(trace, where) };
  }
  if (rerun.action === "end") {
    log.line("an earlier attempt of the workflow run made the job, and it has succeeded");
    return { ending: toJobEnding(secrets.redactAll(rerun.job)) };
  }
  const isFollowed = rerun.action === "follow";
  log.line(
    isFollowed
      ? `an earlier attempt of the workflow run left ${rerun.jobId} active: following it`
      : `submitting ${name}`,
  );
  const found = isFollowed
    ? { job: { job_id: rerun.jobId }, of: trace?.of }
    : await submit(client, spec, {
        ledger,
        gate,
        account: inputs.connection.credentials?.username,
        again: onRerun === "submit",
        allowUnknown: inputs.allowUnknown,
        leftMs: leftMs(parts),
      });
  tryToMarkJob(found.job.job_id, log);
  return {
    job: secrets.redactAll({ job_id: found.job.job_id, name, workspace_id }),
    noteEnd: (seen) => writeEndOf(ledger, found.of, seen),
  };
}

/** The job exists: a full disk must not keep it from being waited for. */
function tryToMarkJob(jobId: string, log: Log): void {
  try {
    markJob(jobId);
  } catch (error) {
    log.line(`Could not write the state for the post step: ${String(error)}`);
  }
}

function writeEndOf(
  { journal }: Ledger,
  of: SweepRunReference | undefined,
  seen: IdentifiedJob,
): void {
  const { phase } = classifyStatus(seen.status);
  if (of === undefined || !isOutcome(phase)) return;
  writeEnd(journal, of, { outcome: phase, status: seen.status });
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
  const spec = "spec" in job ? job.spec : undefined;
  // Core tells of a create that was cut off by a cancel. Whatever else is thrown once one was sent leaves it open.
  const isUnknown = isQizhiError(error)
    ? error.code === "submission_unknown"
    : gate.wasSent() && !(error instanceof Cancelled);
  const isCancelled = cancel.signal.aborted;
  if (!isUnknown || spec === undefined) {
    if (!isCancelled) return toErrorEnding(error);
    const cause = "The workflow was cancelled before the job was submitted.";
    return { outcome: "cancelled", title: "Cancelled", cause, fate: "There is no job." };
  }
  if (!isCancelled && isQizhiError(error)) return toErrorEnding(error);
  const page = jobListUrl(client.baseUrl, spec.workspace_id);
  const why = isCancelled
    ? `The workflow was cancelled while the job "${spec.name}" was being submitted, and the platform did not answer in time.`
    : `The job "${spec.name}" was submitted, and the answer could not be read: ${String(error)}`;
  return {
    outcome: "unknown",
    title: `${isCancelled ? "Cancelled; the" : "The"} job may or may not exist`,
    cause: why,
    nextStep: `Look for "${spec.name}" on ${page} and stop it there if it exists; do not run again blindly.`,
  };
}
