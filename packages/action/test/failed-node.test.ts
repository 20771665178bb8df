import { startLocalPlatform } from "@qizhi/core/local";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runBundle, toSpec } from "./bundle.ts";

const secret = "a-secret-of-the-step";
const command = `i=0; while [ $i -lt 80 ]; do echo "line $i of $RANK"; i=$((i+1)); done
printf '::error::no\\n\\033[2J| <b>x</b> ${"```"} ${secret}\\n'; [ "$RANK" = 0 ] && sleep 60; exit 7`;

test("a failed job shows the last lines of the node that failed first, with and without log-dir", async () => {
  const logDir = mkdtempSync(join(tmpdir(), "qizhi-action-logs-"));
  await using platform = await startLocalPlatform({ stages: 0 });
  const run = async (inputs: Record<string, string>) => {
    const spec = toSpec({ nodes: 2, command, envs: [{ name: "NOTE", value: "x" }] });
    const result = await runBundle(platform, {
      inputs: { "spec-inline": spec, "secret-env": `WANDB_KEY=${secret}`, ...inputs },
    });
    expect(result.problems).toEqual([]);
    expect([result.outputs["outcome"], result.sent.error]).toEqual(["failed", 1]);
    return result;
  };
  try {
    const { main, summary } = await run({ "log-dir": logDir });
    const title = /Last lines of node 1 on \S+, which failed first, with exit code 7/;
    expect(main.log).toMatch(new RegExp(`##\\[group\\]${title.source}\n- line 32 of 1\n`));
    for (const text of [main.log, summary]) {
      expect(text).toMatch(title);
      expect(text).toContain("line 79 of 1");
      expect(text).not.toContain("line 31 of 1");
      expect(text).not.toContain(secret);
      expect(text).not.toContain("\u001b");
    }
    const few = await run({ "log-lines": "3" });
    expect(few.main.log).toContain("Last lines of node 1, which failed first, with exit code 7");
    expect(few.main.log).toContain("- line 79 of 1\n");
    expect(few.main.log).not.toContain("line 78 of 1");
    expect((await run({ "log-lines": "0" })).main.log).not.toContain("Last lines");
  } finally {
    rmSync(logDir, { recursive: true });
  }
});

test("a log with a hole of a terabyte keeps the step from no outcome", async () => {
  const logDir = mkdtempSync(join(tmpdir(), "qizhi-action-logs-"));
  await using platform = await startLocalPlatform({ stages: 0 });
  try {
    const spec = toSpec({ command: `truncate -s 1T "${logDir}"/*/0.*.log; exit 7` });
    const { main, outputs } = await runBundle(platform, {
      inputs: { "spec-inline": spec, "log-dir": logDir },
    });
    expect(outputs["outcome"]).toBe("failed");
    expect(main.log).toMatch(/Last lines of node 0 on \S+, which failed first, with exit code 7/);
  } finally {
    rmSync(logDir, { recursive: true });
  }
});

test("a node that has printed nothing is said to, where its last lines would stand", async () => {
  await using platform = await startLocalPlatform({ stages: 0 });
  const inputs = { "spec-inline": toSpec({ command: "exit 7" }) };
  const { main, summary } = await runBundle(platform, { inputs });
  expect(main.log).toMatch(/##\[group\]Last lines of node 0, .*\n- \(nothing was printed\)\n/);
  expect(summary).toContain("```text\n(nothing was printed)\n```");
});

test("of a sweep the first three failed runs show them, each under its name", async () => {
  const logDir = mkdtempSync(join(tmpdir(), "qizhi-action-logs-"));
  await using platform = await startLocalPlatform({ stages: 0, gpus: 160 });
  const n = [1, 2, 3, 4, 5];
  const script = `i=0; while [ $i -lt 60 ]; do echo "line $i"; i=$((i+1)); done; echo "${secret}"
[ {{ matrix.n }} = 2 ] || exit {{ matrix.n }}`;
  const spec = toSpec({ name: "demo-{{ matrix.n }}", command: script, matrix: { n } });
  try {
    const inputs = {
      "spec-inline": spec,
      "log-dir": logDir,
      "secret-env": `WANDB_KEY=${secret}`,
      "max-requests-per-second": 50,
    };
    const { main, summary, problems, outputs } = await runBundle(platform, { inputs });
    expect([problems, outputs["outcome"]]).toEqual([[], "failed"]);
    const titles =
      /(?<=Last lines of node \S+ on \S+ of )demo-\d, which failed first, with exit code \d/g;
    for (const text of [main.log, summary]) {
      expect(text.match(titles)).toEqual(
        [1, 3, 4].map((code) => `demo-${code}, which failed first, with exit code ${code}`),
      );
      expect(text).toContain("line 59");
      expect(text).not.toContain("line 9\n");
      expect(text).not.toContain(secret);
    }
    expect(main.log).toMatch(/##\[group\]Last lines of node .* of demo-1, .*\n- line 11\n/);
  } finally {
    rmSync(logDir, { recursive: true });
  }
});
