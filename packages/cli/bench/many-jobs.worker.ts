import { createClient, createRateLimiter } from "@qizhi/core";
import { toPlannedId } from "../../core/src/watcher/fleet.fixture.ts";

// Watches `count` jobs to their end, with one limiter, and tells memory and the densest requests.
const [url = "", accessToken = "", count = ""] = process.argv.slice(2);
const limit = { perSecond: 400, burst: 40 };
const sentAt: number[] = [];
// Asked at the very moment a request passes.
const slots = {
  claim() {
    sentAt.push(performance.now());
    return 0;
  },
};
const client = createClient({
  baseUrl: url,
  accessToken,
  limiter: createRateLimiter({ ...limit, slots }),
});
const jobIds = Array.from({ length: Number(count) }, (_, index) => toPlannedId(index));
const ended = new Set<string>();
let rss = 0;
for await (const update of client.watchJobs(jobIds, { minIntervalMs: 100 })) {
  if (update.type === "job" && update.isLast) ended.add(update.jobId);
  if (ended.size % 50 === 0) rss = Math.max(rss, process.memoryUsage.rss());
}
const windowMs = (limit.burst / limit.perSecond) * 1_000;
let [densest, first] = [0, 0];
for (const [index, at] of sentAt.entries()) {
  while (sentAt[first]! <= at - windowMs) first++;
  densest = Math.max(densest, index - first + 1);
}
const rssMb = rss / 1_024 / 1_024;
process.stdout.write(
  JSON.stringify({
    ended: ended.size,
    rssMb,
    requests: sentAt.length,
    densest,
    burst: limit.burst,
  }),
);
