import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { timeInterleaved } from "../bench/interleave.ts";
import { startLoopback } from "../bench/loopback.ts";
import { sizesOfAction, sizesOfCore } from "../bench/sizes.ts";
import { jsonSpec, yamlSpec } from "../bench/specs.ts";
import { measured } from "../bench/start-up.ts";

// A busy machine slows the commands more than `node -e 0`; a regression is well beyond that.
const margin = 1.5;
const rounds = 5;

it("keeps the Action's bundle, and core in an app, within their bars", async () => {
  const over = [...sizesOfAction(), ...(await sizesOfCore())].filter(({ ok }) => ok === false);
  expect(over.map(({ what, reached, bar }) => `${what}: ${reached}, ${bar}`)).toEqual([]);
}, 60_000);

it(
  "starts no slower than one and a half times what is usual",
  { retry: 1, timeout: 60_000 },
  async () => {
    await using loopback = await startLoopback();
    writeFileSync(join(loopback.folder, "job.json"), jsonSpec);
    writeFileSync(join(loopback.folder, "job.yaml"), yamlSpec);
    const node = process.execPath;
    const commands = measured.map(({ what, toCommand }) => ({
      name: what,
      node,
      ...toCommand(loopback),
    }));
    const base = { name: "node -e 0", node, args: ["-e", "0"] };
    const [start, ...timings] = timeInterleaved([base, ...commands], rounds);
    const slow = timings.flatMap(({ name, medianMs }, index) => {
      const ratio = medianMs / start!.medianMs;
      const budget = measured[index]!.usual * margin;
      return ratio > budget ? [`${name}: ${ratio.toFixed(2)} times node, budget ${budget}`] : [];
    });
    expect(slow).toEqual([]);
  },
);
