import type { Fault, FaultAction } from "@qizhi/core/local";
import { startLocalPlatform } from "@qizhi/core/local";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { logIn } from "./log-in.ts";
import type { Place } from "./run-cli.ts";
import { createPlace } from "./run-cli.ts";
import { startHttp } from "../../core/src/transport/connection/test-servers.fixture.ts";
import { writeSpec } from "./write-spec.ts";

const jobId = "job-11111111-1111-4111-8111-111111111111";
const seeded = { status: "job_running", jobId };
// Characters that JSON and URLs write differently.
const password = 'p"ss\\w/rd-密码-7f3a91';

async function filesOf(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = names.filter((entry) => entry.isFile());
  const texts = files.map((entry) => readFile(join(entry.parentPath, entry.name), "utf8"));
  return (await Promise.all(texts)).join("\n");
}

function expectNone(text: string, secrets: readonly string[]): void {
  for (const secret of secrets) {
    const forms = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
    for (const form of forms) expect(text).not.toContain(form);
    expect(text).not.toContain(Buffer.from(secret).toString("base64"));
  }
  expect(text).not.toMatch(/bearer /i);
}

async function runAll(place: Place, env: Record<string, string | undefined>): Promise<string> {
  const spec = await writeSpec(place);
  const commands = [
    ["submit", spec, "--allow-duplicate"],
    ["submit", spec, "--allow-duplicate", "--json"],
    ["status", jobId],
    ["list", "--json"],
    ["doctor", "--json"],
    ["login", "--username", "ann"],
  ];
  const runs = commands.map((command) => place.run([...command, "--debug"], { env }));
  const results = await Promise.all(runs);
  return results.map(({ stdout, stderr }) => stdout + stderr).join("\n");
}

describe("no password, token or header shows", () => {
  const faults: [name: string, fault: FaultAction][] = [
    ["a refused token", { kind: "token-refused" }],
    ["a redirect", { kind: "login-redirect" }],
    ["cut JSON", { kind: "cut-json" }],
    ["hostile text", { kind: "hostile-text" }],
  ];

  test.each(faults)(
    "in the output, the debug log and the files, under %s",
    async (_name, fault) => {
      await using platform = await startLocalPlatform({
        credentials: { username: "ann", password },
        jobs: [seeded],
        commands: "skip",
        stages: 0,
      });
      await using place = await createPlace(platform);
      const strike: Fault[] = (["create", "detail", "stop"] as const).map((operation) => ({
        operation,
        fault,
        // Once each: what follows shows what is kept of it.
        calls: [1, 3],
      }));
      platform.setFaults(strike);
      const output = await runAll(place, { QIZHI_DEBUG: "1" });
      expect(output).toContain("debug: {");
      expect(platform.issuedTokens.length).toBeGreaterThan(0);
      expectNone(output, [password, ...platform.issuedTokens]);
      expectNone(await filesOf(place.stateDir), [password, ...platform.issuedTokens]);
      expectNone(await filesOf(place.configDir), [password]);
    },
    60_000,
  );

  test("where the platform echoes what it was sent", async () => {
    await using place = await createPlace();
    await using echo = await startHttp((incoming, answer) => {
      let body = "";
      incoming.on("data", (data: Buffer) => (body += data.toString()));
      incoming.on("end", () => {
        const message = `cannot take ${body} from ${incoming.headers.authorization}`;
        answer.writeHead(400, { "content-type": "application/json" });
        answer.end(JSON.stringify({ code: -100000, message }));
      });
    });
    const base = { QIZHI_BASE_URL: `http://127.0.0.1:${echo.port}` };
    const byPassword = { ...base, QIZHI_USERNAME: "ann", QIZHI_PASSWORD: password };
    const token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl";
    const byToken = { ...base, QIZHI_TOKEN: token };
    for (const env of [byPassword, byToken]) {
      const output = await runAll(place, env);
      expect(output).toContain("cannot take");
      expectNone(output, [password, token]);
    }
  });

  test("where a kept token is used", async () => {
    await using platform = await startLocalPlatform({ jobs: [seeded] });
    await using place = await createPlace();
    await logIn(place, platform);
    const run = await place.run(["status", jobId, "--json", "--debug"]);
    expect(run.code).toBe(0);
    expectNone(run.stdout + run.stderr, [platform.credentials.password, ...platform.issuedTokens]);
  });
});

test("no document of a job holds a secret of its spec", async () => {
  await using platform = await startLocalPlatform({ commands: "skip", stages: 0 });
  await using place = await createPlace(platform);
  const token = "hf_abcdefghijklmnopqrstuvwxyz0123";
  const spec = await writeSpec(place, {
    command: "export DB_PASSWORD=hunter2x9; python t.py",
    envs: [{ name: "HF_TOKEN", value: token }],
  });
  const wait = ["--wait", "--poll-interval", "20ms"];
  for (const command of [
    ["submit", spec],
    ["submit", spec, "--allow-duplicate", ...wait],
    ["status", "@last"],
    ["wait", "@last"],
    ["rerun", "@last", "--allow-duplicate"],
    ["rerun", "@2", "@last", "--yes", "--allow-duplicate"],
  ]) {
    const run = await place.run([...command, "--json"]);
    const documents: unknown[] = [JSON.parse(run.stdout)].flat();
    expect([command, run.code]).toEqual([command, 0]);
    for (const document of documents) {
      expect(document).toMatchObject({ job: { command: "export DB_PASSWORD=***; python t.py" } });
    }
    expectNone(run.stdout, ["hunter2x9", token]);
  }
  expect(platform.jobs().every(({ request }) => request.envs[0]?.value === token)).toBe(true);
});

test("a dry run of a sweep shows a secret of its matrix with --show-secrets alone", async () => {
  await using place = await createPlace();
  const spec = await writeSpec(place, {
    name: "demo-{{ matrix.db_password }}",
    command: "connect me:{{ matrix.db_password }}@db && train --with {{ matrix.db_password }}",
    matrix: { db_password: ["s3cr-one", "s3cr-two"] },
  });
  for (const format of [[], ["--json"]]) {
    const args = ["submit", spec, "--dry-run", ...format];
    const run = await place.run(args);
    expect(run.code).toBe(0);
    expectNone(run.stdout + run.stderr, ["s3cr"]);
    expect(run.stdout).toContain("demo-***");
    expect((await place.run([...args, "--show-secrets"])).stdout).toContain("s3cr-two");
  }
});

test("the debug log has each request and its answer on one line of JSON", async () => {
  await using platform = await startLocalPlatform({ jobs: [seeded] });
  await using place = await createPlace(platform);
  platform.setFaults([{ operation: "detail", calls: [1], fault: { kind: "gateway-error" } }]);
  const run = await place.run(["status", jobId, "--debug"]);
  const events = run.stderr
    .split("\n")
    .filter((line) => line.startsWith("debug: "))
    .map((line) => JSON.parse(line.slice("debug: ".length)));
  expect(events.map(({ type, operation, attempt }) => [type, operation, attempt])).toEqual([
    ["login", undefined, undefined],
    ["request", "token", 1],
    ["answer", "token", 1],
    ["request", "detail", 1],
    ["answer", "detail", 1],
    ["retry", "detail", 1],
    ["request", "detail", 2],
    ["answer", "detail", 2],
  ]);
});
