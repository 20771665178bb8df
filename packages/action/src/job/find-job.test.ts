import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, parseJobSpec } from "@qizhi/core";
import { startLocalPlatform } from "@qizhi/core/local";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { toLogin, toSpec } from "../../test/bundle.ts";
import { readInputs } from "../inputs/inputs.ts";
import { createSecrets } from "../runner/secrets.ts";
import { findJob } from "./find-job.ts";

let dir = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "action-find-"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(dir, { recursive: true, force: true });
});

const write = () => undefined;
const lines = { line: write, tryTo: write, group: write, debug: write };
const log = { ...lines, error: write, warning: write, notice: write };

test("a create that is not answered is waited for as long as a call of the client may take", async () => {
  const fault = { kind: "never-answer", effect: true } as const;
  await using platform = await startLocalPlatform({
    commands: "skip",
    faults: [{ operation: "create", fault }],
  });
  const login = toLogin(platform);
  const text = toSpec();
  for (const [name, value] of Object.entries({ ...login, "spec-inline": text })) {
    vi.stubEnv(`INPUT_${name.toUpperCase()}`, value);
  }
  vi.stubEnv("QIZHI_STATE_DIR", dir);
  vi.stubEnv("GITHUB_STATE", "");
  const { url: baseUrl, credentials } = platform;
  const limits = { attemptTimeoutMs: Infinity, callTimeoutMs: 1_000 };
  const secrets = createSecrets();
  const found = await findJob({
    client: createClient({ baseUrl, credentials, ...limits }),
    inputs: await readInputs(secrets, log),
    work: { spec: parseJobSpec(JSON.parse(text)) },
    cancel: {
      signal: new AbortController().signal,
      leftMs: (ms) => ms,
      watch: write,
      check: write,
    },
    secrets,
    log,
    startedAt: performance.now(),
  });
  expect(found).toMatchObject({ ending: { outcome: "unknown" } });
  expect(platform.jobs()).toHaveLength(1);
});
