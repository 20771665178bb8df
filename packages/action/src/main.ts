import { createAnnotate, createLog } from "./runner/log.ts";
import type { Cancel } from "./runner/cancel.ts";
import type { Ending } from "./report/outcome.ts";
import { describeError } from "./report/describe-error.ts";
import { finish } from "./report/finish.ts";
import { readInputs } from "./inputs/inputs.ts";
import { runJob } from "./job/run-job.ts";
import { readVersion } from "./runner/provenance.ts";
import { createSecrets } from "./runner/secrets.ts";
import { markStarted, toStopMark } from "./runner/state.ts";
import { runSweep } from "./sweep/run-sweep.ts";

/** The step itself: reads the inputs, runs the job, tells how it ended. Never throws. */
export async function runMain(cancel: Cancel): Promise<void> {
  const startedAt = performance.now();
  const secrets = createSecrets();
  const log = createLog(secrets);
  const annotate = createAnnotate(secrets);
  let ending: Ending;
  let baseUrl: string | undefined;
  try {
    markStarted();
    cancel.watch(toStopMark());
    // Nothing is printed before the masks.
    const inputs = await readInputs(secrets, annotate, process.env).finally(() => {
      log.line(`action ${readVersion(process.env)}, Node ${process.version}`);
    });
    baseUrl = inputs.connection.baseUrl;
    const parts = { inputs, cancel, secrets, log, annotate, startedAt };
    const { job } = inputs;
    ending = await ("plan" in job ? runSweep(parts, job) : runJob({ ...parts, job }));
  } catch (error) {
    ending = describeError(error);
  }
  const parts = { secrets, log, annotate };
  try {
    finish(ending, { ...parts, baseUrl });
  } catch (error) {
    // Without the job, of which something made the report fail.
    finish(describeError(error), { ...parts, baseUrl: undefined });
  }
}
