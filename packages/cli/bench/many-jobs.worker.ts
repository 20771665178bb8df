import { createClient, createRateLimiter } from "@qizhi/core";
import { systemClock } from "@qizhi/core/internal";
import { toPlannedId } from "../../core/src/watcher/fleet.fixture.ts";

// Watches `count` jobs to their end, with one limiter, and tells the densest requests.
const [url = "", accessToken = "", count = "", perSecond = ""] = process.argv.slice(2);
const limit = { perSecond: Number(perSecond), burst: Math.max(3, Number(perSecond) / 10) };
const sentAt: number[] = [];
let now = 0;
// The times that the limiter itself goes by, and those of the requests that it let pass.
const clock = { ...systemClock, now: () => (now = systemClock.now()) };
const slots = {
  claim() {
    sentAt.push(now);
    return 0;
  },
  pause() {},
};
const client = createClient({
  baseUrl: url,
  accessToken,
  limiter: createRateLimiter({ ...limit, slots, clock }),
});
const jobIds = Array.from({ length: Number(count) }, (_, index) => toPlannedId(index));
const ended = new Set<string>();
for await (const update of client.watchJobs(jobIds, {
  minIntervalMs: limit.perSecond > 3 ? 100 : undefined,
})) {
  if (update.type === "job" && update.isLast) ended.add(update.jobId);
}
const windowMs = (limit.burst / limit.perSecond) * 1_000;
let [densest, first] = [0, 0];
for (const [index, at] of sentAt.entries()) {
  while (sentAt[first]! <= at - windowMs) first++;
  densest = Math.max(densest, index - first + 1);
}
process.stdout.write(
  JSON.stringify({
    ended: ended.size,
    requests: sentAt.length,
    densest,
    burst: limit.burst,
  }),
);
