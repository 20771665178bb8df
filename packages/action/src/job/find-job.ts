import { type Client, isQizhiError, type JobSpec } from "@qizhi/core";
import {
  classifyStatus,
  type IdentifiedJob,
  isOutcome,
  jobListUrl,
  writeEnd,
} from "@qizhi/core/internal";
import { submitRecorded } from "@qizhi/core/journal";
import { describeDoubt, describeError, describeUnsubmitted } from "../report/interruption.ts";
import { type JobWork, leftMs, type RunParts } from "../inputs/inputs.ts";
import type { Ending } from "../report/outcome.ts";
import { describeJob } from "../report/describe-job.ts";
import { withProvenance } from "../runner/provenance.ts";
import { markJob, markLedger } from "../runner/state.ts";
import { findFollowed, type Ledger, openLedger } from "./ledger.ts";
import { describeDoubtfulRerun, describeRefusedRerun, tryToSee } from "./rerun.ts";
import { lastOfEach, type Trace } from "./traces.ts";

// The runner kills 10 s after the first signal; what is left is for the stop and the files.
const answerGraceMs = 8_500;
const shortestCreateMs = 8_000;

export interface JobParts extends RunParts {
  readonly client: Client;
  readonly work: JobWork;
}

type OwnParts = JobParts & { readonly work: { readonly spec: JobSpec } };

/** A job to wait for. */
export interface FoundJob {
  readonly job: IdentifiedJob;
  /** How many jobs were submitted for it one after the other, of which this is the last. */
  readonly tries: number;
  /** When the workflow run created it, epoch ms; unknown of a job of another run. */
  readonly createdAtMs?: number;
  /**
   * To be told of the job whenever it was seen: its end is written down for a re-run. That of a job which this
   * step has stopped is known before the platform is through with it.
   */
  readonly noteEnd: (job: IdentifiedJob, how?: "stopped" | "ended" | "failed") => void;
  /** Whether another attempt of the workflow run follows it by now. */
  readonly isFollowedElsewhere: () => boolean;
  /** Submits it once more, now that it has failed. Never throws. */
  readonly submitAgain?: () => Promise<Found>;
}

/** A job to wait for, or how the step ends without one. */
export type Found = FoundJob | { readonly ending: Ending };

/**
 * Submits the job, or finds the one to follow: that of `job-id`, or one that an earlier attempt of the workflow run
 * has left. Never throws.
 */
export function findJob(parts: JobParts): Promise<Found> {
  const { work } = parts;
  const isOwn = "spec" in work;
  return orEnding(isOwn ? findOwnJob({ ...parts, work }) : findGivenJob(work.jobId), parts);
}

async function findGivenJob(jobId: string): Promise<FoundJob> {
  markJob(jobId);
  return {
    job: { job_id: jobId },
    tries: 1,
    noteEnd: () => {},
    isFollowedElsewhere: () => false,
  };
}

/** What the search for a job finds; where it fails, how the step ends then. */
function orEnding(finding: Promise<Found>, { work, cancel, client }: JobParts): Promise<Found> {
  return finding.catch((error: unknown) => {
    if (!cancel.signal.aborted) return { ending: describeError(error) };
    const isUnknown = isQizhiError(error) && error.code === "submission_unknown";
    if (!isUnknown || !("spec" in work)) return { ending: describeUnsubmitted("the job") };
    const { name, workspace_id } = work.spec;
    return { ending: describeDoubt(name, jobListUrl(client.baseUrl, workspace_id)) };
  });
}

/** Submits the job, unless an earlier attempt of the workflow run has left one that goes on or may exist. */
async function findOwnJob(parts: OwnParts): Promise<Found> {
  const { client, work } = parts;
  const { spec } = work;
  const ledger = openLedger(parts, [{ index: 1, name: spec.name, parameters: {}, spec }]);
  if ("problem" in ledger) return { ending: describeRefusedRerun(ledger.problem) };
  markLedger(ledger.journal.file, jobListUrl(client.baseUrl, spec.workspace_id));
  const trace = lastOfEach(ledger.earlier).get(1);
  return (trace && (await findLeft(trace, ledger, parts))) ?? submitOwn(1, ledger, parts);
}

