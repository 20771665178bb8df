import { rmSync } from "node:fs";
import { join } from "node:path";
import { logIn } from "../caller.fixture.ts";
import { startLocalPlatform } from "../index.ts";

// A platform on a small disk of its own: fills it by a job's output, and prints what became of each job.
const disk = process.argv[2]!;
const stateDir = join(disk, "state");
const troubles: (string | undefined)[] = [];
const options = {
  stages: 0,
  stateDir,
  onTrouble: ({ rule }: { rule?: string }) => troubles.push(rule),
};
const platform = await startLocalPlatform(options);
const caller = await logIn(platform);
const chatty = await caller.submit("yes");
const { reason } = await platform.waitForStatus(chatty, "job_failed");
const next = await platform.waitForStatus(
  await caller.submit("yes"),
  "job_failed",
  "job_create_failed",
);
rmSync(platform.logFile(chatty));
const third = await caller.submit("true");
const after = await platform.waitForStatus(third, "job_succeeded");
await platform.dispose();
const again = await startLocalPlatform(options);
const kept = again.jobs().map(({ status }) => status);
await again.dispose();
console.log(
  JSON.stringify({ chatty: reason, next: next.reason, troubles, after: after.status, kept }),
);
