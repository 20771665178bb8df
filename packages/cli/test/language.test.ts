import type { Fault } from "@qizhi/core/local";
import { startLocalPlatform } from "@qizhi/core/local";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Place } from "./run-cli.ts";
import { createPlace } from "./run-cli.ts";
import { englishIn } from "./words.ts";

const example = fileURLToPath(new URL("../examples/two-nodes.yaml", import.meta.url));
const jobId = "job-11111111-1111-4111-8111-111111111111";

interface Scene {
  /** What goes wrong. */
  readonly name: string;
  readonly args: readonly string[];
  readonly faults?: readonly Fault[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly code: number;
  /** The code of the error in the document. */
  readonly error: string;
  /** The platform's own words, which are shown as they are. */
  readonly said?: string;
}

const noLogin = { QIZHI_USERNAME: undefined, QIZHI_PASSWORD: undefined };

const scenes: readonly Scene[] = [
  { name: "an unknown command", args: ["sumbit"], code: 2, error: "input" },
  { name: "an unknown option", args: ["submit", "x", "--wiat"], code: 2, error: "input" },
  { name: "a missing argument", args: ["status"], code: 2, error: "input" },
  {
    name: "a duration without a unit",
    args: ["submit", "x", "--timeout", "2"],
    code: 2,
    error: "input",
  },
  {
    name: "a base URL that is none",
    args: ["status", jobId, "--base-url", "x"],
    code: 2,
    error: "input",
  },
  { name: "a job id that is cut off", args: ["status", "job-1111"], code: 2, error: "input" },
  { name: "a spec that is wrong", args: ["submit", "wrong.yaml"], code: 2, error: "spec" },
  { name: "a spec that is not there", args: ["submit", "none.yaml"], code: 2, error: "spec" },
  { name: "no login", args: ["status", jobId], env: noLogin, code: 2, error: "auth" },
  {
    name: "half a login",
    args: ["status", jobId],
    env: { QIZHI_PASSWORD: undefined },
    code: 2,
    error: "input",
  },
  {
    name: "a login that is refused",
    args: ["status", jobId],
    env: { QIZHI_PASSWORD: "wrong" },
    code: 3,
    error: "auth",
    said: "Invalid user credentials",
  },
  {
    name: "a token that is refused",
    args: ["status", jobId],
    env: { ...noLogin, QIZHI_TOKEN: "not-a-token-of-this-platform" },
    code: 3,
    error: "auth",
  },
  {
    name: "a new token that is refused",
    args: ["status", jobId],
    faults: [{ operation: "detail", fault: { kind: "token-refused", status: 403 } }],
    code: 3,
    error: "auth",
  },
  {
    name: "a job that the platform does not know",
    args: ["status", "job-22222222-2222-4222-8222-222222222222"],
    code: 3,
    error: "api",
  },
  {
    name: "nobody at the address",
    args: ["status", jobId, "--base-url", "http://127.0.0.1:9"],
    code: 3,
    error: "connection",
  },
  {
    name: "a page where JSON is due",
    args: ["status", jobId],
    faults: [{ operation: "detail", fault: { kind: "html-200" } }],
    code: 3,
    error: "response",
  },
  {
    name: "a create with an unknown outcome",
    args: ["submit", "job.yaml"],
    faults: [{ operation: "create", fault: { kind: "reset", effect: true } }],
    code: 5,
    error: "submission_unknown",
  },
  {
    name: "a wait that reaches its limit",
    args: ["wait", jobId, "--timeout", "1ms"],
    code: 4,
    error: "wait_timeout",
  },
  {
    name: "a wait that hears nothing",
    args: ["wait", jobId, "--error-budget", "1ms", "--request-timeout", "1s"],
    faults: [{ operation: "detail", fault: { kind: "reply", status: 503, body: "" } }],
    code: 3,
    error: "wait_lost",
  },
];

async function runScene({ args, faults, env }: Scene, language: string) {
  await using platform = await startLocalPlatform({
    jobs: [{ jobId, status: "job_running" }],
    commands: "skip",
    faults: [...(faults ?? [])],
  });
  await using place = await createPlace(platform);
  await fill(place);
  const run = await place.run([...args, "--json"], { env: { ...env, QIZHI_LANG: language } });
  // Ports, times and folders are new in each run, and a wait on a busy machine is longer than its limit.
  const plain = (text: string) =>
    [platform.url.slice("http://".length), place.dir].reduce(
      (rest, own) => rest.replaceAll(own, "<own>"),
      text.replaceAll(
        /\d{4}-\d\d-\d\dT[\d:.]+Z|(?<= for )\d+s|(?<= after )[\d.]+m?s|(?<="waited_ms": ?)\d+/g,
        "<time>",
      ),
    );
  return { ...run, stdout: plain(run.stdout), stderr: plain(run.stderr) };
}

async function fill(place: Place): Promise<void> {
  await writeFile(join(place.dir, "job.yaml"), await readFile(example));
  await writeFile(join(place.dir, "wrong.yaml"), "name: 1\nframwork: x\ntask_priority: 99\n");
}

// Several of them wait for a retry.
test.concurrent.each(scenes)(
  "$name is told in the user's language, with the same code and document",
  async (scene) => {
    const [en, zh] = await Promise.all([runScene(scene, "en"), runScene(scene, "zh")]);
    expect([en.code, zh.code]).toEqual([scene.code, scene.code]);
    expect(en.stderr).toMatch(/^error: /m);
    expect(zh.stderr).toMatch(/^错误：.*\p{Script=Han}/mu);
    expect(englishIn(zh.stderr.replace(scene.said ?? "", ""))).toEqual([]);
    expect(zh.stdout).toBe(en.stdout);
    expect(JSON.parse(zh.stdout)).toMatchObject({ error: { code: scene.error } });
  },
);

describe("documents of success", () => {
  test.each([
    [["status", jobId]],
    [["list", "--offline"]],
    [["whoami"]],
    [["accounts"]],
    [["validate", "job.yaml"]],
    [["validate", "wrong.yaml"]],
    [["submit", "job.yaml", "--dry-run"]],
    [["clone", jobId]],
    [["schema"]],
  ])("%j is the same in both languages", async (args) => {
    const jobs = [{ jobId, status: "job_failed" }];
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    await fill(place);
    const run = (language: string) => place.run([...args, "--json", "--lang", language]);
    const [en, zh] = await Promise.all([run("en"), run("zh")]);
    expect(zh.code).toBe(en.code);
    expect(zh.stdout).toBe(en.stdout);
    expect(JSON.parse(zh.stdout)).toBeTruthy();
  });
});

test("a submit with an unknown outcome is explained in Chinese, from the facts in the journal", async () => {
  await using platform = await startLocalPlatform({
    faults: [{ operation: "create", calls: [1], fault: { kind: "reset", effect: true } }],
  });
  await using place = await createPlace(platform);
  await fill(place);
  expect((await place.run(["submit", "job.yaml"])).code).toBe(5);
  for (const args of [
    ["list", "--unresolved"],
    ["submit", "job.yaml"],
  ]) {
    const run = await place.run([...args, "--lang", "zh"]);
    expect(run.stdout + run.stderr).toContain("没有回应提交：还没有收到回应，连接就断了");
    expect(englishIn(run.stdout + run.stderr)).toEqual([]);
  }
});

describe("help", () => {
  test("has no English sentence in Chinese, for any command", async () => {
    await using place = await createPlace();
    const whole = await place.run(["--help", "--lang", "zh"]);
    expect(whole.code).toBe(0);
    expect(englishIn(whole.stdout)).toEqual([]);
    const names = [...whole.stdout.matchAll(/^ {2}([a-z]+) .*\p{Script=Han}/gmu)].map(
      ([, name = ""]) => name,
    );
    expect(names).toContain("submit");
    const env = { QIZHI_LANG: "zh" };
    const helps = await Promise.all(names.map((name) => place.run([name, "--help"], { env })));
    for (const help of helps) {
      expect(help.code).toBe(0);
      expect(englishIn(help.stdout.split("示例：")[0] ?? "")).toEqual([]);
      expect(help.stdout).toContain("选项：");
    }
  });

  test("follows --lang, then QIZHI_LANG, then the locale", async () => {
    await using place = await createPlace();
    const help = async (args: string[], env: Record<string, string | undefined>) => {
      const { stdout } = await place.run([...args, "--help"], { env });
      return stdout.includes("用法：") ? "zh" : "en";
    };
    expect(await help([], { LANG: "zh_CN.UTF-8" })).toBe("zh");
    expect(await help([], { LANG: "zh_CN.UTF-8", QIZHI_LANG: "en" })).toBe("en");
    expect(await help(["--lang", "zh"], { LANG: "C", QIZHI_LANG: "en" })).toBe("zh");
    expect(await help([], { LANG: "C" })).toBe("en");
  });
});
