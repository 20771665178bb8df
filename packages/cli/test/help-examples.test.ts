import type { LocalPlatform } from "@qizhi/core/local";
import { startLocalPlatform } from "@qizhi/core/local";
import { execFile } from "node:child_process";
import { chmod, copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commands } from "../src/commands/commands.ts";
import type { Place } from "./run-cli.ts";
import { bin, createPlace, withChanges } from "./run-cli.ts";
import { openTerminal } from "./terminal.ts";

const jobId = "job-11111111-1111-4111-8111-111111111111";
const credentials = { username: "alice", password: "correct horse" };
const withoutLogin = { QIZHI_USERNAME: undefined, QIZHI_PASSWORD: undefined };

let platform: LocalPlatform;
let place: Place;
/** Start of the id of a create with an unknown outcome. */
let attempt = "";
/** End of the id of a sweep. */
let sweep = "";

/** A user with a spec, jobs, a kept login and a create that nobody knows the outcome of. */
async function createUser(): Promise<void> {
  platform = await startLocalPlatform({
    credentials,
    commands: "skip",
    stages: 0,
    jobs: [{ jobId, status: "job_running", next: ["job_running", "job_running", "job_succeeded"] }],
  });
  place = await createPlace(platform);
  const spec = fileURLToPath(new URL("../examples/two-nodes.yaml", import.meta.url));
  await mkdir(join(place.dir, "jobs"));
  await mkdir(join(place.dir, "bin"));
  for (const name of ["job.yaml", "jobs/a.yaml", "jobs/b.yaml"]) {
    await copyFile(spec, join(place.dir, name));
  }
  await writeFile(join(place.dir, "file"), credentials.password);
  await writeFile(
    join(place.dir, "bin/qizhi"),
    `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`,
  );
  await chmod(join(place.dir, "bin/qizhi"), 0o755);
  // The machine that `--via` names is this one.
  await writeFile(join(place.dir, "bin/ssh"), "#!/bin/sh\nexec sh\n");
  await chmod(join(place.dir, "bin/ssh"), 0o755);
  platform.setFaults([{ operation: "create", calls: [1], fault: { kind: "reset", effect: true } }]);
  expect((await place.run(["submit", "job.yaml", "--name", "lost"])).code).toBe(5);
  const { stdout } = await place.run(["list", "--unresolved", "--json"]);
  attempt = /"(?:attempt|id|attempt_id)": "([\da-f]{8})/.exec(stdout)?.[1] ?? "";
  expect(attempt).not.toBe("");
  expect((await place.run(["submit", "job.yaml", "--name", "first"])).code).toBe(0);
  const matrix = ["--matrix", "lr=1", "--wait", "--json", "--", "echo", "{{ matrix.lr }}"];
  const made = await place.run(["submit", "job.yaml", ...matrix]);
  sweep = /sweep-([\da-f]{8})/.exec(made.stdout)?.[1] ?? "";
  expect(sweep).not.toBe("");
}

async function keepLogin(): Promise<void> {
  const login = ["login", "--account", "lab2", "--password-stdin"];
  expect((await place.run(login, { stdin: credentials.password })).code).toBe(0);
}

async function endUser(): Promise<void> {
  await place[Symbol.asyncDispose]();
  await platform.dispose();
}

/** Runs a line as a person would, up to its exit code. */
async function runLine(line: string): Promise<number> {
  const [, command = "", ...rest] = line.split(" ");
  if (line === "qizhi login --username alice")
    return answer([command, ...rest], "Password", credentials.password, withoutLogin);
  if (line === `qizhi stop ${jobId}`) return answer([command, ...rest], "Stop this job?", "y");
  if (line === "qizhi init job.yaml") {
    // Its questions are answered in init.test.ts; here it asks whether to replace the file.
    return answer([command, ...rest], "Replace job.yaml?", "n");
  }
  if (command === "serve")
    return serve(rest.join(" ").replace("8899", "0").split(" ").filter(Boolean));
  // In the session of the submits before, as in one terminal: another shell's last job is not touched.
  if (/^qizhi (stop|forget) @last/.test(line))
    return (await place.run([command, ...rest])).code ?? -1;
  // Kept logins are about not having one in the environment.
  const isAboutAccounts = /lab2|logout|accounts/.test(line) && command !== "login";
  if (isAboutAccounts) await keepLogin();
  const env = withChanges(place.env, {
    PATH: `${join(place.dir, "bin")}:${place.env["PATH"]}`,
    ...(isAboutAccounts && withoutLogin),
  });
  const text = line
    .replace("1a2b3c4d", attempt)
    .replace("0f1e2d3c", sweep)
    .replace(/^(qizhi mcp.*)/, "$1 < /dev/null");
  return new Promise((resolve, reject) => {
    execFile("sh", ["-c", text], { env, cwd: place.dir }, (error, _stdout, stderr) => {
      if (error === null) resolve(0);
      else reject(new Error(`${line} ended with ${error.code}:\n${stderr}`));
    });
  });
}

async function answer(
  args: readonly string[],
  question: string,
  keys: string,
  env: Record<string, undefined> = {},
): Promise<number> {
  await using terminal = openTerminal(place, args, { env });
  await terminal.waitFor(question);
  terminal.send(`${keys}\r`);
  return await terminal.ended;
}

async function serve(args: readonly string[]): Promise<number> {
  const cli = place.start(["serve", ...args]);
  await cli.waitFor("export QIZHI_PASSWORD=");
  cli.process.kill("SIGINT");
  const { code } = await cli.result;
  return code === 130 ? 0 : (code ?? 1);
}

/** The words that a shell hands to qizhi, one a line; none where it is not installed. */
async function wordsIn(shell: string, line: string): Promise<string | undefined> {
  const script = `qizhi() { printf '%s\\n' "$@"; }; ${line.replace(/ [<>] .*/, "")}`;
  return new Promise((resolve, reject) => {
    execFile(shell, ["-c", script], { cwd: place.dir }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (error.code === "ENOENT") resolve(undefined);
      else reject(new Error(`${shell} does not take ${line}:\n${stderr}`));
    });
  });
}

describe("the examples in the help", () => {
  beforeAll(createUser);
  afterAll(endUser);

  test.each(commands)(
    "of $usage are two lines that work",
    { timeout: 60_000 },
    async ({ usage, examples }) => {
      expect(examples).toHaveLength(2);
      // The others need what these take away.
      if (/^(?:stop|forget)/.test(usage)) await endUser().then(createUser);
      for (const line of examples) {
        expect(line.split(" ").slice(0, 2)).toEqual(["qizhi", usage.split(" ")[0]]);
        const words = await wordsIn("sh", line);
        for (const shell of ["bash", "zsh"]) {
          expect([shell, (await wordsIn(shell, line)) ?? words]).toEqual([shell, words]);
        }
        expect([line, await runLine(line)]).toEqual([line, 0]);
      }
    },
  );
});
