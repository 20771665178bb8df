import { execFileSync } from "node:child_process";
import { openJournal } from "@qizhi/core/journal";
import { startLocalPlatform } from "@qizhi/core/local";
import type { LocalPlatform } from "@qizhi/core/local";
import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import packageJson from "../package.json" with { type: "json" };
import type { Document, Session } from "./mcp-session.ts";
import { openSession, spec } from "./mcp-session.ts";
import { createPlace } from "./run-cli.ts";

function countCreates(platform: LocalPlatform): number {
  return platform.requests.filter(({ operation }) => operation === "create").length;
}

/** Submits as an agent does: plan, then confirmation. */
async function submit(session: Session, args: Document): Promise<Document> {
  const { document: plan } = await session.call("submit", args);
  const { document } = await session.call("submit", {
    ...args,
    confirmation: plan["confirmation"],
  });
  return document;
}

describe("the MCP server", () => {
  test("lists nine tools that say what they do", async () => {
    await using place = await createPlace();
    await using session = await openSession(place);
    expect(session.client.getServerVersion()).toMatchObject({
      name: "qizhi",
      version: packageJson.version,
    });
    const { tools } = await session.client.listTools();
    const hints = Object.fromEntries(
      tools.map(({ name, annotations }) => [
        name,
        [annotations?.readOnlyHint ?? false, annotations?.destructiveHint ?? false],
      ]),
    );
    expect(hints).toEqual({
      // They spend money.
      submit: [false, true],
      rerun: [false, true],
      wait: [true, false],
      status: [true, false],
      list: [true, false],
      logs: [true, false],
      clone: [true, false],
      validate: [true, false],
      stop: [false, true],
    });
    for (const { description, inputSchema } of tools) {
      expect(description?.length).toBeGreaterThan(50);
      expect(inputSchema).toMatchObject({ type: "object", additionalProperties: false });
    }
  });

  test("drives a job from the check of its spec to its end", async () => {
    await using platform = await startLocalPlatform({ stages: 0 });
    await using place = await createPlace(platform);
    await using session = await openSession(place);
    await writeFile(join(place.dir, "job.json"), JSON.stringify(spec));
    const checked = await session.call("validate", { file: "job.json" });
    expect(checked.document).toMatchObject({ valid: true, errors: 0 });
    const job = await submit(session, { file: "job.json", name: "renamed" });
    expect(job).toMatchObject({ submitted: true, name: "renamed", nodes: 2 });
    const waited = await session.call("wait", { jobs: ["@last"] });
    expect(waited.document).toMatchObject({
      all_ended: true,
      jobs: [{ job_id: job["job_id"], has_ended: true, phase: "succeeded" }],
    });
    const listed = await session.call("list");
    expect(listed.document).toMatchObject({ jobs: [{ job_id: job["job_id"], name: "renamed" }] });
    const cloned = await session.call("clone", { job: "renamed" });
    expect(cloned.document).toMatchObject({ spec: { name: "renamed", command: "sleep 0" } });
    const status = await place.run(["status", String(job["job_id"]), "--json"]);
    const looked = await session.call("status", { jobs: ["renamed"] });
    expect(looked.document).toEqual({ jobs: [JSON.parse(status.stdout)] });
  });

  test("shows what the nodes of a job have printed, in a size that an agent can read", async () => {
    await using platform = await startLocalPlatform({ stages: 0 });
    await using place = await createPlace(platform);
    await using session = await openSession(place);
    const long = "x".repeat(100);
    const command = `i=0; while [ $i -lt 900 ]; do echo "$i ${long}"; i=$((i+1)); done; echo "token=ghp_${"a1B2".repeat(9)}"; [ $RANK = 0 ] && sleep 60; exit 7`;
    await submit(session, { spec: { ...spec, command } });
    await session.call("wait", { jobs: ["@last"] });
    const { document } = await session.call("logs", { job: "@last", tail: 1000 });
    expect(document).toMatchObject({
      nodes: [{ node: "0" }, { node: "1", host: null, round: 1 }],
      failed_node: { node: "1", host: null, exit_code: 7 },
    });
    const text = JSON.stringify(document);
    expect(text.length).toBeLessThan(50_000);
    expect(text).toContain(`899 ${long}`);
    expect(text).not.toContain("ghp_");
    const one = await session.call("logs", { job: "@last", node: "1", tail: 2 });
    expect(one.document).toMatchObject({ nodes: [{ lines: [`899 ${long}`, "***"] }] });
  });

  test("reports a job that is still active, with progress on the way, and stops it", async () => {
    await using platform = await startLocalPlatform({ stages: 0 });
    await using place = await createPlace(platform);
    await using session = await openSession(place);
    const job = await submit(session, { spec: { ...spec, command: "sleep 60" } });
    const progress: string[] = [];
    const waited = await session.client.callTool(
      { name: "wait", arguments: { jobs: [job["job_id"]], timeout_seconds: 2 } },
      undefined,
      { onprogress: ({ message }) => progress.push(message ?? "") },
    );
    expect(waited.structuredContent).toMatchObject({
      all_ended: false,
      jobs: [{ has_ended: false, phase: "running" }],
      next: expect.stringContaining("call wait again"),
    });
    expect(progress.join("\n")).toContain("running");
    const stopped = await session.call("stop", { jobs: [job["job_id"]] });
    expect(stopped.document).toMatchObject({ jobs: [{ stop_sent: true }] });
    const after = await session.call("wait", { jobs: [job["job_id"]] });
    expect(after.document).toMatchObject({ all_ended: true, jobs: [{ phase: "stopped" }] });
  });

  test("answers with an error where no stop was taken, as a job that goes on is no success", async () => {
    const jobs = ["a", "b"].map((digit) => {
      const jobId = `job-${digit.repeat(8)}-dddd-4ddd-8ddd-dddddddddddd`;
      return { jobId, status: "job_running" };
    });
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    await using session = await openSession(place);
    const no = { kind: "reply", status: 403, body: '{"code":100003,"message":"no"}' } as const;
    platform.setFaults([
      { operation: "stop", fault: no },
      { operation: "detail", fault: no },
    ]);
    const ids = jobs.map(({ jobId }) => jobId);
    const refused = await session.call("stop", { jobs: ids });
    const error = { code: "api" };
    expect(refused).toMatchObject({ isError: true, document: { jobs: [{ error }, { error }] } });
    platform.setFaults([]);
    expect(await session.call("stop", { jobs: ids })).toMatchObject({ isError: false });
  });

  test("answers with an error where no stop of a sweep was taken", async () => {
    await using platform = await startLocalPlatform({ stages: { queuingMs: 60_000 } });
    await using place = await createPlace(platform);
    const sweep = { ...spec, command: "sleep {{ matrix.n }}", matrix: { n: [61, 62] } };
    await writeFile(join(place.dir, "sweep.json"), JSON.stringify(sweep));
    await place.run(["submit", "sweep.json"]);
    await using session = await openSession(place);
    const no = { kind: "reply", status: 403, body: '{"code":100003,"message":"no"}' } as const;
    platform.setFaults([{ operation: "stop", fault: no }]);
    expect(await session.call("stop", { jobs: ["@last"] })).toMatchObject({ isError: true });
  });

  test("lists the jobs of a phase alone, and refuses a word that is none", async () => {
    const jobs = ["job_running", "job_failed", "job_succeeded"].map((status, index) => {
      return { jobId: `job-dddddddd-dddd-4ddd-8ddd-${String(index).padStart(12, "0")}`, status };
    });
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    for (const { jobId } of jobs) await place.run(["track", jobId]);
    await using session = await openSession(place);
    const failed = await session.call("list", { phase: ["failed"] });
    expect(failed.document).toMatchObject({ jobs: [{ job_id: jobs[1]?.jobId }] });
    const said = async (args: Document) => {
      const { isError, content } = await session.client.callTool({ name: "list", arguments: args });
      return JSON.stringify([isError, content]);
    };
    const wrong = await said({ phase: ["runing"] });
    expect(wrong).toMatch(/^\[true,.*"queued.*running.*failed.*active.* at phase\[0\]/);
    // The words of a tool are its own fields, not the flags of the command behind it.
    const since = await said({ since: "2" });
    expect(since).toMatch(/^\[true,.*a unit, such as 90s, 30m, 2h or 1d\. at since/);
    const some = await said({ phase: ["failed", "succeeded"], limit: 1 });
    expect(some).toContain("1 of 2 jobs; a higher limit, 1000 at most, lists more.");
    for (const text of [wrong, since, some]) expect(text).not.toContain("--");
  });

  test("refuses a filter that the creates of unknown outcome do not have", async () => {
    await using place = await createPlace();
    await using session = await openSession(place);
    for (const filter of [{ phase: ["failed"] }, { since: "2d" }, { limit: 5 }]) {
      const { document } = await session.call("list", { unresolved: true, ...filter });
      const summary = `${Object.keys(filter)[0]} does nothing beside unresolved.`;
      expect(document).toMatchObject({ error: { code: "input", summary } });
    }
    const named = await session.call("list", { unresolved: true, name: "demo" });
    expect(named).toMatchObject({ isError: false, document: { jobs: [] } });
  });

  test("takes the platform and the user from its flags, also where it sends nothing", async () => {
    const jobId = "job-dddddddd-dddd-4ddd-8ddd-dddddddddddd";
    const otherId = jobId.replaceAll("d", "e");
    await using platform = await startLocalPlatform({ jobs: [{ jobId, status: "job_running" }] });
    const { credentials } = platform;
    await using other = await startLocalPlatform({
      credentials,
      jobs: [{ jobId: otherId, status: "job_running" }],
    });
    await using place = await createPlace();
    const journal = openJournal({ dir: place.stateDir });
    journal.append({ kind: "track", platform: platform.url, jobId });
    journal.append({ kind: "track", platform: other.url, jobId: otherId });
    const env = { QIZHI_BASE_URL: platform.url, QIZHI_PASSWORD: credentials.password };
    const flags = ["--base-url", other.url, "--username", credentials.username];
    await using session = await openSession(place, env, flags);
    for (const args of [{ limit: 51 }, {}]) {
      const { document } = await session.call("list", args);
      expect(document).toMatchObject({ jobs: [{ job_id: otherId, base_url: other.url }] });
    }
    const none = await session.call("list", { name: "none" });
    expect(none).toMatchObject({ isError: false, document: { jobs: [] } });
  });

  test("does not ask to wait again for a job that has ended in an unknown way, or is gone", async () => {
    const jobId = "job-dddddddd-dddd-4ddd-8ddd-dddddddddddd";
    const answer = { finished_at: String(Date.now() - 60_000) };
    const jobs = [{ jobId, status: "job_evaporated", answer }];
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    await using session = await openSession(place);
    const ended = await session.call("wait", { jobs: [jobId] });
    expect(ended.document).toMatchObject({
      all_ended: true,
      jobs: [{ job_id: jobId, has_ended: true, error: { code: "job_ended" } }],
    });
    expect(ended.document).not.toHaveProperty("next");
    const unknown = jobId.replaceAll("d", "e");
    const gone = await session.call("wait", { jobs: [unknown] });
    expect(gone.document).toMatchObject({ all_ended: false, jobs: [{ has_ended: false }] });
    expect(gone.document).not.toHaveProperty("next");
  });

  test("calls a job ended that had ended before the platform forgot it", async () => {
    const jobId = "job-dddddddd-dddd-4ddd-8ddd-dddddddddddd";
    const jobs = [{ jobId, status: "job_succeeded" }];
    await using platform = await startLocalPlatform({ jobs });
    await using place = await createPlace(platform);
    await place.run(["track", jobId]);
    const body = JSON.stringify({ code: 100_002, message: "job not found" });
    const fault = { kind: "reply", status: 200, body } as const;
    platform.setFaults([{ operation: "detail", fault }]);
    await using session = await openSession(place);
    const { document } = await session.call("wait", { jobs: [jobId] });
    expect(document).toMatchObject({
      all_ended: true,
      jobs: [{ has_ended: true, error: { code: "job_gone" } }],
    });
  });
});

describe("submit", () => {
  test("sends nothing without a confirmation of the very same plan", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace(platform);
    await using session = await openSession(place);
    const { document: plan } = await session.call("submit", { spec });
    expect(plan).toMatchObject({
      submitted: false,
      plan: {
        base_url: platform.url,
        name: "from-an-agent",
        nodes: 2,
        spec: { command: "sleep 0" },
      },
      next: expect.stringContaining("Show the plan to the user"),
    });
    const { confirmation } = plan;
    const tries = [
      { spec, confirmation: "0123456789abcdef" },
      { spec: { ...spec, task_priority: 5 }, confirmation },
      { spec, set: ["framework_config[0].instance_count=64"], confirmation },
      { spec, allow_unknown: true, confirmation },
      { spec, allow_duplicate: true, confirmation },
      { spec, dry_run: true, confirmation },
    ];
    for (const args of tries) {
      const { document } = await session.call("submit", args);
      expect(document).toMatchObject({ submitted: false, confirmation: expect.any(String) });
    }
    expect(countCreates(platform)).toBe(0);
    const { document } = await session.call("submit", { spec, confirmation });
    expect(document).toMatchObject({ submitted: true });
    expect(countCreates(platform)).toBe(1);
  });

  test("takes a confirmation once, also for two calls at the same moment", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace(platform);
    await using session = await openSession(place);
    const { document: plan } = await session.call("submit", { spec });
    const args = { spec, confirmation: plan["confirmation"] };
    const both = await Promise.all([session.call("submit", args), session.call("submit", args)]);
    expect(both.map(({ document }) => document["submitted"]).toSorted()).toEqual([false, true]);
    expect(countCreates(platform)).toBe(1);
  });

  test("takes no confirmation of another server", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace(platform);
    await using first = await openSession(place);
    await using second = await openSession(place);
    const { document: plan } = await first.call("submit", { spec });
    const { confirmation } = plan;
    expect((await second.call("submit", { spec, confirmation })).document).toMatchObject({
      submitted: false,
      refused: expect.any(String),
    });
    expect(countCreates(platform)).toBe(0);
  });

  test("reports an unknown outcome, keeps it in the journal, and does not send it again", async () => {
    await using platform = await startLocalPlatform({
      faults: [{ operation: "create", fault: { kind: "reset", effect: true } }],
    });
    await using place = await createPlace(platform);
    await using session = await openSession(place);
    const { document: plan } = await session.call("submit", { spec });
    const { confirmation } = plan;
    const lost = await session.call("submit", { spec, confirmation });
    expect(lost).toMatchObject({
      isError: true,
      document: { error: { code: "submission_unknown", exit_code: 5, next: expect.any(String) } },
    });
    const open = await session.call("list", { unresolved: true });
    expect(open.document).toMatchObject({ jobs: [{ name: "from-an-agent" }] });
    const { document: newPlan } = await session.call("submit", { spec });
    const again = await session.call("submit", {
      spec,
      confirmation: newPlan["confirmation"],
    });
    expect(again).toMatchObject({ isError: true, document: { error: { code: "input" } } });
    expect(countCreates(platform)).toBe(1);
  });
});