/**
 * What a re-run does about the job of an earlier attempt: one that is active is followed, one that succeeded is
 * reported, and one that may exist stays a doubt.
 * @returns nothing where it is made again, as it failed or was stopped.
 */
async function findLeft(trace: Trace, ledger: Ledger, parts: OwnParts): Promise<Found | undefined> {
  const { client, log, secrets, work } = parts;
  const { state, jobId, end, sweepRun, time } = trace;
  if (state === "unknown") {
    const listUrl = jobListUrl(client.baseUrl, work.spec.workspace_id);
    return { ending: describeDoubtfulRerun(trace, listUrl) };
  }
  if (jobId === undefined) return undefined;
  const outcome = end?.outcome;
  if (outcome === "failed" || outcome === "stopped") return undefined;
  const job = await tryToSee(client, jobId, parts.cancel.signal);
  const { phase, isTerminal } = classifyStatus(job?.status);
  if (phase === "succeeded" || outcome === "succeeded") {
    log.line("an earlier attempt of the workflow run made the job, and it has succeeded");
    const known = phase === "succeeded" ? {} : { status: "job_succeeded" };
    return { ending: describeJob(secrets.redactAll({ ...job, job_id: jobId, ...known })) };
  }
  if (isTerminal) return undefined;
  log.line(`an earlier attempt of the workflow run left ${jobId} active: following it`);
  const made = { jobId, sweepRun, tries: sweepRun?.try ?? 1, createdAtMs: Date.parse(time) };
  return toFound(made, ledger, parts);
}

/**
 * Submits the job: at most one create has an effect. The ledger tells post and a re-run of it before and after.
 * @throws {SubmissionUnknownError} it was sent and its outcome is not known.
 * @throws the cancel's reason when the run is cancelled before it was sent; after a cancel none is sent.
 */
async function submitOwn(tries: number, ledger: Ledger, parts: OwnParts): Promise<FoundJob> {
  const { inputs, log, client, work } = parts;
  const { spec } = work;
  log.line(tries > 1 ? `submitting ${spec.name}, try ${tries}` : `submitting ${spec.name}`);
  const told = withProvenance(spec, inputs.provenance);
  const sweepRun = { sweep: crypto.randomUUID(), run: 1, try: tries };
  const sent = await submitRecorded({ client, journal: ledger.journal }, told, {
    account: inputs.connection.credentials?.username,
    again: inputs.onRerun === "submit",
    allowUnknown: inputs.allowUnknown,
    sweepRun,
    signal: parts.cancel.signal,
    answerGraceMs,
    timeoutMs: Math.min(client.callTimeoutMs, Math.max(shortestCreateMs, leftMs(parts))),
  });
  if (sent.result !== "created") throw sent.error;
  const made = { jobId: sent.job.job_id, sweepRun, tries, createdAtMs: Date.now() };
  return toFound(made, ledger, parts);
}

function toFound(
  {
    jobId,
    sweepRun,
    ...made
  }: Pick<Trace, "sweepRun"> & Pick<FoundJob, "tries" | "createdAtMs"> & { jobId: string },
  ledger: Ledger,
  parts: OwnParts,
): FoundJob {
  const { journal } = ledger;
  const { name, workspace_id } = parts.work.spec;
  markJob(jobId);
  return {
    job: parts.secrets.redactAll({ job_id: jobId, name, workspace_id }),
    ...made,
    noteEnd({ status }, how) {
      const { phase } = classifyStatus(status);
      const outcome = isOutcome(phase) ? phase : how === "stopped" ? how : undefined;
      if (sweepRun === undefined || outcome === undefined) return;
      writeEnd(journal, { ...sweepRun, outcome, status });
    },
    isFollowedElsewhere: () => findFollowed(journal.file)(jobId),
    submitAgain: () => orEnding(submitOwn(made.tries + 1, ledger, parts), parts),
  };
}
