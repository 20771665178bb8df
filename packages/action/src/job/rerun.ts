import { readdirSync } from "node:fs";
import type { Client } from "@qizhi/core";
import {
  type IdentifiedJob,
  readClaims,
  sha256,
  textOf,
  toLocalMoment,
} from "@qizhi/core/internal";
import type { SweepRun } from "@qizhi/core/sweep";
import { type Ending, toEnding } from "../report/outcome.ts";
import type { ConnectionInputs } from "../inputs/connection.ts";
import type { Trace } from "./traces.ts";

export function attemptNumber(): number {
  return Number(process.env["GITHUB_RUN_ATTEMPT"] ?? 1) || 1;
}

/**
 * The names of a step's ledgers: `<stem>-<hash>-<attempt>-<id>.jsonl`, with the id of the step that has made it. The
 * account and all that makes the jobs what they are decide about them, secrets included, so that legs of a matrix have
 * ledgers of their own.
 * @param runs a single job is a sweep of one.
 */
export function toNames(runs: readonly SweepRun[], connection: ConnectionInputs) {
  const { GITHUB_REPOSITORY, GITHUB_JOB, GITHUB_ACTION, GITHUB_RUN_ID } = process.env;
  const { baseUrl, credentials, token } = connection;
  const jobs = JSON.stringify(runs.map(({ name, parameters, spec }) => [name, parameters, spec]));
  const account = credentials?.username ?? readSubject(token) ?? token;
  const run = Number(GITHUB_RUN_ID ?? 0);
  const own = String(attemptNumber());
  // It may be the attempt, which is another one in each, or a leg of the matrix, which is the same.
  const numbered = new RegExp(`(?<!\\d)${run}-(\\d+)`, "g");
  const hash = (text: string) => toHash([baseUrl, account, text]);
  const step = `${run}-${toHash([GITHUB_REPOSITORY, GITHUB_JOB, GITHUB_ACTION]).slice(0, 8)}`;
  return {
    /** What those of the step begin with, whatever its jobs. */
    step,
    /** What those begin with whose jobs are equal, but for a number behind the id of the workflow run. */
    stem: `${step}-${hash(jobs.replace(numbered, `${run}-*`))}`,
    /** Tells such jobs apart: the hash as it was in an attempt, if that number is the attempt. */
    hashIn: (attempt: number) =>
      hash(jobs.replace(numbered, (all, number) => (number === own ? `${run}-${attempt}` : all))),
  };
}

function toHash(value: unknown): string {
  return sha256(JSON.stringify(value)).slice(0, 16);
}

/** Whose token it is: another token of the same account is made for each attempt. */
function readSubject(token = ""): string | undefined {
  return textOf(readClaims(token)["sub"]);
}

/** The ledger that an earlier attempt has left of the same jobs, or why nobody can tell which one that is. */
export function findEarlier(
  folder: string,
  { step, stem, hashIn }: ReturnType<typeof toNames>,
  attempt: number,
): { readonly name: string } | { readonly problem: "unknown" | "other_inputs" | "alike" } {
  const ofStep = readdirSync(folder).filter((name) => name.startsWith(`${step}-`));
  const earlier = ofStep.map(readName).filter((each) => each.attempt < attempt);
  const near = earlier.filter(({ name }) => name.startsWith(`${stem}-`));
  const same = latestOf(near.filter(({ hash }) => hash === hashIn(attempt)));
  const last = latestOf(near);
  const found = same.length > 0 ? same : last.filter((each) => each.hash === hashIn(each.attempt));
  const [first] = found;
  if (first === undefined) return { problem: earlier.length > 0 ? "other_inputs" : "unknown" };
  // Where there are legs, one with the attempt in its name may be another leg.
  return (same.length > 0 ? same : last).length > 1 ? { problem: "alike" } : { name: first.name };
}

/** A ledger's name with its parts; a file that is none has no parts, and NaN for its attempt. */
export function readName(name: string) {
  const pattern = /^(.*)-([\da-f]{16})-(\d+)-([\da-f]{8}-[\da-f-]{27})\.jsonl$/;
  const [, stem, hash, attempt, id] = pattern.exec(name) ?? [];
  return { name, stem, hash, attempt: Number(attempt), id };
}

function latestOf(ledgers: readonly ReturnType<typeof readName>[]) {
  const latest = Math.max(...ledgers.map(({ attempt }) => attempt));
  return ledgers.filter(({ attempt }) => attempt === latest);
}

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
export function tryToSee(
  client: Client,
  jobId: string,
  signal: AbortSignal,
): Promise<IdentifiedJob | undefined> {
  return client.getJob(jobId, { signal, timeoutMs: pollMs }).catch(() => undefined);
}
