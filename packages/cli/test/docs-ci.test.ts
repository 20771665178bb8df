import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startLocalPlatform } from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import { findBlocks, readDoc } from "./docs-page.ts";
import { bin, createPlace } from "./run-cli.ts";
import { toSpec } from "./write-spec.ts";

const spec = toSpec({ name: "demo", max_running_time_ms: "1h" });
const blocks = findBlocks(await readDoc("docs/ci.md")).filter(({ code }) =>
  code.includes("--on-interrupt stop"),
);
// As GitHub and others start the script of a step.
const shells = [
  ["sh", "-e"],
  ["bash", "--noprofile", "--norc", "-eo", "pipefail"],
] as const;
const cases = ["exec ", "trap "].flatMap((way) =>
  shells.flatMap((shell) =>
    (["SIGTERM", "SIGINT"] as const).map((signal) => [way, shell, signal] as const),
  ),
);

describe("a CI that signals the shell of a step alone", () => {
  test.for(cases)(
    "has the job stopped by the block with %s in %j at %s",
    async ([way, shell, signal]) => {
      const { code } = blocks.find((each) => each.code.includes(way)) ?? { code: "" };
      await using platform = await startLocalPlatform({
        commands: "skip",
        stages: { queuingMs: 3_600_000, creatingMs: 0, stoppingMs: 50 },
      });
      await using place = await createPlace(platform);
      const folder = join(place.dir, "bin");
      await mkdir(folder);
      await mkdir(join(place.dir, "jobs"));
      await writeFile(join(place.dir, "jobs/train.yaml"), JSON.stringify(spec));
      await writeFile(join(place.dir, "step.sh"), code);
      await writeFile(
        join(folder, "qizhi"),
        `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`,
      );
      await chmod(join(folder, "qizhi"), 0o755);
      const [command, ...args] = shell;
      const step = spawn(command, [...args, "step.sh"], {
        cwd: place.dir,
        env: { ...place.env, PATH: `${folder}:${place.env["PATH"]}`, CI: "true" },
        stdio: ["ignore", "pipe", "ignore"],
      });
      let output = "";
      step.stdout?.on("data", (chunk: Buffer) => (output += String(chunk)));
      // Then it waits for the job.
      while (!platform.requests.some(({ operation }) => operation === "detail"))
        await platform.changed();
      step.kill(signal);
      const [exitCode] = await once(step, "close");
      expect(platform.jobs()).toMatchObject([{ status: "job_stopped" }]);
      const stops = platform.requests.filter(({ operation }) => operation === "stop");
      expect(stops).toHaveLength(1);
      expect(exitCode).toBe(signal === "SIGINT" && way === "exec " ? 130 : 143);
      if (way === "trap ")
        expect(output).toBe("interrupted: the job was stopped, unless stderr says otherwise\n");
    },
  );
});

test("every block that waits in a step says how the signal gets through", async () => {
  const waits = findBlocks(await readDoc("docs/ci.md")).filter(({ code }) =>
    /submit .*--wait/.test(code),
  );
  expect(waits.map(({ code }) => /exec |trap /.exec(code)?.[0])).toEqual(["exec ", "trap "]);
});