describe("errors", () => {
  test("are results with a code, words and a next step", async () => {
    await using place = await createPlace();
    await using session = await openSession(place, { LANG: "zh_CN.UTF-8" });
    const missing = await session.call("status", { jobs: ["@last"] });
    expect(missing).toMatchObject({
      isError: true,
      document: {
        error: {
          code: "auth",
          reason: "missing",
          summary: expect.stringContaining("Not logged in"),
          next: expect.stringContaining("qizhi login"),
        },
      },
    });
    const wrong = await session.call("validate", { spec: "name: 1\ntask_priority: 99\n" });
    expect(wrong.isError).toBe(false);
    expect(wrong.document).toMatchObject({ valid: false });
    const neither = await session.call("validate", {});
    expect(neither).toMatchObject({ isError: true, document: { error: { code: "input" } } });
    const noSpec = await session.call("submit", { spec: "name: 1" });
    expect(noSpec).toMatchObject({ isError: true, document: { error: { code: "spec" } } });
    const noFile = await session.call("submit", { file: "nowhere.yaml" });
    expect(noFile).toMatchObject({ isError: true, document: { error: { code: "spec" } } });
    const elsewhere = await session.call("submit", { file: "/nowhere/job.yaml" });
    expect(elsewhere).toMatchObject({ isError: true, document: { error: { code: "input" } } });
  });

  test("a login that comes later is taken up by the next call", async () => {
    await using platform = await startLocalPlatform({ jobs: [{ status: "job_running" }] });
    await using place = await createPlace();
    await using session = await openSession(place, { QIZHI_BASE_URL: platform.url });
    const jobs = [platform.jobs()[0]?.jobId];
    expect(await session.call("status", { jobs })).toMatchObject({ isError: true });
    const { username, password } = platform.credentials;
    const login = ["login", "--username", username, "--password-stdin"];
    await place.run(login, { stdin: password, env: { QIZHI_BASE_URL: platform.url } });
    const looked = await session.call("status", { jobs });
    expect(looked).toMatchObject({ isError: false, document: { jobs: [{ phase: "running" }] } });
  });
});

