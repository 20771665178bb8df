import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { timeInterleaved, type TimedCommand } from "./interleave.ts";
import { runningJob } from "./specs.ts";
import { startLoopback, type Loopback } from "./loopback.ts";
import { atLeast, type Row, type Section } from "./result.ts";
import type { Runtime } from "./runtimes.ts";

const cli = fileURLToPath(new URL("../dist/bin.cjs", import.meta.url));
// Python clients of the same platform, as source; no registry of JavaScript has them.
const folder = process.env["QIZHI_BENCH_PEERS"] ?? "";
const python = process.env["QIZHI_BENCH_PYTHON"] ?? "python3";

interface Peer {
  readonly name: string;
  /** Its source in the folder of peers. */
  readonly source: string;
  /** Where its Python is in that. */
  readonly root?: string;
  /** Python that runs its command line. */
  readonly code: string;
  /** Asks about a job over the OpenAPI; none where it only knows the web console's calls. */
  readonly status?: readonly string[];
  readonly env: (url: string) => Record<string, string>;
}

const peers: readonly Peer[] = [
  {
    name: "tianyilt/qzcli_tool",
    source: "qzcli_tool",
    code: "from qzcli.cli import main; main()",
    status: ["status", runningJob],
    env: (url) => ({ QZCLI_API_URL: url, QZCLI_USERNAME: "bench", QZCLI_PASSWORD: "bench" }),
  },
  {
    name: "EmbodiedForge/Inspire-cli",
    source: "Inspire-cli",
    code: "from inspire.cli.main import cli; cli()",
    status: ["job", "status", runningJob],
    env: (url) => ({
      INSPIRE_BASE_URL: url,
      INSPIRE_USERNAME: "bench",
      INSPIRE_PASSWORD: "bench",
      INSPIRE_TARGET_DIR: "/tmp",
    }),
  },
  {
    name: "Sarfflow/qzcli",
    source: "qzcli",
    root: "src",
    code: "from qzcli.cli import main; main()",
    env: () => ({}),
  },
];

const version = /\d+\.\d+/;
const jobStatus = /running|运行中/i;

/** Measures `--version` and `status` against other clients at the same work in the same run. */
export async function measurePeers(
  [runtime]: readonly Runtime[],
  rounds: number,
): Promise<Section> {
  await using loopback = await startLoopback();
  const node = runtime!.path;
  const there = peers.filter(({ source }) => existsSync(join(folder, source)) && folder !== "");
  const commands = [
    ...["--version", "status"].map((work) => ours(work, node, loopback)),
    bareFetch(node, loopback),
    { name: "`node -e 0`", node, args: ["-e", "0"] },
    { name: "`python3 -c pass`", node: python, args: ["-c", "pass"] },
    ...there.flatMap((peer) => [
      { ...theirs(peer, "--version", ["--version"], loopback), prints: version },
      ...(peer.status === undefined
        ? []
        : [{ ...theirs(peer, "status", peer.status, loopback), prints: jobStatus }]),
    ]),
  ];
  const timings = timeInterleaved(commands, rounds);
  const timeOf = (name: string) => timings.find((each) => each.name === name)?.medianMs;
  const rows = timings.map(({ name, medianMs }): Row => ({
    what: name,
    reached: `${medianMs.toFixed(0)} ms`,
  }));
  for (const work of ["status"]) {
    const all = there.map(({ name }) => timeOf(`${name} ${work}`) ?? Infinity);
    if (all.length === 0) continue;
    const ratio = Math.min(...all) / timeOf(`qizhi ${work}`)!;
    rows.push(atLeast(`The fastest other client to \`qizhi ${work}\``, ratio, 2, " ×"));
  }
  const missing = peers.filter((peer) => !there.includes(peer)).map(({ name }) => name);
  return {
    title: "Other clients",
    how:
      `Wall time on ${runtime!.version}, the same job on the same local platform, medians of ${rounds} ` +
      "interleaved rounds. Other clients keep what they keep between runs, such as a token.",
    rows,
    notes: missing.map(
      (name) =>
        `${name} is not measured here: it is Python, and its source is not in the folder that ` +
        "`QIZHI_BENCH_PEERS` names.",
    ),
  };
}

function ours(work: string, node: string, { env, folder: cwd }: Loopback): TimedCommand {
  const args = work === "status" ? [cli, work, runningJob] : [cli, work];
  return { name: `qizhi ${work}`, node, args, env, cwd };
}

/** What the same request costs without any client: Node's own `fetch` in a script of one line. */
function bareFetch(node: string, { url, accessToken }: Loopback): TimedCommand {
  const init = {
    method: "POST",
    headers: { authorization: `Bearer ${accessToken}`, "content-type": "application/json" },
    body: JSON.stringify({ job_id: runningJob }),
  };
  const detail = JSON.stringify(`${url}/openapi/v1/train_job/detail`);
  const script = `fetch(${detail}, ${JSON.stringify(init)}).then((r) => r.text()).then(console.log)`;
  return {
    name: "`node -e fetch(…)` of one detail",
    node,
    args: ["-e", script],
    prints: /job_running/,
  };
}

function theirs(
  peer: Peer,
  work: string,
  args: readonly string[],
  { url, folder: home }: Loopback,
): TimedCommand {
  const env = {
    ...peer.env(url),
    HOME: home,
    PYTHONPATH: join(folder, peer.source, peer.root ?? ""),
  };
  return { name: `${peer.name} ${work}`, node: python, args: ["-c", peer.code, ...args], env };
}
