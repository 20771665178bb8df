import { createClient, type Credentials, isQizhiError } from "@qizhi/core";
import { findJobIdProblem, fromJobPage } from "@qizhi/core/internal";
import { inputDefaults, InputMistakes, RawInputs } from "../runner/raw-inputs.ts";
import type { Log, Remark } from "../runner/log.ts";
import { type Provenance, readProvenance } from "../runner/provenance.ts";
import type { Secrets } from "../runner/secrets.ts";
import { givenSpecInputs, readSpecInputs, type SingleJob, toSpecs } from "./spec-inputs.ts";
import { checkLimits, warnOfLongJob, warnOfTokenEnd } from "./limits.ts";
import { explainNoLogin } from "./spec-remarks.ts";
import { readSweepInputs, type SweepInputs } from "./sweep-inputs.ts";

/** What to do with a job that is no longer waited for. */
export type StopOrLeave = "stop" | "leave";

/** Where the platform is and who asks it. */
export interface ConnectionInputs {
  readonly baseUrl: string;
  readonly credentials: Credentials | undefined;
  readonly token: string | undefined;
  readonly allowHttp: boolean;
  /** Longest time of one request, in ms. */
  readonly requestTimeoutMs: number | undefined;
}

/** Everything the step was told. */
export interface Inputs {
  readonly connection: ConnectionInputs;
  readonly job: SingleJob | SweepInputs;
  readonly allowUnknown: boolean;
  /** Which workflow run the jobs are told of. */
  readonly provenance: Provenance | undefined;
  readonly wait: boolean;
  /** Longest time of the whole step, in ms; without one `timeout-minutes` of the workflow ends it, as a cancel does. */
  readonly timeoutMs: number;
  /** Longest time in the queue, in ms. */
  readonly queueTimeoutMs: number | undefined;
  readonly onCancel: StopOrLeave;
  readonly onTimeout: StopOrLeave;
  readonly failOnTimeout: boolean;
  readonly onError: StopOrLeave;
  /** Shortest time between two looks, in ms. */
  readonly pollIntervalMs: number;
  /** How long the platform may be out of reach, in ms. */
  readonly errorBudgetMs: number;
  /** Longest silence of the log, in ms. */
  readonly heartbeatMs: number;
  /** How many lines of the node that failed first are shown. */
  readonly logLines: number;
}

const fates = ["stop", "leave"] as const;
const hourMs = 3_600_000;
const mostWarnings = 7;
const mostLogLines = 2_000;
const warningTitle = "Qizhi: check this before it costs GPU hours";

/**
 * Reads and checks the inputs. Secrets are masked before anything else is done with them.
 * @throws {InputMistakes} with all mistakes, those in the spec included; nothing was sent.
 */
export async function readInputs(secrets: Secrets, log: Log): Promise<Inputs> {
  const raw = new RawInputs();
  const connection = readConnection(raw, secrets);
  raw.refuseMistyped();
  raw.refuseBothNames();
  const jobId = fromJobPage(raw.text("job-id"), connection.baseUrl);
  const work = readSweepInputs(raw, await readSpecInputs(raw, secrets));
  const inputs = {
    connection,
    job: jobId === "" ? work : { jobId },
    allowUnknown: raw.flag("allow-unknown"),
    provenance: raw.flag("provenance") ? readProvenance() : undefined,
    wait: raw.flag("wait"),
    timeoutMs: raw.duration("timeout") ?? Infinity,
    queueTimeoutMs: raw.duration("queue-timeout"),
    onCancel: readOnCancel(raw),
    onTimeout: raw.choice("on-timeout", fates) ?? "leave",
    failOnTimeout: raw.flag("fail-on-timeout"),
    onError: raw.choice("on-error", fates) ?? "leave",
    pollIntervalMs: raw.duration("poll-interval") ?? hourMs,
    errorBudgetMs: raw.duration("outage-timeout") ?? hourMs,
    heartbeatMs: raw.duration("log-interval") ?? hourMs,
    logLines: Math.min(raw.integer("log-lines", 0) ?? 0, mostLogLines),
  };
  checkBaseUrl(raw, connection);
  checkJob(raw, jobId);
  checkLogin(raw, connection);
  const retries = work && ("plan" in work ? work.settings.retries : work.retries);
  checkLimits(raw, toSpecs(work), { retries });
  const waiting = { ...inputs, specs: toSpecs(inputs.job) };
  warnOfLongJob(raw, waiting);
  warnOfTokenEnd(raw, connection, waiting);
  if (raw.flag("strict")) raw.mistakes.push(...raw.warnings);
  else tellWarnings(raw.warnings, log);
  const { job } = inputs;
  if (raw.mistakes.length > 0 || job === undefined) throw new InputMistakes(raw.mistakes);
  return { ...inputs, job };
}

