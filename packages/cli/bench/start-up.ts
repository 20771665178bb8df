import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { timeInterleaved, type TimedCommand } from "./interleave.ts";
import { startLoopback, type Loopback } from "./loopback.ts";
import { atMost, inform, type Row, type Section } from "./result.ts";
import type { Runtime } from "./runtimes.ts";
import { jsonSpec, runningJob, yamlSpec } from "./specs.ts";
import { startTlsFront, type TlsFront } from "./tls-front.ts";

const cli = fileURLToPath(new URL("../dist/bin.cjs", import.meta.url));
const action = fileURLToPath(new URL("../../action/dist/index.js", import.meta.url));

/** A command line, and how often the time of `node -e 0` it takes. */
interface Measured {
  readonly what: string;
  /** What it may take: on Node 20, and on later ones. */
  readonly limits: readonly [on20: number, later: number];
  readonly toCommand: (loopback: Loopback) => Omit<TimedCommand, "name" | "node">;
}

/** The rounds ask more often than the usual pace lets pass, and a wait for a turn is no part of a start. */
const pace = { QIZHI_RATE: "1000" };

const ofCli =
  (args: string[], prints: RegExp): Measured["toCommand"] =>
  ({ env, folder }) => ({ args: [cli, ...args], prints, env: { ...env, ...pace }, cwd: folder });

/** What is measured, with the bars of the project. */
export const measured: readonly Measured[] = [
  {
    what: "qizhi --version",
    limits: [1.4, 1.25],
    toCommand: ofCli(["--version"], /^\d/),
  },
  {
    what: "qizhi --help",
    limits: [1.55, 1.4],
    toCommand: ofCli(["--help"], /submit/),
  },
  {
    what: "qizhi submit --help",
    limits: [1.55, 1.4],
    toCommand: ofCli(["submit", "--help"], /--timeout/),
  },
  {
    what: "qizhi validate job.json",
    limits: [2.6, 2.2],
    toCommand: ofCli(["validate", "job.json"], /valid/),
  },
  {
    what: "qizhi validate job.yaml",
    limits: [2.6, 2.2],
    toCommand: ofCli(["validate", "job.yaml"], /valid/),
  },
  {
    what: "qizhi status <id>",
    limits: [2.6, 2.2],
    toCommand: ofCli(["status", runningJob], /job_running/),
  },
  {
    what: "qizhi submit job.yaml --json",
    limits: [3.6, 2.8],
    toCommand: ofCli(["submit", "job.yaml", "--json"], /"job_id": "job-/),
  },
  {
    what: "Action without inputs, to its error",
    limits: [2.7, 2.5],
    toCommand: () => ({
      args: [action],
      env: { RUNNER_TEMP: tmpdir() },
      exitCode: 1,
      prints: /::error/,
    }),
  },
];

/** The commands that are held to bars, for one Node. */
export function toCommands(node: string, loopback: Loopback): TimedCommand[] {
  writeFileSync(join(loopback.folder, "job.json"), jsonSpec);
  writeFileSync(join(loopback.folder, "job.yaml"), yamlSpec);
  return measured.map(({ what, toCommand }) => ({ name: what, node, ...toCommand(loopback) }));
}

/** What a bar says nothing about: a first start, and TLS, which every real request goes through. */
function toOtherCommands(node: string, loopback: Loopback, front: TlsFront): TimedCommand[] {
  const { folder: cwd, accessToken } = loopback;
  const env = { ...loopback.env, ...pace };
  const status = { node, args: [cli, "status", runningJob], prints: /job_running/, cwd };
  const overTls = {
    ...env,
    QIZHI_CA_FILE: front.caFile,
    QIZHI_BASE_URL: front.url,
    QIZHI_TOKEN: accessToken,
  };
  const first = { ...env, NODE_DISABLE_COMPILE_CACHE: "1" };
  const bare = toBareRequest(front.url, accessToken);
  return [
    { ...status, name: "qizhi status <id>, without the compile cache", env: first },
    { ...status, name: "qizhi status <id>, over TLS", env: overTls },
    {
      ...status,
      name: "bare node:https, one detail",
      args: ["-e", bare],
      env: { NODE_EXTRA_CA_CERTS: front.caFile },
    },
  ];
}

function toBareRequest(url: string, accessToken: string): string {
  const headers = { authorization: `Bearer ${accessToken}`, "content-type": "application/json" };
  const target = JSON.stringify(`${url}/openapi/v1/train_job/detail`);
  const body = JSON.stringify(JSON.stringify({ job_id: runningJob }));
  return `
    const init = { method: "POST", headers: ${JSON.stringify(headers)} };
    require("https").request(${target}, init, (answer) => {
      let text = "";
      answer.on("data", (part) => (text += part));
      answer.on("end", () => console.log(JSON.parse(text).data.status));
    }).end(${body});`;
}

/** Measures the start of each command on each Node, as a ratio to `node -e 0` in the same rounds. */
export async function measureStartUp(
  runtimes: readonly Runtime[],
  rounds: number,
): Promise<Section> {
  const rows: Row[] = [];
  const bars: { label: string; value: number; limit: number }[] = [];
  for (const { major, version, path } of runtimes) {
    // One for each, as a journal grows with every submit.
    await using loopback = await startLoopback();
    await using front = await startTlsFront(loopback.url);
    const base: TimedCommand = { name: "node -e 0", node: path, args: ["-e", "0"] };
    const commands = [...toCommands(path, loopback), ...toOtherCommands(path, loopback, front)];
    const [start, ...timings] = timeInterleaved([base, ...commands], rounds);
    rows.push({ what: `\`node -e 0\`, ${version}`, reached: `${start!.medianMs.toFixed(1)} ms` });
    for (const [index, { name, medianMs }] of timings.entries()) {
      const limit = measured[index]?.limits[major === 20 ? 0 : 1];
      const ratio = medianMs / start!.medianMs;
      const what = `\`${name}\`, Node ${major}`;
      const row =
        limit === undefined ? inform(what, ratio, " ×") : atMost(what, ratio, limit, " ×");
      rows.push({ ...row, reached: `${row.reached} (${medianMs.toFixed(0)} ms)` });
      if (limit !== undefined) bars.push({ label: `${name}, Node ${major}`, value: ratio, limit });
    }
  }
  return {
    title: "Start-up",
    how:
      `From start to exit, as a multiple of \`node -e 0\` in the same run: median of ${rounds} interleaved ` +
      "rounds after one to warm up. `status` and `submit` talk to a local platform in another process, " +
      "with a kept token; over plain http where nothing else is said. Node ≥ 22.8 keeps compiled code between " +
      "runs: the first start has none.",
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
