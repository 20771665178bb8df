import { findJobIdProblem, fromJobPage } from "@qizhi/core/internal";
import type { Cancel } from "../runner/cancel.ts";
import type { Log, Remark } from "../runner/log.ts";
import { readProvenance } from "../runner/provenance.ts";
import { inputDefaults, InputMistakes, type InputName, RawInputs } from "../runner/raw-inputs.ts";
import type { Secrets } from "../runner/secrets.ts";
import { checkBaseUrl, checkLogin, readConnection } from "./connection.ts";
import { checkLimits, warnOfLongJob, warnOfTokenEnd } from "./limits.ts";
import { givenSpecInputs, readSpecInputs, type SpecWork, toSpecs } from "./spec-inputs.ts";

const fates = ["stop", "leave"] as const;
const reruns = ["continue", "submit"] as const;
const hourMs = 3_600_000;
const mostWarnings = 7;
const mostLogLines = 2_000;
const warningTitle = "Qizhi: check this before it costs GPU hours";

/** What to do with a job that is no longer waited for. */
export type StopOrLeave = (typeof fates)[number];

/** A job to submit, or the id of one to attach to. */
export type JobWork = Exclude<SpecWork, { plan: unknown }> | { readonly jobId: string };

/** Everything the step was told; times in ms. */
export type Inputs = Awaited<ReturnType<typeof readInputs>>;

/** What a step works with. */
export interface RunParts {
  readonly inputs: Inputs;
  readonly cancel: Cancel;
  readonly secrets: Secrets;
  readonly log: Log;
  /** When the step began, on `performance.now()`. */
  readonly startedAt: number;
}

/** What is left of the step's time, in ms. */
export function leftMs({ inputs, startedAt }: RunParts): number {
  return startedAt + inputs.timeoutMs - performance.now();
}

/**
 * Reads and checks the inputs. Secrets are masked before anything else is done with them.
 * @throws {InputMistakes} with all mistakes, those in the spec included; nothing was sent.
 */
export async function readInputs(secrets: Secrets, log: Log) {
  const raw = new RawInputs();
  const connection = readConnection(raw, secrets);
  raw.refuseMistyped();
  raw.refuseBothNames();
  const jobId = fromJobPage(raw.text("job-id"), connection.baseUrl);
  const ofSpec = await readSpecInputs(raw, secrets);
  const ofJobs = {
    /** Of a single job `retries` alone counts. */
    settings: {
      maxActive: raw.integer("max-active", 1),
      maxGpus: raw.integer("max-gpus", 1),
      retries: raw.integer("retries", 0),
      failFast: raw.flag("fail-fast"),
    },
    /** Most requests a second of a sweep. */
    perSecond: readPerSecond(raw),
    onRerun: raw.choice("on-rerun", reruns) ?? "continue",
  };
  refuseIdle(raw, ofSpec);
  const inputs = {
    connection,
    work: jobId === "" ? ofSpec : { jobId },
    ...ofJobs,
    allowUnknown: raw.flag("allow-unknown"),
    /** Which workflow run the jobs are told of. */
    provenance: raw.flag("provenance") ? readProvenance() : undefined,
    wait: raw.flag("wait"),
    /** Longest time of the whole step; without one `timeout-minutes` of the workflow ends it, as a cancel does. */
    timeoutMs: raw.duration("timeout") ?? Infinity,
    queueTimeoutMs: raw.duration("queue-timeout"),
    onCancel: readOnCancel(raw),
    onTimeout: raw.choice("on-timeout", fates) ?? "leave",
    failOnTimeout: raw.flag("fail-on-timeout"),
    onError: raw.choice("on-error", fates) ?? "leave",
    /** Shortest time between two looks. */
    pollIntervalMs: raw.duration("poll-interval") ?? hourMs,
    /** How long the platform may be out of reach. */
    errorBudgetMs: readErrorBudget(raw),
    /** Longest silence of the log. */
    heartbeatMs: raw.duration("log-interval") ?? hourMs,
    /** How many lines of the node that failed first are shown. */
    logLines: Math.min(raw.integer("log-lines", 0) ?? 0, mostLogLines),
  };
  checkBaseUrl(raw, connection);
  checkJob(raw, jobId);
  checkLogin(raw, connection);
  checkLimits(raw, toSpecs(ofSpec), inputs.settings);
  const waiting = { ...inputs, specs: toSpecs(inputs.work) };
  warnOfLongJob(raw, waiting);
  warnOfTokenEnd(raw, connection, waiting);
  if (raw.flag("strict")) raw.mistakes.push(...raw.warnings);
  else tellWarnings(raw.warnings, log);
  const { work } = inputs;
  if (raw.mistakes.length > 0 || work === undefined) throw new InputMistakes(raw.mistakes);
  return { ...inputs, work };
}

