import type { Client, JobSpec } from "@qizhi/core";
import type { IdentifiedJob, SweepRunReference } from "@qizhi/core/internal";
import { submitRecorded } from "@qizhi/core/journal";
import type { Cancel } from "../runner/cancel.ts";
import type { Ledger } from "./ledger.ts";
import { lastOfEach, readTraces } from "./traces.ts";

// The runner kills 10 s after the first signal; what is left is for the stop and the files.
const answerGraceMs = 8_500;
const longestCreateMs = 120_000;
const shortestCreateMs = 8_000;

/**
 * Submits the job: at most one create has an effect. The ledger tells post and a re-run of it before and after.
 * @returns the job, and where the ledger has it.
 * @throws {SubmissionUnknownError} it was sent and its outcome is not known.
 * @throws the cancel's reason when the run is cancelled before it was sent; after a cancel none is sent.
 */
export async function submit(
  client: Client,
  spec: JobSpec,
  parts: {
    ledger: Ledger;
    cancel: Cancel;
    account: string | undefined;
    again: boolean;
    allowUnknown: boolean;
    leftMs: number;
  },
): Promise<{ job: IdentifiedJob; of: SweepRunReference }> {
  const { ledger, cancel, account, again, allowUnknown } = parts;
  const tries = lastOfEach(readTraces(ledger.journal.read())).get(1)?.of?.try ?? 0;
  const of = { sweep: crypto.randomUUID(), run: 1, try: tries + 1 };
  const sent = await submitRecorded({ client, journal: ledger.journal }, spec, {
    account,
    again,
    allowUnknown,
    sweepRun: of,
    signal: cancel.signal,
    answerGraceMs,
    timeoutMs: Math.min(longestCreateMs, Math.max(shortestCreateMs, parts.leftMs)),
  });
  if (sent.result !== "created") throw sent.error;
  return { job: sent.job, of };
}
