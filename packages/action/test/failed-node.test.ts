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