describe("what crosses it", () => {
  test("is neither password nor token nor a secret of a job", async () => {
    const password = "correct-horse-battery-staple";
    await using platform = await startLocalPlatform({
      credentials: { username: "alice", password },
      stages: 0,
    });
    await using place = await createPlace(platform);
    await using session = await openSession(place, { QIZHI_DEBUG: "1" });
    const envs = { HF_TOKEN: "hf_abcdefghijklmnopqrstuvwxyz", SEED: "17" };
    const job = await submit(session, { spec: { ...spec, envs } });
    await session.call("wait", { jobs: [job["job_id"]] });
    const { document } = await session.call("clone", { job: "@last" });
    const shown = [
      { name: "HF_TOKEN", value: "***" },
      { name: "SEED", value: "17" },
    ];
    expect(document).toMatchObject({ spec: { envs: shown } });
    const echo = JSON.stringify({ code: -100000, message: `no: ${password}`, data: null });
    platform.setFaults([
      { operation: "detail", fault: { kind: "reply", status: 400, body: echo } },
    ]);
    await session.call("status", { jobs: [job["job_id"]] });
    const said = session.transcript();
    expect(said).not.toContain(password);
    expect(said).not.toMatch(/eyJ|Bearer/);
    expect(said).not.toContain(envs.HF_TOKEN);
  });

  test("are texts of others that can do nothing to a terminal", async () => {
    const hostile = "\u001b]0;owned\u0007\u202etxt.exe";
    const command = "first\n\tsecond";
    await using platform = await startLocalPlatform({
      jobs: [{ status: "job_running", name: hostile, answer: { sub_msg: hostile, command } }],
    });
    await using place = await createPlace(platform);
    await using session = await openSession(place);
    const jobs = [platform.jobs()[0]?.jobId];
    const { document } = await session.call("status", { jobs });
    expect(document).toMatchObject({
      jobs: [{ name: "\\x1b]0;owned\\x07\\u202etxt.exe", job: { command } }],
    });
    await session.call("wait", { jobs, timeout_seconds: 1 });
    await session.call("clone", { job: String(jobs[0]) });
    const body = JSON.stringify({ code: 100002, message: hostile, data: null });
    platform.setFaults([{ operation: "detail", fault: { kind: "reply", status: 200, body } }]);
    expect(await session.call("status", { jobs })).toMatchObject({ isError: true });
    const said = session.transcript();
    expect(said).toContain("owned");
    for (const control of ["\u001b", "\u0007", "\u202e"]) expect(said).not.toContain(control);
  });
});

