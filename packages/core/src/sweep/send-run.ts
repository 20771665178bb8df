import type { Client } from "../client.ts";
import { classifyCreateError, toFailedOutcome } from "../create-failure.ts";
import { isQizhiError, type QizhiError } from "../errors.ts";
import type { IdentifiedJob } from "../job-id.ts";
import type { Journal } from "../journal.ts";
import type { RunStatus } from "./run-status.ts";
import { writeRecord } from "./write-record.ts";

/** What came of a create. */
export type Sent =
  | { is: "created"; jobId: string; attempt: string }
  /** There may be a job. */
  | { is: "unknown"; error: QizhiError; attempt: string }
  /** The quota is used up: the same create may be taken later. */
  | { is: "quota"; error: QizhiError }
  /** The platform is out of reach or overloaded; it is certain that there is no job. */
  | { is: "not_now"; error: QizhiError }
  /** The platform said no to this body. */
  | { is: "refused"; error: QizhiError };

/** What a create of a run needs. */
export interface SendContext {
  readonly client: Client;
  readonly journal: Journal;
  readonly sweep: string;
  readonly account: string | undefined;
  /** Ends what comes before the create. */
  readonly signal: AbortSignal;
  /** Ends the create itself, whose outcome is unknown then. */
  readonly createSignal: AbortSignal;
}

/**
 * Makes the job of a run, once. First the journal says which run it is for, then that it is about to be
 * sent; only then it is sent. So after a crash at any point it is known whether there may be a job. A create
 * that is cut off leaves the run `unknown`.
 * @throws {AuthError} there is no way in; nothing was made.
 * @throws {InputError} the journal cannot be written; nothing was sent.
 */
export async function sendRun(context: SendContext, status: RunStatus): Promise<Sent> {
  const { client, journal, sweep, account, signal, createSignal } = context;
  const number = status.tries + 1;
  const { name } = status.run.spec;
  const spec =
    number === 1 ? status.run.spec : { ...status.run.spec, name: `${name}-try${number}` };
  // First, so that the time between the attempt's line and the create is short.
  await client.authenticate({ signal });
  await client.limiter.take({ lane: "urgent", signal });
  const attempt = process.getBuiltinModule("node:crypto").randomUUID();
  const { index } = status.run;
  writeRecord(journal, { kind: "sweep:run", sweep, run: index, try: number, attempt });
  journal.attempt({ platform: client.baseUrl, account, spec, id: attempt });
  let made: IdentifiedJob;
  try {
    const options = { signal: createSignal, turn: "prepaid", allowUnknown: true } as const;
    made = await client.createJob(spec, options);
  } catch (error) {
    journal.outcome(attempt, toFailedOutcome(error));
    const sent = isQizhiError(error) ? judge(error, attempt) : undefined;
    if (sent === undefined) throw error;
    return sent;
  }
  const { job_id: jobId, workspace_id: workspaceId } = made;
  try {
    journal.outcome(attempt, { result: "created", jobId, workspaceId });
  } catch {
    // The job is followed all the same; without its line a later process takes the attempt for unknown.
  }
  return { is: "created", jobId, attempt };
}

/** `undefined` where no create of any run can be sent: that ends the sweep. */
function judge(error: QizhiError, attempt: string): Sent | undefined {
  const failure = classifyCreateError(error);
  if (failure === "unknown") return { is: "unknown", error, attempt };
  if (failure !== "not_sent") return { is: failure, error };
  return error.code === "auth" || error.code === "input" ? undefined : { is: "not_now", error };
}
