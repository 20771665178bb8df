import { toCreateBody } from "@qizhi/core/internal";
import { parseJobSpec } from "@qizhi/core";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "./interleave.ts";
import { atMost, inform, type Section } from "./result.ts";
import { jsonSpec } from "./specs.ts";

const line = "loss 0.6931 lr 0.0003 tokens/s 123456 rank 0 memory 71.2 GiB of 80 GiB, 12:34:56";
/** 1 GB of lines as a job writes them, each put together for itself. */
const written = `awk 'BEGIN { for (step = 10000000; step < 20200000; step++) print "epoch 1 step", step, "${line}" }'`;
/** 1 GB as fast as a pipe takes it. */
const poured = `yes '${line}' | head -c 1000000000`;

/** What `log_dir` costs a job: its output through the wrapper, against `| cat`; and an empty command. */
export function measureWrapper(rounds: number): Section {
  // In memory where there is such a folder: the disk of this machine is not the platform's.
  const root = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "qizhi-bench-"));
  const wrap = (text: string) =>
    toCreateBody(parseJobSpec({ ...JSON.parse(jsonSpec), command: text, log_dir: root })).command;
  const variants = {
    cat: `${written} | cat`,
    wrapped: wrap(written),
    pouredCat: `${poured} | cat`,
    pouredTee: `mkdir -p '${root}' && ${poured} | tee -a '${root}/tee'`,
    pouredWrapped: wrap(poured),
    empty: "true",
    emptyWrapped: wrap("true"),
  };
  const times: Record<string, number[]> = {};
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [name, text] of Object.entries(variants)) {
        (times[name] ??= []).push(timeOnce(text));
        rmSync(root, { recursive: true, force: true });
      }
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  const ms = (name: keyof typeof variants) => median(times[name] ?? []);
  return {
    title: "The wrapper of log_dir",
    how: `1 GB of lines from a command to /dev/null, through \`cat\` and through the wrapper, which also keeps them in a folder in memory; medians of ${rounds} alternating runs. A job puts its lines together; poured as fast as a pipe takes it, it costs what \`tee\` costs.`,
    rows: [
      atMost(
        "1 GB through the wrapper, of the time through cat",
        ms("wrapped") / ms("cat"),
        1.3,
        " ×",
      ),
      inform("1 GB through cat", ms("cat"), " ms"),
      inform(
        "1 GB poured through the wrapper, of cat",
        ms("pouredWrapped") / ms("pouredCat"),
        " ×",
      ),
      inform("1 GB poured through tee alone, of cat", ms("pouredTee") / ms("pouredCat"), " ×"),
      atMost(
        "an empty command: what the wrapper adds",
        ms("emptyWrapped") - ms("empty"),
        50,
        " ms",
      ),
    ],
  };
}

function timeOnce(text: string): number {
  const start = performance.now();
  const { status } = spawnSync("sh", ["-c", text], { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) throw new Error(`it ended with ${status}`);
  return performance.now() - start;
}
