import type { Client } from "@qizhi/core";
import { type IdentifiedJob, toLocalMoment } from "@qizhi/core/internal";
import { type Ending, toEnding } from "../report/outcome.ts";
import { attemptNumber } from "./ledger-name.ts";
import type { Trace } from "./traces.ts";

const causes = {
  unknown: "this runner knows nothing of what an earlier one submitted.",
  other_inputs:
    "this runner knows only of an earlier one with another account, spec, secret or other input.",
  alike:
    "this runner knows of two earlier steps that were alike, such as legs of a matrix with equal inputs: nobody can tell which one this is.",
  running: "the step of an earlier one still runs on this machine.",
  damaged:
    "the file in which an earlier one wrote down what it submitted has lines that cannot be read.",
} as const;

/** Why a re-run must not submit: nobody knows what it would make twice. */
export type RerunProblem = keyof typeof causes;

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

/** The ending of a re-run that would make a job which may exist. */
export function describeDoubtfulRerun({ name, time }: Trace, listUrl: string): Ending {
  return toEnding("unknown", {
    title: "The job of an earlier attempt may exist",
    cause: `An earlier attempt of the workflow run submitted "${name}" at ${toLocalMoment(Date.parse(time))}, and nobody knows whether there is a job. Nothing was submitted.`,
    nextStep: `Look for "${name}" on ${listUrl}. If it is there, run this action with its job-id, or stop it there; if it is not, or is stopped, ${startAnew}`,
  });
}

const pollMs = 30_000;

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
