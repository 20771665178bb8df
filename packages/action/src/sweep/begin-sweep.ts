import type { Client } from "@qizhi/core";
import { startSweep, type Sweep, toResultRows, totalRows } from "@qizhi/core/sweep";
import type { SweepInputs } from "../inputs/sweep-inputs.ts";
import { type Ledger, openLedger } from "../job/ledger.ts";
import { describeRefusedRerun } from "../job/rerun.ts";
import { leftMs, type RunParts } from "../job/run-parts.ts";
import { readTraces, toKnownRuns } from "../job/traces.ts";
import type { Ending } from "../report/outcome.ts";
import { countWords, toSweepName } from "../report/sweep-report.ts";
import { withProvenance } from "../runner/provenance.ts";
import { markLedger } from "../runner/state.ts";
import { lookAtLeft } from "./left-jobs.ts";

const longestLoginMs = 120_000;

/** A sweep that has begun. */
export interface Begun {
  readonly sweep: Sweep;
  readonly ledger: Ledger;
}

/** What a sweep begins with. */
export interface BeginParts {
  readonly parts: RunParts;
  readonly work: SweepInputs;
  readonly listUrl: string;
  readonly signal: AbortSignal;
}

/** Writes the sweep down, logs in and starts it, unless a re-run must not. */
export async function beginSweep(
  client: Client,
  { parts, work, listUrl, signal }: BeginParts,
): Promise<Begun | Ending> {
  const { connection } = parts.inputs;
  const timeoutMs = Math.max(1, Math.min(longestLoginMs, leftMs(parts)));
  const { runs } = work.plan;
  const ledger = openLedger({ ...parts, ...work, connection, runs, env: process.env });
  if ("problem" in ledger) return describeRefusedRerun(ledger.problem);
  markLedger(ledger.journal.file, listUrl);
  // A refused login made no job.
  await client.authenticate({ signal: parts.cancel.signal, timeoutMs });
  const phases = await lookAtLeft(client, ledger, parts);
  const known = ledger.isTakenOver
    ? toKnownRuns(readTraces(ledger.journal.read()), phases)
    : undefined;
  return { ledger, sweep: openSweep(client, ledger, { parts, work, known, signal }) };
}

function openSweep(
  client: Client,
  { journal }: Ledger,
  {
    parts,
    work,
    known,
    signal,
  }: Omit<BeginParts, "listUrl"> & { known: ReturnType<typeof toKnownRuns> | undefined },
): Sweep {
  const { inputs, log } = parts;
  const { plan, settings } = work;
  const { errorBudgetMs, pollIntervalMs: minIntervalMs, queueTimeoutMs } = inputs;
  const left = leftMs(parts);
  const timeoutMs = Number.isFinite(left) ? Math.max(1, left) : undefined;
  const { username: account } = inputs.connection.credentials ?? {};
  const waiting = { errorBudgetMs, minIntervalMs, timeoutMs, queueTimeoutMs };
  const options = { account, ...waiting, known, signal };
  const told = plan.runs.map((run) => ({
    ...run,
    spec: withProvenance(run.spec, inputs.provenance),
  }));
  const sweep = startSweep({ client, journal }, { ...plan, runs: told }, settings, options);
  log.line(`sweep ${toSweepName(plan)}: ${plan.runs.length} runs`);
  if (known !== undefined) {
    const { counts } = totalRows(toResultRows(sweep.runs));
    log.line(`an earlier attempt of the workflow run is gone on with: ${countWords(counts)}`);
  }
  return sweep;
}
