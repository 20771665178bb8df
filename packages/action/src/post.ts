import type { Client, IdentifiedJob } from "@qizhi/core";
import { classifyStatus, jobUrl } from "@qizhi/core";
import { type Annotate, createAnnotate } from "./annotate.ts";
import { connect } from "./connect.ts";
import { readPostInputs } from "./inputs.ts";
import { createLog, type Log } from "./log.ts";
import { toCodeSpan } from "./markdown.ts";
import { endOrphan } from "./orphan.ts";
import { createSecrets } from "./secrets.ts";
import { type LastWords, readLastWords, readState, type SavedState } from "./state.ts";
import { look, stopWithin } from "./stop.ts";
import { tryToAppendSummary } from "./summary.ts";
import { stopSweep } from "./sweep/post-sweep.ts";

// Post ends within 30 s of the end of main whatever the platform does; the login counts, too.
const loginMs = 10_000;
const stopMs = 12_000;
const lookMs = 2_500;

/** The post step: stops a job that a killed main could not stop. Never fails the workflow. */
export async function runPost(): Promise<void> {
  const secrets = createSecrets();
  const log = createLog(secrets);
  const annotate = createAnnotate(secrets);
  try {
    const inputs = readPostInputs(secrets);
    const { connection, onCancel, wait } = inputs;
    await endOrphan();
    const words = readLastWords();
    if (words !== undefined) tellLastWords(words, { log, annotate });
    const state = readState();
    if (state.ledger !== "") {
      const isSettled = state.settlement !== "" && state.settlement !== "stop-failed";
      if (!isSettled) await stopSweep(state, inputs, { secrets, log, annotate });
      return;
    }
    if (state.jobId === "") return warnOfCreate(state, annotate);
    const hasFailedToStop = state.settlement === "stop-failed";
    if (!hasFailedToStop && state.settlement !== "") return;
    if (!hasFailedToStop && (onCancel === "leave" || !wait)) {
      return log.line(
        `This step was killed; the job goes on, as it was to be left: ${state.jobId}`,
      );
    }
    const client = connect(connection, { secrets, log });
    await stopJob(client, state.jobId, { log, annotate });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    annotate.warning("Qizhi: the job may go on", [why, "Stop it in the web console."]);
  }
}

/** Tells what a main had to say that lived on after the runner had stopped to listen. */
function tellLastWords(
  { level, title, lines, summary }: LastWords,
  { log, annotate }: { log: Log; annotate: Annotate },
): void {
  log.line("The step went on after its cancel, which had not reached it, and ended so:");
  annotate[level](title, lines);
  tryToAppendSummary(summary);
}

function warnOfCreate(state: SavedState, annotate: Annotate): void {
  const { jobName, creatingSince, listUrl, settlement } = state;
  if (creatingSince === "" || settlement !== "") return;
  annotate.warning("Qizhi: the job may or may not exist", [
    `This step was killed while it submitted the job "${jobName}" at ${creatingSince}.`,
    "Look for that name and time, and stop the job there if it exists:",
    listUrl,
  ]);
}

async function stopJob(
  client: Client,
  jobId: string,
  { log, annotate }: { log: Log; annotate: Annotate },
): Promise<void> {
  await client.authenticate({ timeoutMs: loginMs });
  const job = await look(client, jobId, lookMs);
  const hadEnded = ({ status }: IdentifiedJob) =>
    log.line(`This step was killed, but the job had ended by itself: ${status}`);
  if (job !== undefined && classifyStatus(job.status).isTerminal) return hadEnded(job);
  const endsAt = performance.now() + stopMs;
  const result = await stopWithin(client, jobId, () => endsAt - performance.now());
  const url = jobUrl(client.baseUrl, jobId, job?.workspace_id);
  if (result.kind === "failed") {
    const why = result.error.message;
    return annotate.warning("Qizhi: the job may go on", [
      `The job ${jobId} could not be stopped: ${why}`,
      "Stop it on its page:",
      url,
    ]);
  }
  if (result.kind === "ended") return hadEnded(result.job);
  log.line(`This step was killed; the job was stopped: ${jobId}`);
  const text = `Stopped by the post step, because the step itself was killed: ${url}`;
  tryToAppendSummary(`## Qizhi: Job was stopped\n\n- ${toCodeSpan(text, 1_000)}\n\n`);
}
