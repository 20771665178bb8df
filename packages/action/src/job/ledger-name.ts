import { readdirSync } from "node:fs";
import type { SweepRun } from "@qizhi/core/sweep";
import { readClaims, sha256 } from "@qizhi/core/internal";
import type { ConnectionInputs } from "../inputs/inputs.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What a ledger is named after. */
export interface NameParts {
  /** A single job is a sweep of one run. */
  readonly runs: readonly SweepRun[];
  readonly connection: ConnectionInputs;
  readonly env: Environment;
}

/** Which attempt of the workflow run this is. */
export function attemptNumber({ GITHUB_RUN_ATTEMPT }: Environment = process.env): number {
  return Number(GITHUB_RUN_ATTEMPT ?? 1) || 1;
}

/**
 * The names of a step's ledgers: that of the step, and that of its jobs. The account and all that makes the jobs
 * what they are decide about the latter, secrets included, so that legs of a matrix have ledgers of their own.
 */
export function toStem({ runs, connection, env }: NameParts): { step: string; stem: string } {
  const { GITHUB_REPOSITORY, GITHUB_JOB, GITHUB_ACTION } = env;
  const { baseUrl, credentials, token } = connection;
  const jobs = runs.map(({ name, parameters, spec }) => [name, parameters, spec]);
  const run = env["GITHUB_RUN_ID"] ?? "";
  // A name that holds the attempt is another one in each.
  const text = JSON.stringify(jobs).replaceAll(`${run}-${attemptNumber(env)}`, run);
  const account = credentials?.username ?? readSubject(token) ?? token;
  const step = toHash([GITHUB_REPOSITORY, GITHUB_JOB, GITHUB_ACTION]).slice(0, 8);
  const prefix = `${Number(env["GITHUB_RUN_ID"] ?? 0)}-${step}`;
  return { step: prefix, stem: `${prefix}-${toHash([baseUrl, account, text])}` };
}

function toHash(value: unknown): string {
  return sha256(JSON.stringify(value)).slice(0, 16);
}

/** Whose token it is: another token of the same account is made for each attempt. */
function readSubject(token = ""): string | undefined {
  const { sub } = readClaims(token);
  return typeof sub === "string" ? sub : undefined;
}

/** The ledgers of the latest attempt before this one. */
export function findEarlier(folder: string, stem: string, before: number): string[] {
  const attemptOf = (name: string) =>
    Number(/-(\d+)-[\da-f]{8}-[\da-f-]{27}\.jsonl$/.exec(name)?.[1]);
  const found = readdirSync(folder).filter((name) => name.startsWith(`${stem}-`));
  const earlier = found.map(attemptOf).filter((attempt) => attempt < before);
  const latest = Math.max(...earlier);
  return found.filter((name) => attemptOf(name) === latest);
}
