import { startLocalPlatform } from "../index.ts";
import { logIn } from "../caller.fixture.ts";

// An owner process: starts a job, says that it runs, and then does nothing but live.
const [command = "sleep 600", stateDir] = process.argv.slice(2);
const platform = await startLocalPlatform({ stages: 0, ...(stateDir && { stateDir }) });
const caller = await logIn(platform);
const jobId = await caller.submit(command, { nodes: 2 });
await platform.waitForStatus(jobId, "job_running");
process.stdout.write(`${JSON.stringify({ jobId, logFile: platform.logFile(jobId) })}\n`);
process.on("message", (how) => {
  if (how === "exit") process.exit(0);
  else if (how === "throw") throw new Error("on purpose");
  process.once("SIGTERM", () => process.exit(7));
  process.send?.("handled");
});
