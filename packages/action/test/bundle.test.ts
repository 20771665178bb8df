import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostileText, startLocalPlatform } from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import { actionDir, countOf, longJob, readBundle, runBundle, toSpec } from "./bundle.ts";

/** Another Node of this machine, older than this one; the oldest that the bundle promises is 20. */
const olderNode = ["/usr/bin/node", "/usr/local/bin/node"].find((node) => {
  if (!existsSync(node)) return false;
  const major = Number(
    /^v(\d+)/.exec(execFileSync(node, ["--version"], { encoding: "utf8" }))?.[1],
  );
  return major >= 20 && major < Number(process.versions.node.split(".")[0]);
});

describe("the bundle", () => {
  test("is one file that does not grow beyond 495 KB (its bar is 400), with its licences", () => {
    const text = readBundle();
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(495_000);
    expect(readdirSync(join(actionDir, "dist")).toSorted()).toEqual([
      "index.js",
      "licenses.txt",
      "post.js",
    ]);
    const licences = readFileSync(join(actionDir, "dist/licenses.txt"), "utf8");
    for (const name of ["@actions/core", "zod", "ofetch", "yaml"]) {
      expect(licences).toMatch(new RegExp(`^${name} [\\d.]+ \\((MIT|ISC)\\)$`, "m"));
    }
  });

  test("holds no path, no time, no HTTP client of @actions and no import but Node's own", () => {
    const text = readBundle();
    expect(text).not.toContain(join(actionDir, "../.."));
    expect(text).not.toMatch(/ACTIONS_ID_TOKEN_REQUEST_URL|undici|sourceMappingURL/);
    const imports = [...text.matchAll(/(?:from|import|require\()\s*["'`]([\w@:/.-]+)["'`]/g)];
    const builtin =
      /^(node:)?(os|crypto|fs|path|net|http|https|tls|dns|stream|buffer|module|zlib|events|util|url|process|child_process|timers)(\/promises)?$/;
    expect(imports.map(([, name = ""]) => name).filter((name) => !builtin.test(name))).toEqual([]);
  });
});

describe.concurrent.each([
  ["this Node", process.execPath],
  ["an older Node", olderNode],
])("on %s", (_name, node) => {
  const runs = test.skipIf(node === undefined);
  const options = { node: node ?? "" };

  runs("a job succeeds from a folder with blanks and Chinese, without PATH and HOME", async () => {
    const folder = mkdtempSync(join(tmpdir(), "动作 with blanks "));
    try {
      cpSync(join(actionDir, "action.yml"), join(folder, "action.yml"));
      cpSync(join(actionDir, "dist"), join(folder, "dist"), { recursive: true });
      await using platform = await startLocalPlatform({ stages: 20 });
      const result = await runBundle(platform, {
        ...options,
        actionDir: folder,
        isBare: true,
        files: { "任务 a/job.yaml": toSpec() },
        inputs: { spec: "任务 a/job.yaml" },
      });
      expect(result).toMatchObject({ conclusion: "success", problems: [] });
      expect(result.rawStderr).toBe("");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  runs("a cancel stops the job and post has nothing left to do", async () => {
    await using platform = await startLocalPlatform({ stages: 50 });
    const result = await runBundle(platform, {
      ...options,
      inputs: longJob,
      async script(stage) {
        await stage.waitForLine(/running \(job_running\)/, 20_000);
        await stage.cancel();
      },
    });
    expect(result).toMatchObject({ problems: [], outputs: { outcome: "cancelled" } });
    expect(countOf(platform, "stop")).toBe(1);
  });

  runs("a killed main is made up for by post", async () => {
    await using platform = await startLocalPlatform({ stages: 50 });
    const result = await runBundle(platform, {
      ...options,
      inputs: longJob,
      async script(stage) {
        await stage.waitForLine(/running \(job_running\)/, 20_000);
        await stage.sigkill();
      },
    });
    expect(result.post).toMatchObject({ exitCode: 0 });
    expect(countOf(platform, "stop")).toBe(1);
  });

  runs("a sweep runs to its end, and a cancel stops each job of another", async () => {
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64 });
    const matrix = { n: ["true", "true x"] };
    const spec = {
      "spec-inline": toSpec({ command: "sh -c '{{ matrix.n }}'", matrix }),
      "max-requests-per-second": 50,
    };
    const ended = await runBundle(platform, { ...options, inputs: spec });
    expect(ended).toMatchObject({ problems: [], outputs: { counts: '{"succeeded":2}' } });
    const cancelled = await runBundle(platform, {
      ...options,
      inputs: { ...spec, matrix: "n=sleep 60,sleep 61" },
      async script(stage) {
        await stage.waitUntil(() => platform.jobs().length === 4, "four jobs", 20_000);
        await stage.cancel();
      },
    });
    expect(cancelled).toMatchObject({ problems: [], outputs: { counts: '{"stopped":2}' } });
    expect(countOf(platform, "stop")).toBe(2);
  });

  runs("a lost reply, hostile text and a refused token end as they must", async () => {
    await using platform = await startLocalPlatform({
      jobs: [{ status: "job_running", next: ["job_running", "job_failed"] }],
      faults: [
        { operation: "create", fault: { kind: "reset", effect: true } },
        { operation: "detail", calls: [2], fault: { kind: "token-refused" } },
        { operation: "detail", calls: { from: 3 }, fault: { kind: "hostile-text" } },
      ],
    });
    const jobId = platform.jobs()[0]?.jobId ?? "";
    const lost = await runBundle(platform, options);
    expect(lost).toMatchObject({ outputs: { outcome: "unknown" }, problems: [] });
    expect(countOf(platform, "create")).toBe(1);
    const failed = await runBundle(platform, { ...options, inputs: { "job-id": jobId } });
    expect(failed).toMatchObject({ outputs: { outcome: "failed" }, problems: [] });
    expect(failed.annotations.at(-1)?.message).not.toContain(hostileText);
  });
});

describe.concurrent("the end", () => {
  test("comes within a second of the terminal answer", async () => {
    await using platform = await startLocalPlatform({
      jobs: [{ status: "job_running", next: ["job_running", "job_succeeded"] }],
    });
    const inputs = { "job-id": platform.jobs()[0]?.jobId ?? "" };
    const result = await runBundle(platform, { inputs });
    const last = platform.requests.findLast(({ operation }) => operation === "detail");
    const answeredAt = (last?.at ?? 0) - result.startedAt;
    expect(result.main.exitedAtMs - answeredAt).toBeLessThan(1_000);
    expect(result.main.closedAtMs - result.main.exitedAtMs).toBeLessThan(1_000);
    expect(result.main.exitCode).toBe(0);
  });

  test("is printed whole through a slow pipe", async () => {
    const answer = { sub_msg: "x".repeat(60_000) };
    await using platform = await startLocalPlatform({ jobs: [{ status: "job_failed", answer }] });
    const inputs = { "job-id": platform.jobs()[0]?.jobId ?? "" };
    const result = await runBundle(platform, { inputs, isDebug: true });
    expect(result.main.lines.at(-1)?.raw).toContain(result.outputs["url"]);
  });

  test.for(["stdout", "stderr"] as const)(
    "of who reads %s does not keep the job from its stop",
    async (stream) => {
      await using platform = await startLocalPlatform({ stages: 50 });
      const result = await runBundle(platform, {
        inputs: { ...longJob, "log-interval": "100ms" },
        async script(stage) {
          await stage.waitForLine(/running \(job_running\)/, 20_000);
          stage.closePipe(stream);
          await new Promise((resolve) => setTimeout(resolve, 300));
          await stage.cancel();
        },
      });
      expect(countOf(platform, "stop")).toBe(1);
      expect(result.outputs["outcome"]).toBe("cancelled");
      expect(result.main).toMatchObject({ exitCode: 1, signal: null });
    },
  );

  test("of a disk that is full before the create leaves no job behind", async () => {
    await using platform = await startLocalPlatform();
    const result = await runBundle(platform, { github: { GITHUB_STATE: "/dev/full" } });
    expect(statSync("/dev/full").isCharacterDevice()).toBe(true);
    expect(result.main.exitCode).toBe(1);
    expect(countOf(platform, "create")).toBe(0);
  });
});
