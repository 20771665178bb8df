import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@qizhi/core";
import { cleanEnv } from "./interleave.ts";

/** A local platform in a process of its own, and a login that is kept for it. */
export interface Loopback extends AsyncDisposable {
  readonly url: string;
  readonly accessToken: string;
  /** What points the CLI at it: a home, and folders with a kept account, whose token is good. */
  readonly env: Record<string, string>;
  /** A folder to work in. */
  readonly folder: string;
}

/**
 * Starts the platform, logs in, and keeps the token as `qizhi login` does.
 * @param fleet how many more jobs stand in it, each a look away from its next status.
 */
export async function startLoopback(fleet = 0): Promise<Loopback> {
  const file = new URL("loopback-platform.ts", import.meta.url);
  const child = fork(file, [String(fleet)], { env: cleanEnv() });
  const [{ url }] = await once(child, "message");
  let accessToken = "";
  const credentials = { username: "bench", password: "bench" };
  await createClient({
    baseUrl: url,
    credentials,
    onToken: (token) => (accessToken = token),
  }).authenticate();
  const folder = mkdtempSync(join(tmpdir(), "qizhi-bench-"));
  const account = {
    version: 1,
    username: credentials.username,
    baseUrl: url,
    accessToken,
    expiresAt: Date.now() + 86_400_000,
    loggedInAt: Date.now(),
  };
  mkdirSync(join(folder, "accounts"), { mode: 0o700 });
  writeFileSync(join(folder, "accounts", "bench.json"), JSON.stringify(account), { mode: 0o600 });
  return {
    url,
    accessToken,
    env: { HOME: folder, QIZHI_CONFIG_DIR: folder, QIZHI_STATE_DIR: folder },
    folder,
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await once(child, "exit");
      rmSync(folder, { recursive: true });
    },
  };
}
