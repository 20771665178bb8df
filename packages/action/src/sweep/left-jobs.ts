import type { Client, JobReport } from "@qizhi/core";
import { summarizeJob } from "@qizhi/core";
import { isOutcome, type SweepRunReference, toRunFacts } from "@qizhi/core/internal";
import type { Ledger } from "../job/ledger.ts";
import { tryToSee } from "../job/rerun.ts";
import { leftMs, type RunParts } from "../job/run-parts.ts";
import { lastOfEach, writeEnd } from "../job/traces.ts";

// What was not seen by then is seen by the sweep, as all that goes on.
const longestMs = 600_000;

/**
 * Looks at each job that an earlier attempt has left, and writes down those that have ended since, as one that
 * failed or was stopped is made again. Never throws.
 * @returns the phases of those that go on, by id, as far as the platform tells them.
 */
export async function lookAtLeft(
  client: Client,
  { journal, earlier }: Ledger,
  parts: RunParts,
): Promise<Map<string, JobReport["phase"]>> {
  const withinMs = Math.ceil(Math.max(1, Math.min(longestMs, leftMs(parts))));
  const signal = AbortSignal.any([parts.cancel.signal, AbortSignal.timeout(withinMs)]);
  const phases = new Map<string, JobReport["phase"]>();
  let unseen = 0;
  const look = async (jobId: string, of: SweepRunReference) => {
    const job = await tryToSee(client, jobId, signal);
    const report = job && summarizeJob(job, client);
    if (report === undefined) {
      unseen += 1;
    } else if (isOutcome(report.phase)) {
      const facts = toRunFacts(report);
      writeEnd(journal, of, { outcome: report.phase, status: report.status, facts });
    } else if (report.phase !== "ended") {
      phases.set(jobId, report.phase);
    }
  };
  await Promise.all(
    [...lastOfEach(earlier).values()].map(async ({ state, jobId, of }) => {
      if (state === "active" && jobId !== undefined && of !== undefined) await look(jobId, of);
    }),
  );
  if (unseen > 0) {
    const jobs = unseen === 1 ? "1 job" : `${unseen} jobs`;
    parts.log.line(`${jobs} of an earlier attempt could not be seen yet: taken as running`);
  }
  return phases;
}
