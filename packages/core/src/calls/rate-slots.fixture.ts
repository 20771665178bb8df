import { openRateSlots } from "./rate-slots.ts";
import { createRateLimiter } from "./limiter.ts";

// A process of its own that takes turns for a while, and prints when it got them.
const [dir = "", forMs = "0"] = process.argv.slice(2);
const perSecond = 50;
const slots = openRateSlots({ dir, platform: "https://qz.example", perSecond });
const limiter = createRateLimiter({ perSecond, burst: 1, slots });
const times: number[] = [];
const go = new Promise((resolve) => process.once("message", resolve));
process.send?.("ready");
await go;
const end = Date.now() + Number(forMs);
while (Date.now() < end) {
  await limiter.take();
  times.push(Date.now());
}
process.send?.(times, () => process.disconnect());
