import { expect, it } from "vitest";
import { timeInterleaved } from "../bench/interleave.ts";
import { startLoopback } from "../bench/loopback.ts";
import { sizesOfAction, sizesOfCore } from "../bench/sizes.ts";
import { measured, toCommands } from "../bench/start-up.ts";

// A busy machine slows the commands more than `node -e 0`. What a clock cannot tell here, what they load
// does: loaded.test.ts.
const margin = 1.35;
const rounds = 7;

it("keeps the Action's bundle, and core in an app, within their bars", async () => {
  const over = [...sizesOfAction(), ...(await sizesOfCore())].filter(({ ok }) => ok === false);
  expect(over.map(({ what, reached, bar }) => `${what}: ${reached}, ${bar}`)).toEqual([]);
}, 60_000);

it("starts within its bars and a third more", { retry: 2, timeout: 60_000 }, async () => {
  await using loopback = await startLoopback();
  const node = process.execPath;
  const base = { name: "node -e 0", node, args: ["-e", "0"] };
  const [start, ...timings] = timeInterleaved([base, ...toCommands(node, loopback)], rounds);
  const slow = timings.flatMap(({ name, medianMs }, index) => {
    const ratio = medianMs / start!.medianMs;
    const [, bar] = measured[index]!.limits;
    return ratio > bar * margin ? [`${name}: ${ratio.toFixed(2)} times node, bar ${bar}`] : [];
  });
  expect(slow).toEqual([]);
});
