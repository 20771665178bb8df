import { startLocalPlatform } from "@qizhi/core/local";
import { toPlannedId } from "../../core/src/watcher/fleet.fixture.ts";
import { runningJob } from "./specs.ts";

// The platform on a port of its own, in a process of its own; run by `startLoopback`.
const local = await startLocalPlatform({
  commands: "skip",
  // Jobs stay queued, so that the platform has nothing to do between requests.
  stages: 2_000_000_000,
  credentials: { username: "bench", password: "bench" },
  keptRequests: 100,
  jobs: [
    { jobId: runningJob, status: "job_running", name: "bench", gpus: 8 },
    ...Array.from({ length: Number(process.argv[2]) }, (_, index) => ({
      jobId: toPlannedId(index),
      status: "job_queuing",
      next: ["job_running", "job_running", "job_succeeded"],
    })),
  ],
});
process.send?.({ url: local.url });
process.once("disconnect", () => void local.dispose());
