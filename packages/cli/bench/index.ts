import { mkdirSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { drawChart } from "./chart.ts";
import { measureCoreImport } from "./core-import.ts";
import { measureManyJobs } from "./many-jobs.ts";
import { measureMemory } from "./memory.ts";
import { measurePeers } from "./peers.ts";
import { measurePolls } from "./polls.ts";
import { toMarkdown, toText } from "./report.ts";
import type { Section } from "./result.ts";
import { findRuntimes, type Runtime } from "./runtimes.ts";
import { measureSizes } from "./sizes.ts";
import { measureStartUp } from "./start-up.ts";
import { measureThroughput } from "./throughput.ts";
import { measureWrapper } from "./wrapper.ts";

// `pnpm bench`: measures everything and writes docs/performance.md. `pnpm bench --only sizes,polls` prints
// some of it and writes nothing.
const { values } = parseArgs({
  options: {
    only: { type: "string" },
    rounds: { type: "string", default: "41" },
    node: { type: "string", default: "20,22,24" },
  },
});
const rounds = Number(values.rounds);
if (values.only === undefined && rounds < 15) throw new Error("the page wants 15 rounds or more");
const loadBefore = loadavg()[0]!;
const runtimes = findRuntimes(values.node.split(",").map(Number));

const suites: Record<string, (found: readonly Runtime[]) => Section | Promise<Section>> = {
  "start-up": (found) => measureStartUp(found, rounds),
  peers: (found) => measurePeers(found, rounds),
  sizes: () => measureSizes(),
  import: (found) => measureCoreImport(found, rounds),
  throughput: (found) => measureThroughput(found, Math.min(rounds, 15)),
  memory: (found) => measureMemory(found, Math.min(rounds, 15)),
  "many-jobs": (found) => measureManyJobs(found),
  polls: () => measurePolls(),
  wrapper: () => measureWrapper(Math.min(rounds, 5)),
};
const names = values.only?.split(",") ?? Object.keys(suites);

const sections: Section[] = [];
for (const name of names) {
  const measure = suites[name];
  if (measure === undefined) throw new Error(`no suite ${name}: ${Object.keys(suites).join(", ")}`);
  const section = await measure(runtimes.found);
  console.log(toText(section));
  sections.push(section);
}

if (values.only === undefined) {
  const root = fileURLToPath(new URL("../../../", import.meta.url));
  mkdirSync(`${root}docs/performance`, { recursive: true });
  for (const { chart } of sections) {
    if (chart) writeFileSync(`${root}docs/performance/${chart.file}`, drawChart(chart));
  }
  writeFileSync(
    `${root}docs/performance.md`,
    toMarkdown(sections, { runtimes, rounds, loadBefore }),
  );
}
