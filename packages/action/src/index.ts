import { describeError } from "./report/interruption.ts";
import { createLog } from "./runner/log.ts";
import { listenForCancel } from "./runner/cancel.ts";
import type { Ending } from "./report/outcome.ts";
import { finish } from "./report/finish.ts";
import { readInputs } from "./inputs/inputs.ts";
import { runJob } from "./job/run-job.ts";
import { readVersion } from "./runner/provenance.ts";
import { createSecrets } from "./runner/secrets.ts";
import { hasStarted, markStarted, toStopMark } from "./runner/state.ts";
import { runSweep } from "./sweep/run-sweep.ts";
import { runPost } from "./post.ts";
import { harmlessExcerpt } from "./runner/text.ts";

// Something that still holds the process, such as a socket, gets this long after the end.
const lingerMs = 500;

const cancel = listenForCancel();
for (const stream of [process.stdout, process.stderr]) {
  // A reader that went away must not keep the job from being stopped.
  stream.on("error", () => {});
}
process.on("uncaughtException", (error) => {
  // Node itself would print the bundle's whole line, and whatever text the error holds.
  process.stdout.write(`A fault of this action: ${harmlessExcerpt(String(error), 500)}\n`);
  process.exit(1);
});
// post.js asks for it by name, which also holds when a kill came before anything was saved.
const isPost = import.meta.url.endsWith("?post") || hasStarted();
await (isPost ? runPost() : runMain());
// Not at once: output to a pipe is asynchronous on Windows.
setTimeout(() => process.exit(), lingerMs).unref();

/** The step itself: reads the inputs, runs the job, tells how it ended. Never throws. */
async function runMain(): Promise<void> {
  const startedAt = performance.now();
  const secrets = createSecrets();
  const log = createLog(secrets);
  let ending: Ending;
  let baseUrl: string | undefined;
  try {
    markStarted();
    cancel.watch(toStopMark());
    // Nothing is printed before the masks.
    const inputs = await readInputs(secrets, log).finally(() => {
      log.line(`action ${readVersion()}, Node ${process.version}`);
    });
    baseUrl = inputs.connection.baseUrl;
    const parts = { inputs, cancel, secrets, log, startedAt };
    const { work } = inputs;
    ending = await ("plan" in work ? runSweep(parts, work.plan) : runJob(parts, work));
  } catch (error) {
    ending = describeError(error);
  }
  try {
    finish(ending, { secrets, log }, baseUrl);
  } catch (error) {
    // Without the job, of which something made the report fail.
    finish(describeError(error), { secrets, log }, undefined);
  }
}
