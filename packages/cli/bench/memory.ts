import { execFileSync, spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { bundleScript } from "./bundle.ts";
import { cleanEnv, median } from "./interleave.ts";
import { runningJob } from "./specs.ts";
import { startLoopback } from "./loopback.ts";
import { atMost, type Row, type Section } from "./result.ts";
import type { Runtime } from "./runtimes.ts";

const cli = fileURLToPath(new URL("../dist/bin.cjs", import.meta.url));

/** Measures a CLI that waits against a Node that only idles, and its heap over a simulated week. */
export async function measureMemory(
  runtimes: readonly Runtime[],
  rounds: number,
): Promise<Section> {
  await using loopback = await startLoopback();
  using week = await bundleScript("week.worker");
  const rows: Row[] = [];
  for (const { major, path } of runtimes) {
    const env = { ...cleanEnv(), ...loopback.env };
    const all: Record<"idle" | "wait", number[]> = { idle: [], wait: [] };
    for (let round = 0; round < rounds; round++) {
      const idle = spawn(path, ["-e", "setInterval(() => {}, 1e6)"], { env, stdio: "ignore" });
      const waiting = spawn(path, [cli, "wait", runningJob], { env, stdio: "ignore" });
      await pause(4_000);
      all.idle.push(residentMb(idle.pid!));
      all.wait.push(residentMb(waiting.pid!));
      for (const child of [idle, waiting]) child.kill("SIGKILL");
    }
    const [waitMb, idleMb] = [median(all.wait), median(all.idle)];
    const row = atMost(`\`qizhi wait\` to an idle Node, Node ${major}`, waitMb / idleMb, 1.5, " ×");
    const sizes = `${waitMb.toFixed(0)} to ${idleMb.toFixed(0)} MB`;
    rows.push({ ...row, reached: `${row.reached} (${sizes})` });
    const args = ["--expose-gc", week.file];
    const told = JSON.parse(execFileSync(path, args, { encoding: "utf8", env: cleanEnv() }));
    const grownMb = Math.max(0, told.grownBytes / 1e6);
    rows.push(atMost(`Heap, day 3 to day 7 of a wait, Node ${major}`, grownMb, 0.5, " MB"));
  }
  return {
    title: "Memory",
    how:
      `Resident memory after 4 s, medians of ${rounds}; the heap after a collection, over a week of a wait ` +
      "on a simulated clock.",
    rows,
  };
}

/** Resident memory of a process, in MB of 1,000 kB. */
export function residentMb(pid: number): number {
  const told = execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" });
  return (Number(told) * 1_024) / 1e6;
}
