import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FaultCase, shortRequestMs, toErrorBudgetMs, waitLimitMs } from "./case.ts";
import { type CliRun, startCli, toCliEnv } from "./cli-process.ts";
import { type Scene, spec } from "./scene.ts";
import { type Told, toStablePhrase } from "./told.ts";

/** Meets a case with the built CLI, in a process and a home of its own. */
export async function runCli(fault: FaultCase, scene: Scene): Promise<Told> {
  const home = await mkdtemp(join(tmpdir(), "qizhi-matrix-"));
  try {
    await writeFile(join(home, "job.json"), JSON.stringify(spec));
    const run = await startCli(toArgs(fault, scene), toEnv(fault, scene, home), (stderr) => {
      return stderr.includes('"type":"retry"') ? scene.endTrouble() : undefined;
    });
    const texts = { stdout: run.stdout, stderr: run.stderr, ...(await readAll(home)) };
    return { ...read(fault, scene, run), texts };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

function toArgs(fault: FaultCase, { jobId }: Scene): string[] {
  const { operation, ends } = fault;
  if (operation === "token" || operation === "create") return ["submit", "job.json", "--json"];
  if (operation === "stop") return ["stop", jobId, "--yes", "--json"];
  const limit = ends.cli === "limit" ? ["--timeout", `${waitLimitMs}ms`] : [];
  const quick = ["--poll-interval", "20ms", "--error-budget", `${toErrorBudgetMs(fault)}ms`];
  return ["wait", jobId, "--json", ...quick, ...limit];
}

function toEnv({ isTimed }: FaultCase, scene: Scene, home: string): Record<string, string> {
  const limit = isTimed ? { QIZHI_REQUEST_TIMEOUT: `${shortRequestMs}ms` } : {};
  return { ...toCliEnv(scene, home), ...limit };
}

function read(fault: FaultCase, scene: Scene, run: CliRun): Omit<Told, "texts"> {
  const { code, stdout, stderr } = run;
  const document: unknown = JSON.parse(stdout === "" ? "{}" : stdout);
  const errors = stderr.split("\n").filter((line) => line.startsWith("error: "));
  const word = errors.map((line) => toStablePhrase(line.slice("error: ".length))).join(" / ");
  const ends = toEnding(code, document);
  const faults = [...findFaults(fault, scene, ends, document)];
  if (errors.length !== (code === 0 ? 0 : 1)) faults.push(`the CLI tells ${errors.length} errors`);
  if (/^\s+at /m.test(stderr)) faults.push("the CLI prints a stack");
  return { ends, word: word === "" ? String(code) : `${code}: ${word}`, faults };
}

function toEnding(code: number | null, document: unknown): string {
  const kind = readAt(document, "error", "code");
  if (kind === "job_gone" && code === 3) return "gone";
  if (kind === "job_ended" && code === 1) return "ended";
  const names: Record<string, string> = { 0: "works", 3: "refused", 4: "limit", 5: "unknown" };
  return kind === "wait_lost" && code === 3 ? "lost" : (names[String(code)] ?? `exit ${code}`);
}

function* findFaults(
  { operation }: FaultCase,
  { platform, jobId }: Scene,
  ends: string,
  document: unknown,
): Generator<string> {
  if (ends !== "works") {
    if (readAt(document, "error", "exit_code") === undefined) yield "the JSON has no exit_code";
    return;
  }
  const told = readAt(document, "job_id");
  const real =
    operation === "token" || operation === "create" ? platform.jobs().at(-1)?.jobId : jobId;
  if (told !== real) yield `the CLI tells of the job ${String(told)}`;
  const phase = readAt(document, "phase");
  if (operation === "detail" && phase !== "succeeded") yield `the CLI tells of ${String(phase)}`;
  if (operation === "stop" && readAt(document, "stop_sent") !== true) yield "no stop is told";
}

function readAt(value: unknown, ...keys: string[]): unknown {
  return keys.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined),
    value,
  );
}

/** All files that the CLI left, the spec of the case aside. */
async function readAll(home: string): Promise<Record<string, string>> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name !== "job.json");
  const texts = files.map(async ({ parentPath, name }) => {
    const path = join(parentPath, name);
    return [`the file ${path.slice(home.length + 1)}`, await readFile(path, "utf8")];
  });
  return Object.fromEntries(await Promise.all(texts));
}
