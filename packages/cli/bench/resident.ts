import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { toPlannedId } from "../../core/src/watcher/fleet.fixture.ts";
import { bundleScript } from "./bundle.ts";
import { cleanEnv } from "./interleave.ts";
import { runningJob } from "./specs.ts";
import { type Loopback, startLoopback } from "./loopback.ts";
import { residentMb } from "./memory.ts";
import { atMost, inform, type Row } from "./result.ts";
import type { Runtime } from "./runtimes.ts";

const cli = fileURLToPath(new URL("../dist/bin.cjs", import.meta.url));
const jobIds = Array.from({ length: 1_000 }, (_, index) => toPlannedId(index));
// A whole round: 1,000 looks at three a second, and some.
const watchMs = 345_000;

/** What was measured of one process. */
interface Watching extends AsyncDisposable {
  readonly child: ChildProcess;
  mostMb: number;
}

/**
 * Measures the resident memory of processes that watch 1,000 jobs, three requests a second each: `qizhi
 * wait`, an app with core, and bare `node:http` that asks about one job and reads the answers.
 */
export async function measureResident(runtimes: readonly Runtime[]): Promise<Row[]> {
  using app = await bundleScript("many-jobs.worker");
  using bare = await bundleScript("bare-http.worker");
  await using all = new AsyncDisposableStack();
  const start = async ({ path }: Runtime, toArgs: (loopback: Loopback) => string[]) =>
    all.use(await startWatching(path, toArgs));
  const groups = await Promise.all(
    runtimes.map(async (runtime) => ({
      major: runtime.major,
      wait: await start(runtime, () => [cli, "wait", ...jobIds]),
      app: await start(runtime, ({ url, accessToken }) => [
        app.file,
        url,
        accessToken,
        String(jobIds.length),
        "3",
      ]),
      bare: await start(runtime, ({ url, accessToken }) => [
        bare.file,
        url,
        accessToken,
        runningJob,
      ]),
    })),
  );
  const watching = groups.flatMap(({ wait, app: inApp, bare: alone }) => [wait, inApp, alone]);
  for (let ms = 0; ms < watchMs; ms += 5_000) {
    await pause(5_000);
    for (const each of watching) each.mostMb = Math.max(each.mostMb, residentMb(each.child.pid!));
  }
  return groups.flatMap(({ major, wait, app: inApp, bare: alone }) => [
    atMost(`Resident, \`qizhi wait\` of 1,000 jobs, Node ${major}`, wait.mostMb, 80, " MB"),
    inform(`the same in an app with core, Node ${major}`, inApp.mostMb, " MB"),
    inform(`bare \`node:http\` as often, about one job, Node ${major}`, alone.mostMb, " MB"),
  ]);
}

/** Starts a process with a platform of its own, as those of one user share a rate. */
async function startWatching(
  node: string,
  toArgs: (loopback: Loopback) => string[],
): Promise<Watching> {
  const loopback = await startLoopback(jobIds.length);
  const env = { ...cleanEnv(), ...loopback.env };
  // As on every day but the first: the compile cache of the CLI is filled.
  spawnSync(node, [cli, "wait", ...jobIds.slice(0, 2), "--timeout", "1s"], { env });
  const child = spawn(node, toArgs(loopback), { env, stdio: "ignore" });
  return {
    child,
    mostMb: 0,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await loopback[Symbol.asyncDispose]();
    },
  };
}
