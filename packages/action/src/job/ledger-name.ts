import { readdirSync } from "node:fs";
import type { SweepRun } from "@qizhi/core/sweep";
import { readClaims, sha256 } from "@qizhi/core/internal";
import type { ConnectionInputs } from "../inputs/connection.ts";

export function attemptNumber(): number {
  return Number(process.env["GITHUB_RUN_ATTEMPT"] ?? 1) || 1;
}

/** The names of a step's ledgers: `<stem>-<hash>-<attempt>-<id>.jsonl`, with the id of the step that has made it. */
interface LedgerNames {
  /** What those of the step begin with, whatever its jobs. */
  readonly step: string;
  /** What those begin with whose jobs are equal, but for a number behind the id of the workflow run. */
  readonly stem: string;
  /** Tells such jobs apart: the hash as it was in an attempt, if that number is the attempt. */
  readonly hashIn: (attempt: number) => string;
}

/**
 * The names of a step's ledgers. The account and all that makes the jobs what they are decide about them, secrets
 * included, so that legs of a matrix have ledgers of their own.
 * @param runs a single job is a sweep of one.
 */
export function toNames(runs: readonly SweepRun[], connection: ConnectionInputs): LedgerNames {
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
    step,
    stem: `${step}-${hash(jobs.replace(numbered, `${run}-*`))}`,
    hashIn: (attempt) =>
      hash(jobs.replace(numbered, (all, number) => (number === own ? `${run}-${attempt}` : all))),
  };
}

function toHash(value: unknown): string {
  return sha256(JSON.stringify(value)).slice(0, 16);
}

/** Whose token it is: another token of the same account is made for each attempt. */
function readSubject(token = ""): string | undefined {
  const { sub } = readClaims(token);
  return typeof sub === "string" ? sub : undefined;
}

interface LedgerFile {
  readonly name: string;
  readonly hash: string | undefined;
  readonly attempt: number;
}

/** The ledger that an earlier attempt has left of the same jobs, or why nobody can tell which one that is. */
export function findEarlier(
  folder: string,
  { step, stem, hashIn }: LedgerNames,
  attempt: number,
): { readonly name: string } | { readonly problem: "unknown" | "other_inputs" | "alike" } {
  const earlier = readLedgers(folder, step).filter((each) => each.attempt < attempt);
  const near = earlier.filter(({ name }) => name.startsWith(`${stem}-`));
  const same = latestOf(near.filter(({ hash }) => hash === hashIn(attempt)));
  const last = latestOf(near);
  const found = same.length > 0 ? same : last.filter((each) => each.hash === hashIn(each.attempt));
  const [first] = found;
  if (first === undefined) return { problem: earlier.length > 0 ? "other_inputs" : "unknown" };
  // Where there are legs, one with the attempt in its name may be another leg.
  return (same.length > 0 ? same : last).length > 1 ? { problem: "alike" } : { name: first.name };
}

function readLedgers(folder: string, step: string): LedgerFile[] {
  const names = readdirSync(folder).filter((name) => name.startsWith(`${step}-`));
  return names.map((name) => {
    const { hash, attempt } = readName(name);
    return { name, hash, attempt: Number(attempt) };
  });
}

/** The parts of a ledger's name; none of a file that is none. */
export function readName(
  name: string,
): Partial<Record<"stem" | "hash" | "attempt" | "id", string>> {
  const pattern =
    /^(?<stem>.*)-(?<hash>[\da-f]{16})-(?<attempt>\d+)-(?<id>[\da-f]{8}-[\da-f-]{27})\.jsonl$/;
  return pattern.exec(name)?.groups ?? {};
}

function latestOf(ledgers: readonly LedgerFile[]): LedgerFile[] {
  const latest = Math.max(...ledgers.map(({ attempt }) => attempt));
  return ledgers.filter(({ attempt }) => attempt === latest);
}
