import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { timeInterleaved, type TimedCommand } from "./interleave.ts";
import { runningJob } from "./loopback-platform.ts";
import { startLoopback, type Loopback } from "./loopback.ts";
import { atMost, type Row, type Section } from "./result.ts";
import type { Runtime } from "./runtimes.ts";
import { jsonSpec, yamlSpec } from "./specs.ts";

const cli = fileURLToPath(new URL("../dist/bin.cjs", import.meta.url));
const action = fileURLToPath(new URL("../../action/dist/index.js", import.meta.url));

/** A command line, and how often the time of `node -e 0` it takes. */
interface Measured {
  readonly what: string;
  /** What it may take: on Node 20, and on later ones. */
  readonly limits: readonly [on20: number, later: number];
  /** What it took on a quiet machine with Node 24; the budget test fails well above it. */
  readonly usual: number;
  readonly toCommand: (loopback: Loopback) => Omit<TimedCommand, "name" | "node">;
}

const ofCli =
  (args: string[], prints: RegExp): Measured["toCommand"] =>
  ({ env, folder }) => ({ args: [cli, ...args], prints, env, cwd: folder });

/** What is measured, with the bars of the project. */
export const measured: readonly Measured[] = [
  {
    what: "qizhi --version",
    limits: [1.4, 1.25],
    usual: 1.05,
    toCommand: ofCli(["--version"], /^\d/),
  },
  {
    what: "qizhi --help",
    limits: [1.55, 1.4],
    usual: 1.15,
    toCommand: ofCli(["--help"], /submit/),
  },
  {
    what: "qizhi submit --help",
    limits: [1.55, 1.4],
    usual: 1.15,
    toCommand: ofCli(["submit", "--help"], /--timeout/),
  },
  {
    what: "qizhi validate job.json",
    limits: [1.9, 1.7],
    usual: 1.65,
    toCommand: ofCli(["validate", "job.json"], /valid/),
  },
  {
    what: "qizhi validate job.yaml",
    limits: [2.5, 2.2],
    usual: 2.0,
    toCommand: ofCli(["validate", "job.yaml"], /valid/),
  },
  {
    what: "qizhi status <id>",
    limits: [2.5, 2.2],
    usual: 2.1,
    toCommand: ofCli(["status", runningJob], /job_running/),
  },
  {
    what: "qizhi submit job.yaml --json",
    limits: [3.2, 2.8],
    usual: 2.65,
    toCommand: ofCli(["submit", "job.yaml", "--json"], /"job_id": "job-/),
  },
  {
    what: "Action without inputs, to its error",
    limits: [2.7, 2.5],
    usual: 2.35,
    toCommand: () => ({ args: [action], exitCode: 1, prints: /::error/ }),
  },
];

/** Measures the start of each command on each Node, as a ratio to `node -e 0` in the same rounds. */
export async function measureStartUp(
  runtimes: readonly Runtime[],
  rounds: number,
): Promise<Section> {
  await using loopback = await startLoopback();
  writeFileSync(join(loopback.folder, "job.json"), jsonSpec);
  writeFileSync(join(loopback.folder, "job.yaml"), yamlSpec);
  const rows: Row[] = [];
  const bars: { label: string; value: number; limit: number }[] = [];
  for (const { major, version, path } of runtimes) {
    const commands = measured.map(({ what, toCommand }) => ({
      name: what,
      node: path,
      ...toCommand(loopback),
    }));
    const base: TimedCommand = { name: "node -e 0", node: path, args: ["-e", "0"] };
    const [start, ...timings] = timeInterleaved([base, ...commands], rounds);
    rows.push({ what: `\`node -e 0\`, ${version}`, reached: `${start!.medianMs.toFixed(1)} ms` });
    for (const [index, { name, medianMs }] of timings.entries()) {
      const limit = measured[index]!.limits[major === 20 ? 0 : 1];
      const ratio = medianMs / start!.medianMs;
      const row = atMost(`\`${name}\`, Node ${major}`, ratio, limit, " ×");
      rows.push({ ...row, reached: `${row.reached} (${medianMs.toFixed(0)} ms)` });
      bars.push({ label: `${name}, Node ${major}`, value: ratio, limit });
    }
  }
  return {
    title: "Start-up",
    how:
      `From start to exit, as a multiple of \`node -e 0\` in the same run: median of ${rounds} interleaved ` +
      "rounds after one to warm up. `status` and `submit` talk to a local platform in another process, " +
      "with a kept token.",
    rows,
    chart: {
      kind: "bars",
      file: "start-up.svg",
      title: "Start-up as a multiple of node -e 0",
      unit: "×",
      bars,
    },
  };
}
