import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { bundleScript } from "./bundle.ts";
import { cleanEnv, median } from "./interleave.ts";
import { atLeast, inform, type Row, type Section } from "./result.ts";
import type { Runtime } from "./runtimes.ts";

const requests = 4_000;

/** Measures how fast details can be had, against bare `fetch`, in the same run. */
export async function measureThroughput(
  runtimes: readonly Runtime[],
  rounds: number,
): Promise<Section> {
  using worker = await bundleScript("throughput.worker");
  const server = fork(new URL("canned-server.ts", import.meta.url), { env: cleanEnv() });
  const [{ port }] = await once(server, "message");
  const rows: Row[] = [];
  for (const { major, path } of runtimes) {
    const all: Record<"core" | "fetch", { perSecond: number[]; cpuUs: number[] }> = {
      core: { perSecond: [], cpuUs: [] },
      fetch: { perSecond: [], cpuUs: [] },
    };
    for (let round = 0; round < rounds; round++) {
      for (const way of ["core", "fetch"] as const) {
        const args = [worker.file, way, `http://127.0.0.1:${port}`, String(requests)];
        const told = JSON.parse(execFileSync(path, args, { encoding: "utf8", env: cleanEnv() }));
        all[way].perSecond.push(told.perSecond);
        all[way].cpuUs.push(told.cpuUs);
      }
    }
    const [core, bare] = [median(all.core.perSecond), median(all.fetch.perSecond)];
    const [coreUs, bareUs] = [median(all.core.cpuUs), median(all.fetch.cpuUs)];
    const speed = atLeast(`Details per second, Node ${major}`, core / bare, 1.3, " ×");
    const cpu = inform(`CPU per detail, Node ${major}`, coreUs / bareUs, " ×");
    const perSecond = `${core.toFixed(0)} to ${bare.toFixed(0)} per second`;
    rows.push({ ...speed, reached: `${speed.reached} (${perSecond})` });
    rows.push({
      ...cpu,
      reached: `${cpu.reached} (${coreUs.toFixed(0)} to ${bareUs.toFixed(0)} µs)`,
    });
  }
  server.disconnect();
  await once(server, "exit");
  return {
    title: "Throughput",
    how:
      `64 concurrent details of 3 kB on the loopback, ${requests} after as many to warm up, parsed and validated by ` +
      "the library, against bare `fetch` with `JSON.parse`; a server that sends canned answers over plain " +
      `TCP runs in another process; medians of ${rounds} interleaved runs.`,
    rows,
  };
}
