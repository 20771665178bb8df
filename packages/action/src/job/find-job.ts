import type { Client } from "@qizhi/core";
import type { IdentifiedJob, SweepRunReference } from "@qizhi/core/internal";
import { isQizhiError } from "@qizhi/core";
import { classifyStatus, isOutcome, jobListUrl } from "@qizhi/core/internal";
import { submitRecorded } from "@qizhi/core/journal";
import type { Ending } from "../report/outcome.ts";
import { describeError } from "../report/describe-error.ts";
import { describeDoubt, describeJob } from "../report/describe-job.ts";
import { describeUnsubmitted } from "../report/interruption.ts";
import type { SingleJob } from "../inputs/spec-inputs.ts";
import type { NoteEnd } from "./end-job.ts";
import { findFollowed, type Ledger, openLedger } from "./ledger.ts";
import { leftMs, type RunParts } from "./run-parts.ts";
import { decideRerun, describeDoubtfulRerun, describeRefusedRerun } from "./rerun.ts";
import { withProvenance } from "../runner/provenance.ts";
import { markJob, markLedger } from "../runner/state.ts";
import { lastOfEach, writeEnd } from "./traces.ts";

// The runner kills 10 s after the first signal; what is left is for the stop and the files.
const answerGraceMs = 8_500;
const shortestCreateMs = 8_000;

/** What running one job needs. */
export interface JobParts extends RunParts {
  readonly job: SingleJob;
}

/** A job to wait for. */
export interface FoundJob {
  readonly job: IdentifiedJob;
  /** How many jobs were submitted for it one after the other, of which this is the last. */
  readonly tries: number;
  /** When the workflow run created it, epoch ms; unknown of a job of another run. */
  readonly createdAtMs?: number;
  readonly noteEnd: NoteEnd;
  /** Whether another attempt of the workflow run follows it by now. */
  readonly isFollowedElsewhere: () => boolean;
  /** Submits it once more, now that it has failed. */
  readonly submitAgain?: () => Promise<FoundJob>;
}

/** A job to wait for, or how the step ends without one. */
export type Found = FoundJob | { readonly ending: Ending };

/**
 * Submits the job, or finds the one to follow: that of `job-id`, or one that an earlier attempt of the workflow run
 * has left. Never throws.
 */
export async function findJob(client: Client, parts: JobParts): Promise<Found> {
  const { job } = parts;
  try {
    if ("spec" in job) return await findOwnJob(client, { ...parts, job });
    markJob(job.jobId);
    return {
      job: { job_id: job.jobId },
      tries: 1,
      noteEnd: () => {},
      isFollowedElsewhere: () => false,
    };
  } catch (error) {
    return { ending: describeNoJob(error, { client, ...parts }) };
  }
}

/** Submits a job that has failed once more. Never throws. */
export async function findNextTry(
  client: Client,
  found: FoundJob,
  parts: JobParts,
): Promise<Found> {
  try {
    return (await found.submitAgain?.()) ?? found;
  } catch (error) {
    return { ending: describeNoJob(error, { client, ...parts }) };
  }
}

/** Submits the job, unless an earlier attempt of the workflow run has left one that goes on or may exist. */
async function findOwnJob(client: Client, parts: OwnParts): Promise<Found> {
  const { inputs, log, job } = parts;
  const { spec, onRerun } = job;
  const { name, workspace_id } = spec;
  const ledger = openLedger({
    ...parts,
    onRerun,
    connection: inputs.connection,
    runs: [{ index: 1, name, parameters: {}, spec }],
  });
  if ("problem" in ledger) return { ending: describeRefusedRerun(ledger.problem) };
  markLedger(ledger.journal.file, jobListUrl(client.baseUrl, workspace_id));
  const trace = lastOfEach(ledger.earlier).get(1);
  const rerun = await decideRerun(client, trace, parts);
  if (rerun.action === "doubt" && trace !== undefined) {
    const where = { baseUrl: client.baseUrl, workspaceId: workspace_id };
    return { ending: describeDoubtfulRerun(trace, where) };
  }
  if (rerun.action === "end") {
    log.line("an earlier attempt of the workflow run made the job, and it has succeeded");
    return { ending: describeJob(parts.secrets.redactAll(rerun.job)) };
  }
  if (rerun.action === "follow") {
    log.line(`an earlier attempt of the workflow run left ${rerun.jobId} active: following it`);
    const of = trace?.of;
    const createdAtMs = Date.parse(trace?.time ?? "");
    const tries = of?.try ?? 1;
    return toFound(client, ledger, parts, { jobId: rerun.jobId, of, tries, createdAtMs });
  }
  return submitOwn(client, ledger, { tries: 1, parts });
}