test("ends when its client goes, and with help on what it is", async () => {
  await using place = await createPlace();
  const run = await place.run(["mcp"], { stdin: "" });
  expect(run).toMatchObject({ code: 0, stdout: "" });
  const help = await place.run(["mcp", "--help"]);
  expect(help.stdout).toContain("qizhi mcp --account lab2");
  const garbage = await place.run(["mcp"], { stdin: "no protocol\n" });
  expect(garbage).toMatchObject({ code: 0, stdout: "" });
});

describe("an agent with these tools alone", () => {
  const secretText = "root-of-all-secrets";

  test("reads no token and no file that is not a spec below the working folder, in ten tries", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace();
    await using other = await createPlace();
    const { username, password } = platform.credentials;
    const login = ["login", "--username", username, "--password-stdin"];
    const env = { QIZHI_BASE_URL: platform.url };
    expect(await place.run(login, { env, stdin: password })).toMatchObject({ code: 0 });
    const token = platform.issuedTokens.at(-1) ?? "";
    const [account = ""] = await readdir(join(place.dir, "config", "accounts"));
    const accountFile = join(place.dir, "config", "accounts", account);
    const outside = join(other.dir, "outside.yaml");
    await writeFile(outside, JSON.stringify({ ...spec, own: secretText }));
    await symlink(outside, join(place.dir, "link.yaml"));
    await symlink(accountFile, join(place.dir, "account.yaml"));
    await mkdir(join(place.dir, ".hidden"));
    await writeFile(join(place.dir, ".hidden", "job.yaml"), secretText);
    await writeFile(join(place.dir, "notes.txt"), secretText);
    await writeFile(join(place.dir, "text.yaml"), `${secretText}: [`);
    await writeFile(join(place.dir, "word.yaml"), secretText);
    await writeFile(join(place.dir, "keys.yaml"), JSON.stringify({ ...spec, own: secretText }));
    await writeFile(join(place.dir, "token.yaml"), JSON.stringify({ ...spec, command: token }));
    execFileSync("mkfifo", [join(place.dir, "pipe.yaml")]);
    await using session = await openSession(place, env);
    const set = ["name=x", "command=x", "framework=pytorch", "task_priority=4"];
    const tries: [string, Document][] = [
      ["submit", { file: accountFile, allow_unknown: true, set }],
      ["validate", { file: accountFile }],
      ["submit", { file: "account.yaml", allow_unknown: true, set }],
      ["validate", { file: "link.yaml" }],
      ["submit", { file: join("..", relative(dirname(place.dir), outside)), allow_unknown: true }],
      ["validate", { file: ".hidden/job.yaml" }],
      ["validate", { file: "notes.txt" }],
      ["validate", { file: "/etc/passwd" }],
      ["validate", { file: "word.yaml" }],
      ["submit", { file: "keys.yaml", allow_unknown: true }],
      ["submit", { file: "token.yaml" }],
      ["validate", { file: "/proc/self/environ" }],
      ["validate", { file: "pipe.yaml" }],
    ];
    for (const [tool, args] of tries) await session.call(tool, args);
    const all = session.transcript();
    expect(all).not.toContain(token);
    expect(all).not.toContain(password);
    expect(all).not.toContain(secretText);
    expect(all).not.toContain("root:x:");
    // The plan names the key that it does not show.
    expect(all).toContain("own");
  });

  test("is refused arguments that no tool has, and a secret that is ***", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace(platform);
    await using session = await openSession(place);
    const unknown = await session.client.callTool({
      name: "submit",
      arguments: { spec, env: { A: "b" } },
    });
    expect(unknown).toMatchObject({ isError: true });
    const masked = { ...spec, envs: { HF_TOKEN: "***" } };
    const refused = await session.call("submit", { spec: masked });
    expect(refused).toMatchObject({ isError: true, document: { error: { code: "spec" } } });
    expect(session.transcript()).toContain("holds *** in the place of a secret");
  });

  test("submits a job again with its secrets, which it never sees", async () => {
    await using platform = await startLocalPlatform({ commands: "skip" });
    await using place = await createPlace(platform);
    const secret = "hf_abcdefghijklmnopqrstuvwx";
    const file = join(place.dir, "job.yaml");
    await writeFile(file, JSON.stringify({ ...spec, envs: { HF_TOKEN: secret } }));
    const submitted = await place.run(["submit", file]);
    const job = submitted.stdout.trim();
    await using session = await openSession(place);
    const plan = await session.call("rerun", { job });
    const { confirmation } = plan.document;
    expect(plan.document).toMatchObject({ submitted: false, plan: { name: spec.name } });
    expect(await session.call("rerun", { job, confirmation })).toMatchObject({
      document: { submitted: true },
    });
    expect(session.transcript()).not.toContain(secret);
    const creates = platform.requests.filter(({ operation }) => operation === "create");
    expect(creates.map(({ body }) => body.includes(secret))).toEqual([true, true]);
  });

  test("names in the plan an equal submit whose outcome is unknown, also with again", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace(platform);
    platform.setFaults([{ operation: "create", fault: { kind: "reset" } }]);
    await using session = await openSession(place);
    const first = await session.call("submit", { spec });
    const { confirmation } = first.document;
    expect(first.document).toMatchObject({ plan: { warnings: [] } });
    expect(await session.call("submit", { spec, confirmation })).toMatchObject({
      document: { error: { code: "submission_unknown" } },
    });
    for (const again of [false, true]) {
      const { document } = await session.call("submit", { spec, allow_duplicate: again });
      const warnings = [expect.objectContaining({ rule: "open_attempt" })];
      expect(document).toMatchObject({ plan: { allow_duplicate: again, warnings } });
    }
  });
});

