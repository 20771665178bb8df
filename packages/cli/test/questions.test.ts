import type { LocalPlatform, LocalPlatformOptions } from "@qizhi/core/local";
import { startLocalPlatform } from "@qizhi/core/local";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Place } from "./run-cli.ts";
import { bin, createPlace } from "./run-cli.ts";
import { openTerminal } from "./terminal.ts";

const ctrlD = "\u0004";
const ctrlZ = "\u001a";
const jobId = "job-11111111-1111-4111-8111-111111111111";
const running = { jobId, name: "demo", status: "job_running" };

const sweepText = `name: demo
logic_compute_group_id: lcg-11111111-1111-4111-8111-111111111111
project_id: project-22222222-2222-4222-8222-222222222222
workspace_id: ws-33333333-3333-4333-8333-333333333333
framework: pytorch
command: "train --seed {{ matrix.seed }}"
task_priority: 4
max_running_time_ms: 2h
framework_config:
  - image: docker.sii.shaipower.online/inspire-studio/base:v1
    image_type: SOURCE_OFFICIAL
    instance_count: 1
    shm_gi: 0
    spec_id: 44444444-4444-4444-8444-444444444444
matrix:
  seed: [1, 2]
`;

interface Asking {
  readonly question: string;
  readonly options: LocalPlatformOptions;
  /** The command line that asks, after what has to happen before it. */
  readonly begin: (place: Place, platform: LocalPlatform) => Promise<readonly string[]>;
}

/** Every command that asks something. */
const asking: Record<string, Asking> = {
  "login's username": {
    question: "Username",
    options: {},
    begin: async (_, { url }) => ["login", "--base-url", url],
  },
  "login's password": {
    question: "Password of local",
    options: {},
    begin: async (_, { url }) => ["login", "--username", "local", "--base-url", url],
  },
  init: { question: "name:", options: {}, begin: async () => ["init"] },
  stop: {
    question: "Stop this job?",
    options: { jobs: [running] },
    begin: async () => ["stop", jobId],
  },
  forget: {
    question: "Forget it?",
    options: { jobs: [running] },
    begin: async (place) => {
      // By a shell that has ended: what another terminal submitted is asked about.
      await writeFile(
        join(place.dir, "job.yaml"),
        sweepText.replace(/matrix:[^]*/, "").replace("{{ matrix.seed }}", "1"),
      );
      const submit = `"${process.execPath}" "${bin}" submit job.yaml; true`;
      await promisify(execFile)("bash", ["-c", submit], { cwd: place.dir, env: place.env });
      return ["forget", "@last"];
    },
  },
  "rerun of a sweep": {
    question: 'Is there a job "demo-seed-1"',
    options: {
      stages: 0,
      commands: "skip",
      faults: [{ operation: "create", calls: [1], fault: { kind: "reset" } }],
    },
    begin: async (place) => {
      await writeFile(join(place.dir, "sweep.yaml"), sweepText);
      const { stderr } = await place.run(["submit", "sweep.yaml"]);
      return ["rerun", /sweep-[0-9a-f]{8}/.exec(stderr)?.[0] ?? "", "--wait"];
    },
  },
};

async function ask(name: string) {
  const { question, options, begin } = asking[name]!;
  const platform = await startLocalPlatform(options);
  // Logging in takes the password of the environment.
  const place = await createPlace(name.startsWith("login") ? undefined : platform);
  const args = await begin(place, platform);
  return {
    platform,
    place,
    question,
    args,
    async [Symbol.asyncDispose]() {
      await place[Symbol.asyncDispose]();
      await platform.dispose();
    },
  };
}

