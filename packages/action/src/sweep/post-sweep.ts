import { createRateLimiter, jobUrl } from "@qizhi/core";
import type { Annotate } from "../annotate.ts";
import { connect } from "../connect.ts";
import type { readPostInputs } from "../inputs.ts";
import type { Log } from "../log.ts";
import { toCodeSpan } from "../markdown.ts";
import type { Secrets } from "../secrets.ts";
import type { SavedState } from "../state.ts";
import { tryToAppendSummary } from "../summary.ts";
import { append, readLedger } from "./ledger.ts";
import { stopRuns, toOutcome } from "./stop-runs.ts";

const loginMs = 10_000;
const atLeastMs = 15_000;
// The runner gives what follows a cancel five minutes.
const atMostMs = 240_000;
const perJobMs = 2_000;
const mostNamed = 10;

/** Stops the jobs of a sweep that a killed main could not stop, each once. */
export async function stopSweep(
  state: SavedState,
  inputs: ReturnType<typeof readPostInputs>,
  parts: { secrets: Secrets; log: Log; annotate: Annotate },
): Promise<void> {
  const { log, annotate, secrets } = parts;
  const { connection, onCancel, wait, perSecond } = inputs;
  const traces = [...readLedger(state.ledger).values()];
  const hasFailedToStop = state.settlement === "stop-failed";
  const unknown = hasFailedToStop ? [] : traces.filter((trace) => trace.state === "unknown");
  if (unknown.length > 0) warnOfUnknown(unknown, state, annotate);
  const active = traces.flatMap(({ state: where, jobId, ...trace }) =>
    where === "active" && jobId !== undefined ? [{ ...trace, jobId }] : [],
  );
  if (active.length === 0) return;
  if (!hasFailedToStop && (onCancel === "leave" || !wait)) {
    return log.line(`This step was killed; ${active.length} jobs go on, as they were to be left`);
  }
  const limiter = createRateLimiter({ perSecond });
  const client = connect(connection, { secrets, log, limiter });
  await client.authenticate({ timeoutMs: loginMs });
  const endsAt =
    performance.now() + Math.min(atMostMs, Math.max(atLeastMs, active.length * perJobMs));
  const leftMs = () => endsAt - performance.now();
  const open = new Set(active);
  const result = await stopRuns(client, active, { leftMs, looksFirst: true }, (job, how) => {
    open.delete(job);
    const outcome = toOutcome(how);
    append(state.ledger, { kind: "sweep:ended", run: job.run, try: job.try, outcome });
  });
  const { stopped, ended, failed, why } = result;
  const text = `${stopped} jobs were stopped by the post step; ${ended} had ended by themselves`;
  log.line(`This step was killed or had no time left; ${text}`);
  tryToAppendSummary(`## Qizhi: Jobs were stopped\n\n- ${text}.\n\n`);
  if (failed === 0) return;
  const urls = [...open].slice(0, mostNamed).map(({ jobId }) => jobUrl(client.baseUrl, jobId));
  const more = failed > urls.length ? ["… and others:", state.listUrl] : [];
  annotate.warning("Qizhi: jobs may go on", [
    `${failed} jobs could not be stopped: ${why}`,
    "Stop them on their pages:",
    ...urls,
    ...more,
  ]);
}

function warnOfUnknown(
  unknown: readonly { name: string; time: string }[],
  { listUrl }: SavedState,
  annotate: Annotate,
): void {
  const named = unknown.slice(0, mostNamed).map(({ name, time }) => `"${name}" at ${time}`);
  const more = unknown.length > named.length ? ` and ${unknown.length - named.length} more` : "";
  annotate.warning("Qizhi: jobs may or may not exist", [
    `Nobody knows whether these were submitted: ${named.join(", ")}${more}.`,
    "Look for the names and times, and stop the jobs there if they exist:",
    listUrl,
  ]);
  tryToAppendSummary(
    `## Qizhi: Jobs may or may not exist\n\n${named.map((each) => `- ${toCodeSpan(each)}`).join("\n")}\n\n`,
  );
}