/** Reads what post needs: it logs in for itself. Nothing is refused. */
export function readPostInputs(secrets: Secrets) {
  const raw = new RawInputs();
  return {
    connection: readConnection(raw, secrets),
    onCancel: readOnCancel(raw),
    wait: raw.flag("wait"),
    errorBudgetMs: readErrorBudget(raw),
    perSecond: readPerSecond(raw),
  };
}

// Who only watches a job must not end it: a waiter is cancelled for many reasons.
function readOnCancel(raw: RawInputs): StopOrLeave {
  const byDefault = raw.text("job-id") === "" ? "stop" : "leave";
  return raw.choice("on-cancel", fates) ?? byDefault;
}

function readErrorBudget(raw: RawInputs): number {
  return raw.duration("outage-timeout") ?? hourMs;
}

function readPerSecond(raw: RawInputs): number {
  return raw.integer("max-requests-per-second", 1) ?? 3;
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

/** Annotates each warning at its place; the runner keeps ten annotations of a step. */
function tellWarnings(warnings: readonly Remark[], log: Log): void {
  const rest = warnings.slice(mostWarnings);
  const named = rest.length === 1 ? warnings : warnings.slice(0, mostWarnings);
  for (const { text, place } of named) log.warning(warningTitle, [text], place);
  const others = rest.map(({ text }) => text);
  if (others.length > 1) log.warning(warningTitle, others);
}

const ofSweep = ["max-active", "max-gpus", "fail-fast", "max-requests-per-second"] as const;
// strict is not one of them: it also refuses a token that ends before a job that is only watched.
const ofSubmit = [
  "allow-unknown",
  "provenance",
  "on-rerun",
  "retries",
  "max-nodes",
  "max-cost",
  "node-price",
] as const;
const ofWait = ["retries", "queue-timeout", "fail-on-timeout", "on-timeout"] as const;
const ofLimit = ["fail-on-timeout", "on-timeout"] as const;

/** Refuses inputs that would do nothing: each is about something that the step does not do. */
function refuseIdle(raw: RawInputs, work: SpecWork | undefined): void {
  const isSweep = work !== undefined && "plan" in work;
  const isWaited = raw.text("wait").toLowerCase() !== "false";
  const isLimited = raw.text("timeout") !== "" || raw.text("queue-timeout") !== "";
  if (!isLimited && (isSweep || isWaited)) {
    refuse(raw, ofLimit, "is about timeout and queue-timeout; give one");
  }
  const isAttached = raw.text("job-id") !== "";
  // Of a spec that could not be read nobody knows what it is.
  if (isSweep || (work === undefined && !isAttached)) return;
  refuse(raw, ofSweep, "belongs to a sweep; give matrix, or a spec with a matrix");
  if (!isWaited) {
    refuse(raw, ofWait, "is about a job that is waited for; leave it out with wait: false");
  }
  if (isAttached) {
    refuse(raw, ofSubmit, "is about jobs that the step submits; leave it out with job-id");
  }
}

/** A default is taken, because the runner gives it for every input. */
function refuse(raw: RawInputs, names: readonly InputName[], why: string): void {
  for (const name of names) {
    if (raw.text(name).toLowerCase() !== inputDefaults[name]) raw.refuse(name, why);
  }
}