/** Reads what post needs: it logs in for itself. Nothing is refused. */
export function readPostInputs(
  secrets: Secrets,
): Pick<Inputs, "connection" | "onCancel" | "wait" | "errorBudgetMs"> &
  Pick<SweepInputs, "perSecond"> {
  const raw = new RawInputs();
  const connection = readConnection(raw, secrets);
  const perSecond = raw.integer("max-requests-per-second", 1) ?? 3;
  const errorBudgetMs = raw.duration("outage-timeout") ?? hourMs;
  const onCancel = readOnCancel(raw);
  return { connection, onCancel, wait: raw.flag("wait"), errorBudgetMs, perSecond };
}

function readConnection(raw: RawInputs, secrets: Secrets): ConnectionInputs {
  const password = raw.exactText("password");
  const token = raw.text("token");
  for (const secret of [password, token]) secrets.add(secret);
  const username = raw.text("username");
  return {
    baseUrl: raw.text("base-url"),
    credentials: username !== "" && password !== "" ? { username, password } : undefined,
    token: token === "" ? undefined : token,
    allowHttp: raw.flag("allow-http"),
    requestTimeoutMs: raw.duration("request-timeout"),
  };
}

// Who only watches a job must not end it: a waiter is cancelled for many reasons.
function readOnCancel(raw: RawInputs): StopOrLeave {
  const byDefault = raw.text("job-id") === "" ? "stop" : "leave";
  return raw.choice("on-cancel", fates) ?? byDefault;
}

function checkJob(raw: RawInputs, jobId: string): void {
  const given = givenSpecInputs(raw);
  if (jobId === "") {
    if (raw.text("spec") !== "" || raw.exactText("spec-inline").trim() !== "") return;
    raw.refuse("spec", "is missing: give spec, spec-inline, or job-id of a job that exists");
    return;
  }
  if (given.length > 0) {
    raw.refuse("job-id", `attaches to a job that exists; leave out ${given.join(", ")}`);
  }
  const problem = /^https?:/i.test(jobId)
    ? `is the address of no job's page below ${raw.text("base-url")} (base-url)`
    : findJobIdProblem(jobId);
  if (problem !== undefined) raw.refuse("job-id", problem);
}

function checkBaseUrl(raw: RawInputs, { baseUrl, allowHttp }: ConnectionInputs): void {
  if (baseUrl === inputDefaults["base-url"]) return;
  try {
    createClient({ baseUrl, allowHttp });
  } catch (error) {
    if (!isQizhiError(error)) throw error;
    raw.refuse("base-url", `is wrong: ${error.message}`);
  }
}

/** Annotates each warning at its place; the runner keeps ten annotations of a step. */
function tellWarnings(warnings: readonly Remark[], log: Log): void {
  const rest = warnings.slice(mostWarnings);
  const named = rest.length === 1 ? warnings : warnings.slice(0, mostWarnings);
  for (const { text, place } of named) log.warning(warningTitle, [text], place);
  if (rest.length < 2) return;
  log.warning(
    warningTitle,
    rest.map(({ text }) => text),
  );
}

function checkLogin(raw: RawInputs, { credentials, token }: ConnectionInputs): void {
  if (credentials !== undefined) return;
  const hasUsername = raw.text("username") !== "";
  const hasPassword = raw.exactText("password") !== "";
  if (hasUsername !== hasPassword) {
    const missing = hasUsername ? "password" : "username";
    const why = hasUsername ? `; ${explainNoLogin()}` : "";
    raw.refuse(missing, `is missing: a login needs username and password${why}`);
  } else if (token === undefined) {
    raw.refuse("username", `and password are missing, or a token; ${explainNoLogin()}`);
  }
}
