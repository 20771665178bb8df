import { createClient } from "@qizhi/core";
import { createSimulatedClock } from "../../core/src/async/simulated-clock.fixture.ts";
import { runningJob } from "./specs.ts";
import { createStubTransport } from "./stub-transport.ts";

// Waits for a job of a week on a simulated clock, and tells how the heap grows once all code is warm.
const dayMs = 86_400_000;
const clock = createSimulatedClock();
const heap: number[] = [];
const transport = createStubTransport(() => {
  const day = Math.floor(clock.now() / dayMs);
  if (day === 1 + heap.length) {
    globalThis.gc?.();
    heap.push(process.memoryUsage().heapUsed);
  }
  return { job_id: runningJob, status: day < 7 ? "job_running" : "job_succeeded" };
});
const client = createClient({ accessToken: "bench", transport, clock });
await clock.runUntil(client.waitForJob(runningJob));
process.stdout.write(JSON.stringify({ grownBytes: heap.at(-1)! - heap[2]! }));