type OwnParts = JobParts & { readonly job: Exclude<SingleJob, { jobId: string }> };

/**
 * Submits the job: at most one create has an effect. The ledger tells post and a re-run of it before and after.
 * @throws {SubmissionUnknownError} it was sent and its outcome is not known.
 * @throws the cancel's reason when the run is cancelled before it was sent; after a cancel none is sent.
 */
async function submitOwn(
  client: Client,
  ledger: Ledger,
  { tries, parts }: { tries: number; parts: OwnParts },
): Promise<FoundJob> {
  const { inputs, log, job } = parts;
  const { spec, onRerun } = job;
  log.line(tries > 1 ? `submitting ${spec.name}, try ${tries}` : `submitting ${spec.name}`);
  const told = withProvenance(spec, inputs.provenance);
  const of = { sweep: crypto.randomUUID(), run: 1, try: tries };
  const sent = await submitRecorded({ client, journal: ledger.journal }, told, {
    account: inputs.connection.credentials?.username,
    again: onRerun === "submit",
    allowUnknown: inputs.allowUnknown,
    sweepRun: of,
    signal: parts.cancel.signal,
    answerGraceMs,
    timeoutMs: Math.min(client.callTimeoutMs, Math.max(shortestCreateMs, leftMs(parts))),
  });
  if (sent.result !== "created") throw sent.error;
  const { job_id: jobId } = sent.job;
  return toFound(client, ledger, parts, { jobId, of, tries, createdAtMs: Date.now() });
}

/** A job with the try of a run that it is, and when it was created. */
interface MadeJob {
  readonly jobId: string;
  readonly of: SweepRunReference | undefined;
  readonly tries: number;
  readonly createdAtMs: number;
}

function toFound(
  client: Client,
  ledger: Ledger,
  parts: OwnParts,
  { jobId, of, ...made }: MadeJob,
): FoundJob {
  const { name, workspace_id } = parts.job.spec;
  markJob(jobId);
  return {
    job: parts.secrets.redactAll({ job_id: jobId, name, workspace_id }),
    ...made,
    noteEnd: (seen, how) => writeEndOf(ledger, of, seen, how),
    isFollowedElsewhere: () => findFollowed(ledger.journal.file)(jobId),
    submitAgain: () => submitOwn(client, ledger, { tries: made.tries + 1, parts }),
  };
}

function writeEndOf(
  { journal }: Ledger,
  of: SweepRunReference | undefined,
  { status }: IdentifiedJob,
  how: Parameters<NoteEnd>[1],
): void {
  const { phase } = classifyStatus(status);
  const outcome = isOutcome(phase) ? phase : how === "stopped" ? how : undefined;
  if (of === undefined || outcome === undefined) return;
  writeEnd(journal, of, { outcome, status });
}

function describeNoJob(
  error: unknown,
  { job, cancel, client }: JobParts & { client: Client },
): Ending {
  if (!cancel.signal.aborted) return describeError(error);
  const isUnknown = isQizhiError(error) && error.code === "submission_unknown";
  if (!isUnknown || !("spec" in job)) return describeUnsubmitted("the job");
  const { name, workspace_id } = job.spec;
  return describeDoubt(name, jobListUrl(client.baseUrl, workspace_id));
}
