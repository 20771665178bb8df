import type { Client, ClientEvent, IdentifiedJob, JobSpec } from "@qizhi/core";
import { jobListUrl } from "@qizhi/core";
import type { Cancel } from "./cancel.ts";
import { markCreating, markJob } from "./state.ts";

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
  /** Whether a create was sent and has no answer. */
  isInFlight(): boolean;
}

/** Makes the gate of a run. */
export function createGate(cancel: Cancel): CreateGate {
  const controller = new AbortController();
  let isInFlight = false;
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
    isInFlight: () => isInFlight,
    note(event) {
      if (!("operation" in event) || event.operation !== "create") return;
      isInFlight = event.type === "request" && !controller.signal.aborted;
      settle();
    },
  };
}

/**
 * Submits the job: at most one create has an effect. The state tells post of it before and after.
 * @throws {SubmissionUnknownError} it was sent and its outcome is not known.
 * @throws the cancel's reason when the run is cancelled before it was sent.
 */
export async function submit(
  client: Client,
  spec: JobSpec,
  parts: { gate: CreateGate; cancel: Cancel; allowUnknown: boolean; leftMs: number },
): Promise<IdentifiedJob> {
  const { gate, cancel, allowUnknown } = parts;
  const { signal } = gate;
  const timeoutMs = Math.min(longestCreateMs, Math.max(shortestCreateMs, parts.leftMs));
  // Before the state says "creating": a refused login made no job.
  await client.authenticate({ signal, timeoutMs });
  cancel.check();
  markCreating(spec.name, jobListUrl(client.baseUrl, spec.workspace_id));
  const job = await client.createJob(spec, { allowUnknown, signal, timeoutMs });
  markJob(job.job_id);
  return job;
}