describe.each(Object.keys(asking))("the question of %s", (name) => {
  test("is cancelled by Ctrl-D as by Ctrl-C, with 130 and a visible cursor", async () => {
    await using asked = await ask(name);
    const sent = asked.platform.requests.length;
    for (const keys of [ctrlD, `half${ctrlD}`, "\u0003"]) {
      await using terminal = openTerminal(asked.place, asked.args);
      await terminal.waitFor(asked.question);
      terminal.send(keys);
      expect(await terminal.ended).toBe(130);
      expect(terminal.screen()).toContain(`■  ${asked.question}`);
      expect(terminal.isCursorVisible()).toBe(true);
    }
    const changes = asked.platform.requests.slice(sent).filter(({ operation }) => {
      return operation === "create" || operation === "stop";
    });
    expect(changes).toEqual([]);
  });

  test.each([
    ["SIGTERM", 143],
    ["SIGHUP", 129],
    ["SIGINT", 130],
  ] as const)("is cancelled by %s, with %i and a visible cursor", async (signal, code) => {
    await using asked = await ask(name);
    await using terminal = openTerminal(asked.place, asked.args);
    await terminal.waitFor(asked.question);
    terminal.kill(signal);
    expect(await terminal.ended).toBe(code);
    expect(terminal.isCursorVisible()).toBe(true);
  });

  test("gives a shell its terminal at Ctrl-Z, and is asked again at fg", async () => {
    await using asked = await ask(name);
    const { place, args, question } = asked;
    const command: [string, ...string[]] = ["bash", "--norc", "--noprofile", "-i"];
    const env = { PS1: "> ", HISTFILE: join(place.dir, "shell-history") };
    await using terminal = openTerminal(place, [], { command, env, columns: 200 });
    await terminal.waitFor(">");
    const words = [process.execPath, bin, ...args].map((word) => `'${word}'`);
    terminal.send(`${words.join(" ")}\r`);
    await terminal.waitFor(question);
    // Twice: the second time is no other.
    for (const count of [1, 2]) {
      terminal.send(`half${ctrlZ}`);
      await terminal.waitFor(new RegExp(`(Stopped[^]*){${count}}\n>$`));
      expect(terminal.isCursorVisible()).toBe(true);
      terminal.send(`echo at the she''ll ${count}\r`);
      await terminal.waitFor(`at the shell ${count}\n>`);
      terminal.send("fg\r");
      const asks = question.replaceAll(/[?*]/g, "\\$&");
      await terminal.waitFor(new RegExp(`shell ${count}\n[^]*fg\n[^]*◆  ${asks}`));
      expect(terminal.isCursorVisible()).toBe(false);
    }
    terminal.send(ctrlD);
    await terminal.waitFor(`■  ${question}`);
    terminal.send("echo code $?\r");
    await terminal.waitFor("code 130");
    expect(terminal.isCursorVisible()).toBe(true);
  });
});

test("a password that is typed after Ctrl-Z and fg is shown nowhere", async () => {
  await using platform = await startLocalPlatform();
  await using place = await createPlace();
  const { password } = platform.credentials;
  const command: [string, ...string[]] = ["bash", "--norc", "--noprofile", "-i"];
  const HISTFILE = join(place.dir, "shell-history");
  await using terminal = openTerminal(place, [], { command, env: { PS1: "> ", HISTFILE } });
  await terminal.waitFor(">");
  const words = [process.execPath, bin, "login", "--username", "local", "--base-url", platform.url];
  terminal.send(`${words.join(" ")}\r`);
  await terminal.waitFor("Password of local");
  terminal.send(password.slice(0, 5) + ctrlZ);
  await terminal.waitFor(/Stopped[^]*\n>$/);
  terminal.send("fg\r");
  await terminal.waitFor(/Stopped[^]*◆ {2}Password of local/);
  terminal.send(`${password}\r`);
  await terminal.waitFor("The token is kept");
  terminal.send("exit\r");
  await terminal.ended;
  expect(terminal.raw()).not.toContain(password.slice(0, 5));
  expect(await readFile(HISTFILE, "utf8")).not.toContain(password.slice(0, 5));
});

test("keys that are typed before their question are not lost, however many come at once", async () => {
  await using platform = await startLocalPlatform();
  await using place = await createPlace();
  await using terminal = openTerminal(place, ["login", "--base-url", platform.url]);
  await terminal.waitFor("Username");
  terminal.send(`local\r${platform.credentials.password}\r`);
  expect(await terminal.ended).toBe(0);
  expect(terminal.raw()).not.toContain(platform.credentials.password);
});

test("a yes or no is no letter that was typed before its question", async () => {
  await using platform = await startLocalPlatform({
    jobs: [running],
    faults: [{ operation: "detail", fault: { kind: "latency", ms: 1_000 } }],
  });
  await using place = await createPlace(platform);
  await using terminal = openTerminal(place, ["stop", jobId]);
  const isAsked = () => platform.requests.some(({ operation }) => operation === "detail");
  while (!isAsked()) await platform.changed();
  terminal.send("python eval.py\r");
  await terminal.waitFor("Stop this job");
  terminal.send("n");
  expect(await terminal.ended).toBe(2);
  expect(platform.requests.filter(({ operation }) => operation === "stop")).toEqual([]);
});