test("answers of many jobs are of a size that an agent can read, and long lists send nothing", async () => {
  const id = (index: number) => `job-${String(index).padStart(8, "0")}-0000-4000-8000-000000000000`;
  const jobs = Array.from({ length: 60 }, (_, index) => ({
    status: "job_running",
    jobId: id(index),
    answer: { command: `true ${"x ".repeat(2_500)}` },
  }));
  await using platform = await startLocalPlatform({ jobs });
  await using place = await createPlace(platform);
  const journal = openJournal({ dir: place.stateDir });
  for (const { jobId } of jobs) journal.append({ kind: "track", platform: platform.url, jobId });
  await using session = await openSession(place);
  const sizeOf = async (tool: string, args: Document) =>
    JSON.stringify((await session.call(tool, args)).document).length;
  expect(await sizeOf("list", { limit: 60 })).toBeLessThan(40_000);
  expect(platform.requests.filter(({ operation }) => operation === "detail")).toEqual([]);
  expect(
    await sizeOf("status", { jobs: jobs.slice(0, 50).map(({ jobId }) => jobId) }),
  ).toBeLessThan(60_000);
  expect(await sizeOf("list", {})).toBeLessThan(60_000);
});

test("more than 50 jobs are too many for a call, also where a pattern means them, and nothing is sent", async () => {
  const jobs = Array.from({ length: 51 }, (_, index) => ({
    status: "job_running",
    jobId: `job-${String(index).padStart(8, "0")}-0000-4000-8000-000000000000`,
  }));
  await using platform = await startLocalPlatform({ jobs });
  await using place = await createPlace(platform);
  const journal = openJournal({ dir: place.stateDir });
  for (const [index, { jobId }] of jobs.entries()) {
    const { url } = platform;
    journal.append({ kind: "track", platform: url, jobId, name: `many-${index}` });
  }
  await using session = await openSession(place);
  for (const tool of ["status", "wait", "stop"]) {
    const { isError, document } = await session.call(tool, { jobs: ["*"] });
    const summary = "These are 51 jobs, and a call takes at most 50. Nothing was sent.";
    expect({ tool, isError, document }).toMatchObject({
      tool,
      isError: true,
      document: { error: { code: "input", summary } },
    });
    const hint = expect.stringContaining(`in a terminal: qizhi ${tool} '*'`);
    expect(document).toMatchObject({ error: { hint } });
  }
  const operations = new Set(platform.requests.map(({ operation }) => operation));
  expect([operations.has("detail"), operations.has("stop")]).toEqual([false, false]);
  const few = await session.call("stop", { jobs: ["many-1*"] });
  expect(few.document["jobs"]).toHaveLength(11);
});

test("a sweep of more than 50 jobs is too many for a call", async () => {
  await using platform = await startLocalPlatform({ commands: "skip", stages: 600_000 });
  await using place = await createPlace(platform);
  const seeds = Array.from({ length: 51 }, (_, index) => index);
  const sweep = { ...spec, command: "sleep {{ matrix.seed }}", matrix: { seed: seeds } };
  await writeFile(join(place.dir, "sweep.json"), JSON.stringify(sweep));
  const submitted = await place.run(["submit", "sweep.json"]);
  expect(submitted).toMatchObject({ code: 0 });
  await using session = await openSession(place);
  for (const tool of ["status", "wait", "stop"]) {
    const { document } = await session.call(tool, { jobs: ["@last"] });
    const summary = expect.stringContaining("These are 51 jobs");
    expect({ tool, document }).toMatchObject({ tool, document: { error: { summary } } });
  }
  expect(platform.requests.some(({ operation }) => operation === "stop")).toBe(false);
});
