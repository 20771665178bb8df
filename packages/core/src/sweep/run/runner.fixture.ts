import { syncBuiltinESMExports } from "node:module";
import os from "node:os";
import { createClient } from "../../client/create-client.ts";
import { openJournal } from "../../journal/journal.ts";
import { createRateLimiter } from "../../calls/limiter.ts";
import type { UnknownAnswer } from "../record/events.ts";
import type { RunStatus } from "../record/run-status.ts";
import { planRuns } from "../sweep.fixture.ts";
import { resumeSweep, startSweep } from "../sweep.ts";

// The runner as a process of its own, to be killed. It reports to its parent what happens and asks it about
// creates of unknown outcome, as the CLI asks a person.
const settings: unknown = JSON.parse(process.argv[2] ?? "{}");
const { baseUrl, username, password, dir, runs, maxActive, perSecond, sweepId } = Object(settings);
const { host, command } = Object(settings);
if (host !== undefined) {
  // As a machine with the same home.
  os.hostname = () => host;
  syncBuiltinESMExports();
}
const client = createClient({
  baseUrl,
  credentials: { username, password },
  limiter: createRateLimiter({ perSecond, burst: 10 }),
});
const journal = openJournal({ dir });

function ask({ run }: RunStatus): Promise<UnknownAnswer> {
  return new Promise((resolve) => {
    process.once("message", (jobId: unknown) =>
      resolve(typeof jobId === "string" ? { jobId } : "none"),
    );
    process.send?.({ type: "ask", name: run.name });
  });
}

const options = { minIntervalMs: 20, quotaPauseMs: 100, askUnknown: ask };
const sweep = sweepId
  ? resumeSweep({ client, journal }, sweepId, {}, options)
  : startSweep(
      { client, journal },
      await planRuns(runs, command && { command }),
      { maxActive },
      options,
    );
process.send?.({ type: "sweep", id: sweep.id });
try {
  for await (const { type } of sweep.events()) process.send?.({ type });
  const outcomes = sweep.runs.map(({ state, outcome }) => outcome ?? state);
  process.send?.({ type: "result", outcomes });
} catch (error) {
  process.send?.({ type: "error", rule: Object(error).rule });
}
process.disconnect();
