import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { startLocalPlatform } from "../src/local/index.ts";

const program = join(import.meta.dirname, "python/clients.py");
const hasPython = spawnSync("python3", ["--version"]).status === 0;

test.runIf(hasPython)(
  "clients of other people, in Python, get along with the defaults",
  async () => {
    await using platform = await startLocalPlatform({ stages: 0, stopGraceMs: 100 });
    const { url, credentials } = platform;
    const args = [program, url, credentials.username, credentials.password];
    const { stdout } = await promisify(execFile)("python3", args);
    expect(JSON.parse(stdout)).toEqual({
      strict: {
        status: "job_succeeded",
        seconds: true,
        ran: true,
        quota_id: "44444444-4444-4444-8444-444444444444",
        refused: "参数错误 (100002)",
      },
      tolerant: {
        expires_in: 604_800,
        logins: 2,
        stopped: true,
        stopped_twice: false,
        priority: ["8", "HIGH"],
      },
    });
    expect(platform.jobs().map(({ status }) => status)).toEqual(["job_succeeded", "job_stopped"]);
  },
);
