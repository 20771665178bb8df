import { describe, expect, it } from "vitest";
import { readJobSpec } from "./read.ts";
import { yamlSpec } from "./spec.fixture.ts";
import { findSpecWarnings } from "./warnings.ts";

const quiet = { isCi: false };

async function warningsOf(text: string, context = quiet, options = {}) {
  const read = await readJobSpec({ name: "job.yaml", text }, options);
  return findSpecWarnings(read, context).map(({ rule, subject, line, column }) => {
    return [rule, subject, line === undefined ? "" : `${line}:${column}`].join(" ").trim();
  });
}

const lineOf = (text: string, part: string) => {
  const before = text.slice(0, text.indexOf(part));
  return `${before.split("\n").length}:${before.length - before.lastIndexOf("\n")}`;
};

describe("warnings about a job spec", () => {
  it("are none for a plain one", async () => {
    expect(await warningsOf(yamlSpec)).toEqual([]);
  });

  it("point at the very place in a block of commands", async () => {
    const command =
      "|\n  set -e\n  source env.sh\n  cd /x && conda activate a\n  python a.py | tee log";
    const text = yamlSpec.replace("sleep 60", command);
    expect(await warningsOf(text)).toEqual([
      `bash-syntax source ${lineOf(text, "source")}`,
      `no-bashrc conda activate ${lineOf(text, "conda")}`,
      `tee-hides-failure | tee ${lineOf(text, "| tee")}`,
    ]);
  });

  it("point at the value where the command is written in another way", async () => {
    const text = yamlSpec.replace("sleep 60", '"sleep 1;\\tsource env.sh"');
    expect(await warningsOf(text)).toEqual([`bash-syntax source ${lineOf(text, '"sleep')}`]);
  });

  it("tell of secrets without repeating them, wherever they are", async () => {
    const secret = "hf_abcdefghijklmnopqrstuvwxyz";
    const envs = `envs:\n  HF_TOKEN: ${secret}\n  WANDB_API_KEY: 0123456789abcdef\n  EOS_TOKEN: endoftext\n  MAX_TOKENS: 4096\n  KEY_FILE: /inspire/key\n`;
    const text = `${yamlSpec.replace("sleep 60", `TOKEN=${secret} python a.py`)}${envs}`;
    expect(await warningsOf(text)).toEqual([
      `secret command ${lineOf(text, secret)}`,
      `secret HF_TOKEN ${lineOf(text, `${secret}\n`)}`,
      `secret WANDB_API_KEY ${lineOf(text, "0123")}`,
    ]);
    const read = await readJobSpec({ name: "-", text });
    expect(JSON.stringify(findSpecWarnings(read, quiet))).not.toContain(secret);
    const override = { env: [`API_KEY=${secret}`] };
    expect(await warningsOf(yamlSpec, quiet, override)).toEqual(["secret API_KEY"]);
  });

  it("tell of images from elsewhere, low priority, and no time limit in CI", async () => {
    const text = yamlSpec.replace("task_priority: 4", "task_priority: 2");
    const other = text.replace(/image: .*/, "image: nvcr.io/nvidia/pytorch:24.01");
    expect(other).not.toBe(text);
    expect((await warningsOf(other, { isCi: true })).toSorted()).toEqual([
      `image-host nvcr.io ${lineOf(other, "nvcr.io")}`,
      "no-time-limit max_running_time_ms",
      `preemptible 2 ${lineOf(other, "2\nframework")}`,
    ]);
    expect(await warningsOf(`${text}max_running_time_ms: 2h\n`, { isCi: true })).toHaveLength(1);
  });
});
