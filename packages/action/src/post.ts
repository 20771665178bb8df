import { createRateLimiter, isQizhiError } from "@qizhi/core";
import { countOf, jobUrl, writeEnd } from "@qizhi/core/internal";
import { createLog } from "./runner/log.ts";
import { connect } from "./inputs/connection.ts";
import { readPostInputs, type RunParts } from "./inputs/inputs.ts";
import { findFollowed, reopenLedger } from "./job/ledger.ts";
import { toCodeSpan, toLink, toProse } from "./runner/text.ts";
import { endOrphan } from "./runner/cancel.ts";
import { createSecrets, type Secrets } from "./runner/secrets.ts";
import type { SavedState } from "./runner/state.ts";
import { readLastWords, readMainMark, readState, tryQuietly } from "./runner/state.ts";
import { countJobs, sayFollowed, type StopCounts } from "./report/describe-sweep.ts";
import { appendSummary } from "./report/summary.ts";
import { stopRuns, toOutcome } from "./job/stop.ts";
import { readTraces, type Trace } from "./job/traces.ts";

const loginMs = 10_000;
const atLeastMs = 15_000;
// The runner gives what follows a cancel five minutes.
const atMostMs = 240_000;
const perJobMs = 2_000;
const mostNamed = 10;

type WarningParts = Pick<RunParts, "secrets" | "log">;

interface PostParts extends WarningParts {
  readonly inputs: ReturnType<typeof readPostInputs>;
}

/** A job that main has left, and the place where its end is written down. */
interface LeftJob {
  readonly jobId: string;
  readonly sweepRun: Trace["sweepRun"];
  readonly createdAtMs?: number | undefined;
}

/** The post step: stops the jobs that main could not stop, each once. Never fails the workflow. */
export async function runPost(): Promise<void> {
  const secrets = createSecrets();
  const log = createLog(secrets);
  try {
    const parts = { inputs: readPostInputs(secrets), secrets, log };
    await endOrphan();
    const words = readLastWords();
    if (words !== undefined) {
      log.line("The step went on after its cancel, which had not reached it, and ended so:");
      log[words.level](words.title, words.lines);
      tryQuietly(() => appendSummary(words.summary));
    }
    await stopLeftJobs(readState(), parts);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    warn("the job may go on", [why, "Stop it in the web console."], { secrets, log });
  }
}

async function stopLeftJobs(state: SavedState, parts: PostParts): Promise<void> {
  const { inputs, log } = parts;
  const hasFailedToStop = state.settlement === "stop-failed";
  if (state.settlement !== "" && !hasFailedToStop) return;
  const traces = state.ledger === "" ? [] : readTraces(reopenLedger(state.ledger).read());
  const unknown = traces.filter((trace) => trace.state === "unknown");
  if (unknown.length > 0 && !hasFailedToStop) warnOfUnknown(unknown, traces.length, state, parts);
  const isFollowed = findFollowed(state.ledger);
  const active = findActive(traces, state);
  const jobs = active.filter(({ jobId }) => !isFollowed(jobId));
  const followed = sayFollowed(active.length - jobs.length);
  if (followed) log.line(followed);
  if (jobs.length === 0) return;
  const isLeft = inputs.onCancel === "leave" || !inputs.wait;
  if (!isLeft || hasFailedToStop) return stopJobs(jobs, state, parts);
  const ids = jobs.slice(0, mostNamed).map(({ jobId }) => jobId);
  const goOn = countOf(jobs.length, "job goes", "jobs go");
  log.line(`This step was killed; ${goOn} on, as the inputs ask: ${ids.join(", ")}`);
}

/** The jobs that have not ended as far as main knew: those that it submitted, and one that it was given. */
function findActive(traces: readonly Trace[], { jobId }: SavedState): LeftJob[] {
  const own = traces.flatMap(({ state, jobId: made, sweepRun, time }) =>
    state === "active" && made !== undefined
      ? [{ jobId: made, sweepRun, createdAtMs: Date.parse(time) }]
      : [],
  );
  const isKnown = jobId === "" || traces.some((trace) => trace.jobId === jobId);
  return isKnown ? own : [...own, { jobId, sweepRun: undefined }];
}

