import type { Client } from "@qizhi/core";
import type { IdentifiedJob } from "@qizhi/core/internal";
import { classifyStatus, jobListUrl, toLocalMoment } from "@qizhi/core/internal";
import type { Cancel } from "../runner/cancel.ts";
import { type Ending, toEnding } from "../report/outcome.ts";
import type { RerunProblem } from "./ledger.ts";
import { attemptNumber } from "./ledger-name.ts";
import type { Trace } from "./traces.ts";

const pollMs = 30_000;

const causes: Readonly<Record<RerunProblem, string>> = {
  unknown: "this runner knows nothing of what an earlier one submitted.",
  other_inputs:
    "this runner knows only of an earlier one with another account, spec, secret or other input.",
  alike:
    "this runner knows of two earlier steps that were alike, such as legs of a matrix with equal inputs: nobody can tell which one this is.",
  running: "the step of an earlier one still runs on this machine.",
  damaged:
    "the file in which an earlier one wrote down what it submitted has lines that cannot be read.",
};

// The workflow file of a re-run is that of its run, so a change of it comes too late.
const startAnew =
  "start a new run of the workflow, which always submits. A re-run keeps its workflow file: on-rerun: submit helps later runs only.";

/** The ending of a re-run of which nobody knows what it would make twice. */
export function describeRefusedRerun(problem: RerunProblem): Ending {
  return toEnding("error", {
    title: "The re-run would make jobs that may exist",
    cause: `This is attempt ${attemptNumber()} of the workflow run, and ${causes[problem]}`,
    nextStep: `Nothing was submitted. Look at the summary of the earlier attempt; then ${startAnew}`,
  });
}

/** What a re-run does about the job of an earlier attempt. */
export type Rerun =
  | { readonly action: "submit" }
  /** It goes on, as far as is known. */
  | { readonly action: "follow"; readonly jobId: string }
  /** It has ended. */
  | { readonly action: "end"; readonly job: IdentifiedJob }
  /** Nobody knows whether there is one. */
  | { readonly action: "doubt" };

/**
 * Decides about the job of an earlier attempt: one that failed or was stopped is made again, one that is active is
 * followed, one that succeeded is reported, and one that may exist stays a doubt.
 */
export async function decideRerun(
  client: Client,
  trace: Trace | undefined,
  { cancel }: { cancel: Cancel },
): Promise<Rerun> {
  const { state = "none", jobId, end } = trace ?? {};
  if (state === "unknown") return { action: "doubt" };
  if (state === "none" || jobId === undefined) return { action: "submit" };
  const outcome = end?.["outcome"];
  if (outcome === "failed" || outcome === "stopped") return { action: "submit" };
  const job = await tryToSee(client, jobId, cancel.signal);
  const { phase, isTerminal } = classifyStatus(job?.status);
  if (outcome === "succeeded" && phase !== "succeeded") {
    return { action: "end", job: { ...job, job_id: jobId, status: "job_succeeded" } };
  }
  if (job === undefined || !isTerminal) return { action: "follow", jobId };
  return phase === "succeeded" ? { action: "end", job } : { action: "submit" };
}

/** The job as it stands; where the platform does not tell, the wait for it will. */
export async function tryToSee(
  client: Client,
  jobId: string,
  signal: AbortSignal,
): Promise<IdentifiedJob | undefined> {
  try {
    return await client.getJob(jobId, { signal, timeoutMs: pollMs });
  } catch {
    return undefined;
  }
}

/** The ending of a re-run that would make a job which may exist. */
export function describeDoubtfulRerun(
  { name, time }: Trace,
  { baseUrl, workspaceId }: { baseUrl: string; workspaceId: string },
): Ending {
  const page = jobListUrl(baseUrl, workspaceId);
  return toEnding("unknown", {
    title: "The job of an earlier attempt may exist",
    cause: `An earlier attempt of the workflow run submitted "${name}" at ${toLocalMoment(Date.parse(time))}, and nobody knows whether there is a job. Nothing was submitted.`,
    nextStep: `Look for "${name}" on ${page}. If it is there, run this action with its job-id, or stop it there; if it is not, or is stopped, ${startAnew}`,
  });
}
