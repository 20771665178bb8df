import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startLocalPlatform } from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import { findBlocks, readDoc } from "./docs-page.ts";
import { bin, createPlace } from "./run-cli.ts";

const spec = {
  name: "demo",
  logic_compute_group_id: "lcg-11111111-1111-4111-8111-111111111111",
  project_id: "project-22222222-2222-4222-8222-222222222222",
  workspace_id: "ws-33333333-3333-4333-8333-333333333333",
  framework: "pytorch",
  command: "sleep 0",
  max_running_time_ms: "1h",
  task_priority: 4,
  framework_config: [
    {
      image: "docker.sii.shaipower.online/inspire-studio/base:v1",
      image_type: "SOURCE_OFFICIAL",
      instance_count: 1,
      shm_gi: 0,
      spec_id: "44444444-4444-4444-8444-444444444444",
    },
  ],
};
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
      if (way === "trap ") expect(output).toContain("interrupted: see stderr");
    },
  );
});

test("every block that waits in a step says how the signal gets through", async () => {
  const waits = findBlocks(await readDoc("docs/ci.md")).filter(({ code }) =>
    /submit .*--wait/.test(code),
  );
  expect(waits.map(({ code }) => /exec |trap /.exec(code)?.[0])).toEqual(["exec ", "trap "]);
});