async function stopJobs(
  jobs: readonly LeftJob[],
  state: SavedState,
  { inputs, secrets, log }: PostParts,
): Promise<void> {
  const limiter = createRateLimiter({ perSecond: inputs.perSecond });
  const client = connect(inputs.connection, { secrets, log, limiter });
  const toPage = ({ jobId }: LeftJob) => jobUrl(client.baseUrl, jobId);
  // As long as main would have had, within what the runner and many jobs ask for.
  const longestMs = Math.max(atLeastMs, jobs.length * perJobMs, inputs.errorBudgetMs);
  const endsAt = performance.now() + Math.min(atMostMs, longestMs);
  const leftMs = () => endsAt - performance.now();
  const trouble = await client.authenticate({ timeoutMs: loginMs }).catch((error: Error) => error);
  // Each stop would log in again, which an outage calls for, and a wrong password does not.
  if (isQizhiError(trouble) && trouble.code === "auth") {
    return warnOfLeft(jobs.map(toPage), [trouble.message], state, { secrets, log });
  }
  const journal = state.ledger === "" ? undefined : reopenLedger(state.ledger);
  const open = new Set(jobs);
  const counts = await stopRuns(client, jobs, { leftMs, pollFirst: true }, (job, how) => {
    open.delete(job);
    const { sweepRun } = job;
    if (journal === undefined || sweepRun === undefined) return;
    // A full disk must not cut off the other stops.
    log.tryTo("down that a job has ended", () => {
      writeEnd(journal, { ...sweepRun, outcome: toOutcome(how) });
    });
  });
  const text = sayCounts(counts);
  log.line(`This step was killed or had no time left: ${text}`);
  if (counts.stopped > 0) {
    const pages = jobs.filter((job) => !open.has(job)).map(toPage);
    addToSummary("Stopped by the post step", [text, ...pages.slice(0, mostNamed)], secrets);
  }
  const why = [counts.why ?? "", trouble ? `The login failed at first: ${trouble.message}` : ""];
  if (open.size > 0) warnOfLeft([...open].map(toPage), why, state, { secrets, log });
}

function sayCounts({ stopped, ended, failed }: StopCounts): string {
  const parts = [`${countJobs(stopped)} stopped by the post step`];
  if (ended > 0) parts.push(`${ended} had ended by ${ended === 1 ? "itself" : "themselves"}`);
  if (failed > 0) parts.push(`${failed} could not be stopped`);
  return parts.join("; ");
}

function warnOfLeft(
  pages: readonly string[],
  [why, ...more]: readonly string[],
  { listUrl }: SavedState,
  parts: WarningParts,
): void {
  const isOne = pages.length === 1;
  const title = `${isOne ? "the job" : "jobs"} may go on`;
  const lines = [
    `${countOf(pages.length, "job")} could not be stopped: ${why}`,
    ...more.filter((line) => line !== ""),
    isOne ? "Stop it on its page:" : "Stop them on their pages:",
    ...pages.slice(0, mostNamed),
    ...(pages.length > mostNamed ? ["… and others:", listUrl] : []),
  ];
  warn(title, lines, parts);
}

/** Warns in an annotation and in the summary, of which readers look at either. */
function warn(title: string, lines: readonly string[], parts: WarningParts): void {
  parts.log.warning(`Qizhi: ${title}`, lines);
  addToSummary(title, lines, parts.secrets);
}

/** Adds a section to what main has written into the summary; an address is a link. */
function addToSummary(title: string, lines: readonly string[], secrets: Secrets): void {
  const items = lines.map((line) => {
    const item = /^https?:/.test(line) ? toLink(toCodeSpan(line), line) : toProse(line);
    return `- ${item}\n`;
  });
  const section = secrets.redactPage(`## Qizhi: ${title}\n\n${items.join("")}\n`);
  tryQuietly(() => appendSummary(section));
}

function warnOfUnknown(
  unknown: readonly Trace[],
  submitted: number,
  state: SavedState,
  parts: WarningParts,
): void {
  const main = readMainMark(state);
  const isCut = ({ outcome, process: { pid, host } }: Trace) =>
    outcome === undefined && pid === main?.pid && host === main.host;
  const cut = nameTraces(unknown.filter(isCut));
  const before = nameTraces(unknown.filter((trace) => !isCut(trace)));
  const [what, them] = submitted === 1 ? ["the job", "it"] : ["jobs", "them"];
  const lines = [
    ...(cut === "" ? [] : [`This step was killed while it submitted ${cut}.`]),
    ...(before === "" ? [] : [`No answer told what came of ${before}.`]),
    `Look for name and time, and stop ${them} there where there is one:`,
    state.listUrl,
  ];
  warn(`${what} may or may not exist`, lines, parts);
}

/** Creates with the times by which the list of jobs shows them. */
function nameTraces(traces: readonly Trace[]): string {
  const named = traces.slice(0, mostNamed).map(({ name, time }) => `"${name}" at ${time}`);
  const more = traces.length > mostNamed ? ` and ${traces.length - mostNamed} more` : "";
  return named.join(", ") + more;
}
