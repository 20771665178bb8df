import type { Client, ClientEvent, JobSpec } from "@qizhi/core";
import type { IdentifiedJob, SweepRunReference } from "@qizhi/core/internal";
import { submitRecorded } from "@qizhi/core/journal";
import type { Cancel } from "../runner/cancel.ts";
import type { Ledger } from "./ledger.ts";
import { lastOfEach, readTraces } from "./traces.ts";

// The runner kills 10 s after the first signal; what is left is for the stop and the files.
const createGraceMs = 8_500;
const longestCreateMs = 120_000;
const shortestCreateMs = 8_000;

/** Lets a create that was sent come to its end although the run is cancelled. */
export interface CreateGate {
  /** To be told of every event of the client. */
  note(event: ClientEvent): void;
  /** Aborts a create, but not between its sending and its answer, unless the grace is over. */
  readonly signal: AbortSignal;
  /** Whether a create was sent, answered or not. */
  wasSent(): boolean;
}

/** Makes the gate of a run. */
export function createGate(cancel: Cancel): CreateGate {
  const controller = new AbortController();
  let isInFlight = false;
  let wasSent = false;
  let timer: NodeJS.Timeout | undefined;
  const settle = () => {
    if (!cancel.signal.aborted) return;
    const abort = () => controller.abort(cancel.signal.reason);
    if (!isInFlight) return abort();
    timer ??= setTimeout(abort, cancel.leftMs(createGraceMs)).unref();
  };
  cancel.signal.addEventListener("abort", settle, { once: true });
  return {
    signal: controller.signal,
    wasSent: () => wasSent,
    note(event) {
      if (!("operation" in event) || event.operation !== "create") return;
      isInFlight = event.type === "request" && !controller.signal.aborted;
      wasSent ||= isInFlight;
      settle();
    },
  };
}

/**
 * Submits the job: at most one create has an effect. The ledger tells post and a re-run of it before and after.
 * @returns the job, and where the ledger has it.
 * @throws {SubmissionUnknownError} it was sent and its outcome is not known.
 * @throws the cancel's reason when the run is cancelled before it was sent.
 */
export async function submit(
  client: Client,
  spec: JobSpec,
  parts: {
    ledger: Ledger;
    gate: CreateGate;
    account: string | undefined;
    again: boolean;
    allowUnknown: boolean;
    leftMs: number;
  },
): Promise<{ job: IdentifiedJob; of: SweepRunReference }> {
  const { ledger, gate, account, again, allowUnknown } = parts;
  const tries = lastOfEach(readTraces(ledger.journal.read())).get(1)?.of?.try ?? 0;
  const of = { sweep: crypto.randomUUID(), run: 1, try: tries + 1 };
  const sent = await submitRecorded({ client, journal: ledger.journal }, spec, {
    account,
    again,
    allowUnknown,
    sweepRun: of,
    signal: gate.signal,
    timeoutMs: Math.min(longestCreateMs, Math.max(shortestCreateMs, parts.leftMs)),
  });
  if (sent.result !== "created") throw sent.error;
  return { job: sent.job, of };
}
