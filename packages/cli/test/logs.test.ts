import { type LocalPlatform, startLocalPlatform } from "@qizhi/core/local";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import {
  chmod,
  mkdir,
  readdir,
  readFile,
  rm,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startHttp } from "../../core/src/transport/connection/test-servers.fixture.ts";
import { openSession } from "./mcp-session.ts";
import { bin, createPlace, type Place } from "./run-cli.ts";
import { openTerminal } from "./terminal.ts";

const example = new URL("../examples/two-nodes.yaml", import.meta.url);
const quick = ["--set", "framework_config[0].spec_id=44444444-4444-4444-8444-444444444444"];

let platform: LocalPlatform;
let place: Place;
let logDir = "";
let command = "";
let jobId = "";

beforeAll(async () => {
  platform = await startLocalPlatform({ stages: 0, gpus: 160 });
  place = await createPlace(platform);
  logDir = join(place.dir, "shared");
  // The second node fails, once what the first prints is in its log.
  command = `echo "out $RANK"; printf "\\033[2Jbar 1%%\\rbar 2%%\\n"; [ "$RANK" = 1 ] || exec sleep 60
until [ ! -d ${logDir} ] || grep -qs "bar 2" ${logDir}/*/0.*.log; do sleep 0.02; done; echo boom >&2; exit 7`;
  await writeFile(join(place.dir, "job.yaml"), await readFile(example));
});
afterAll(async () => {
  await place[Symbol.asyncDispose]();
  await platform.dispose();
});

const submit = (...args: string[]) =>
  place.run(["submit", "job.yaml", "--set", `command=${command}`, ...quick, ...args]);

test("a failed job with log_dir ends with the last lines of the node that failed first", async () => {
  const { code, stderr, stdout } = await submit("--log-dir", logDir, "--wait");
  expect(code).toBe(1);
  jobId = /job-[\w-]{36}/.exec(stdout)?.[0] ?? "";
  expect(stderr).toMatch(
    /node 1 on \S+ failed first, with exit code 7\.\nnode 1 \| out 1\nnode 1 \| bar 2%\nnode 1 \| boom\n$/,
  );
  const json = await place.run(["status", jobId, "--json"]);
  expect(JSON.parse(json.stdout)).toMatchObject({
    phase: "failed",
    failed_node: { node: "1", exit_code: 7, lines: ["out 1", "bar 2%", "boom"] },
  });
});

test("logs prints each node under its name, or one, or the last lines, or objects", async () => {
  const all = await place.run(["logs", "@last"]);
  expect(all.stdout).toBe(
    "node 0 | out 0\nnode 0 | bar 2%\nnode 1 | out 1\nnode 1 | bar 2%\nnode 1 | boom\n",
  );
  expect(all.stderr).toMatch(/^node 1 on \S+ failed first, with exit code 7\.$/m);
  const one = await place.run(["logs", jobId, "--node", "1", "--tail", "1"]);
  expect(one.stdout).toBe("boom\n");
  const json = await place.run(["logs", jobId, "--json", "--tail", "1", "--since", "1h"]);
  const lines = json.stdout.trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { job_id: jobId, node: "0", host: expect.any(String), round: 1, line: "bar 2%" },
    { job_id: jobId, node: "1", host: expect.any(String), round: 1, line: "boom" },
  ]);
  const coloured = await place.run(["logs", jobId], { env: { FORCE_COLOR: "1" } });
  expect(coloured.stdout).toContain("\u001b[36mnode 0 |\u001b[39m out 0\n");
  expect(coloured.stdout).toContain("\u001b[33mnode 1 |\u001b[39m boom\n");
});

test("the logs of a job whose folder the history has are read without the platform", async () => {
  const before = platform.requests.length;
  const { code, stdout } = await place.run(["logs", jobId, "--tail", "1"]);
  expect([code, stdout]).toEqual([0, "node 0 | bar 2%\nnode 1 | boom\n"]);
  expect(platform.requests.length).toBe(before);
});

test("a job submitted elsewhere is found by its own command, through ssh too, but not where its disk is not", async () => {
  await using other = await createPlace(platform);
  const folder = join(other.dir, "bin");
  await mkdir(folder);
  await writeFile(join(folder, "ssh"), '#!/bin/sh\necho "$@" > "$HOME/asked"; exec sh\n');
  await chmod(join(folder, "ssh"), 0o755);
  const env = { PATH: `${folder}${delimiter}${other.env["PATH"]}` };
  const { code, stdout } = await other.run(["logs", jobId, "--via", "dev", "--tail", "1"], { env });
  expect([code, stdout]).toEqual([0, "node 0 | bar 2%\nnode 1 | boom\n"]);
  expect(await readFile(join(other.dir, "asked"), "utf8")).toBe(
    "-T -o ConnectTimeout=15 -- dev sh\n",
  );
  const far = await submit("--log-dir", "/proc/none/demo/logs", "--set", "command=true");
  const none = await place.run(["logs", far.stdout.trim(), "--via", "dev"], { env });
  expect([none.code, none.stdout]).toEqual([2, ""]);
  expect(none.stderr).toContain("dev does not have the disk of the logs, /proc/none/demo/logs/");
  // As of a job that waits, which has made no folder yet.
  const logs = ["--log-dir", join(other.dir, "new/exp/of/logs"), "--set", "command=true", "--wait"];
  const id = /job-[\w-]{36}/.exec((await submit(...logs)).stdout)?.[0] ?? "";
  await rm(join(other.dir, "new"), { recursive: true, force: true });
  const later = await place.run(["logs", id, "--via", "dev"], { env });
  expect([later.code, later.stderr]).toEqual([0, expect.stringContaining("Nothing has been")]);
});

test("following prints what comes, and ends with the job and its outcome", async () => {
  const script = `echo started; until [ -e ${place.dir}/go ]; do sleep 0.05; done; echo ended; exit 4`;
  const args = ["--set", `command=${script}`, "--set", "framework_config[0].instance_count=1"];
  const { stdout } = await submit("--log-dir", logDir, ...args);
  const cli = place.start(["logs", stdout.trim(), "--follow"]);
  await cli.waitFor("started\n");
  await writeFile(join(place.dir, "go"), "");
  const ended = await cli.result;
  expect([ended.code, ended.stdout]).toEqual([1, "started\nended\n"]);
  expect(ended.stderr).toMatch(/failed first, with exit code 4\.\n.*failed/s);
  const waited = await submit(
    "--log-dir",
    logDir,
    ...args,
    "--wait",
    "--follow",
    "--allow-duplicate",
  );
  expect(waited.stderr).toMatch(/node 0 \| started\nnode 0 \| ended\n/);
});

test("the logs of a sweep stand under the names of its runs, and --status takes the failed ones", async () => {
  const script =
    'for i in $(seq 30); do echo "{{ matrix.lr }} line $i"; done; exit $(({{ matrix.lr }} % 2))';
  const one = ["--set", "framework_config[0].instance_count=1", "--name", "run"];
  const args = ["--matrix", "lr=1,2,3", "--set", `command=${script}`, ...one];
  await submit("--log-dir", logDir, ...args, "--wait");
  const all = await place.run(["logs"]);
  const lines = all.stdout.trimEnd().split("\n");
  expect([all.code, lines.length]).toEqual([0, 60]);
  expect([lines[0], lines[20], lines[59]]).toEqual([
    "run-lr-1 node 0 | 1 line 11",
    "run-lr-2 node 0 | 2 line 11",
    "run-lr-3 node 0 | 3 line 30",
  ]);
  expect(all.stderr).toMatch(
    /^The last 20 lines of each node.*\nrun-lr-1: node 0 on \S+ failed first.*\nrun-lr-3: node 0 on .* code 1\.\n$/,
  );
  const failed = await place.run(["logs", "@last", "--status", "failed", "--tail", "1", "--json"]);
  const objects = failed.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(objects.map(({ line }) => line)).toEqual(["1 line 30", "3 line 30"]);
  const named = await place.run(["logs", "--name", "RUN-*", "--status", "succeeded", "-n", "1"]);
  expect([named.stdout, named.stderr]).toEqual(["run-lr-2 node 0 | 2 line 30\n", ""]);
  const queued = await place.run(["logs", "@last", "--status", "queued"]);
  expect([queued.code, queued.stdout, queued.stderr]).toEqual([
    0,
    "",
    "None of 3 jobs is queued.\n",
  ]);
  const ids = objects.map((each) => each.job_id);
  const follow = await place.run(["logs", ...ids, jobId, "--follow", "--tail", "1", "--node", "0"]);
  expect([follow.code, follow.stdout.split("\n").toSorted()]).toEqual([
    1,
    ["", "run-lr-1 node 0 | 1 line 30", "run-lr-3 node 0 | 3 line 30", "two-nodes node 0 | bar 2%"],
  ]);
  expect(follow.stderr).toMatch(
    /^run-lr-1: failed.*\n(.*\n)*run-lr-3: failed.*\n(.*\n)*two-nodes: failed/m,
  );
});

test("logs of a status says of no job that it lacks it where the platform did not tell", async () => {
  const { stdout } = await submit("--set", "command=true", "--allow-duplicate", "--name", "untold");
  const untold = stdout.trim();
  const body = JSON.stringify({ code: 100002, message: "no job" });
  platform.setFaults([{ operation: "detail", fault: { kind: "reply", status: 200, body } }]);
  const none = await place.run(["logs", untold, "--status", "failed"]);
  const failed = ["--status", "failed", "--node", "1", "--tail", "1"];
  const some = await place.run(["logs", jobId, untold, ...failed]);
  platform.setFaults([]);
  expect([none.code, none.stderr]).toEqual([3, expect.stringContaining("no job")]);
  expect(none.stderr).not.toContain("The job is not failed.");
  expect([some.code, some.stdout]).toEqual([3, "two-nodes node 1 | boom\n"]);
});

test("what cannot be meant is refused, and a job without logs keeps nothing of the others back", async () => {
  const none = await place.run(["logs", "--name", "none-*"]);
  expect([none.code, none.stdout]).toEqual([2, ""]);
  const both = await place.run(["logs", jobId, "--name", "run-*"]);
  expect([both.code, both.stderr]).toEqual([2, expect.stringContaining("--name")]);
  const node = await place.run(["logs", jobId, "--node", "7"]);
  expect([node.code, node.stderr]).toEqual([
    2,
    expect.stringContaining("There is no log of node 7; there is of 0, 1."),
  ]);
  const followed = await place.run(["logs", jobId, "--node", "7", "--follow"]);
  expect([followed.code, followed.stdout]).toEqual([2, ""]);
  expect(followed.stderr).toContain("There is no log of node 7; there is of 0, 1.");
  const nothing = await place.run(["logs", jobId, "--tail", "0"]);
  expect(nothing.stderr).toMatch(/^node 1 on \S+ failed first, with exit code 7\.\n$/);
  const old = await place.run(["logs", jobId, "--since", "1ms"]);
  expect(old.stderr).toMatch(/^Nothing has been printed in this time\.\n/);
  const far = await submit("--log-dir", "/proc/none/demo/far", "--set", "command=true");
  const some = await place.run(["logs", jobId, far.stdout.trim(), "--node", "0", "--tail", "1"]);
  // Of one name, so that each has its id.
  const name = `two-nodes ${jobId.slice(0, 12)}`;
  expect([some.code, some.stdout]).toEqual([2, `${name} node 0 | bar 2%\n`]);
  expect(some.stderr).toContain(`on a disk that this machine does not have.`);
});

test("logs that cannot be read are an error of their job, and keep nothing of the others back", async () => {
  const dir = join(logDir, "lost");
  const { stdout } = await submit("--log-dir", dir, "--set", "command=true", "--wait");
  const id = /job-[\w-]{36}/.exec(stdout)?.[0] ?? "";
  const [folder = ""] = await readdir(dir);
  await rm(join(dir, folder), { recursive: true });
  await symlink(folder, join(dir, folder));
  const said = `The logs in ${join(dir, folder)} cannot be read (ELOOP: it is a symbolic link).`;
  const alone = await place.run(["logs", id]);
  expect([alone.code, alone.stderr]).toEqual([2, expect.stringContaining(`error: ${said}\n`)]);
  const both = await place.run(["logs", id, jobId, "--node", "0", "--tail", "1"]);
  expect([both.code, both.stdout]).toEqual([2, expect.stringMatching(/ node 0 \| bar 2%\n$/)]);
  expect(both.stderr).toContain(`error: ${id}: ${said}\n`);
  const args = ["logs", id, jobId, "--follow", "--node", "0", "--tail", "1"];
  const followed = await place.run(args);
  expect([followed.code, followed.stdout]).toEqual([1, both.stdout]);
  expect(followed.stderr.split(`error: ${id}: ${said}\n`)).toHaveLength(2);
  expect(followed.stderr).toMatch(/: succeeded[^]*: failed/);
  const lost = await place.run(["logs", id, id, "--follow"]);
  expect([lost.code, lost.stdout]).toEqual([2, ""]);
});

test("a log with a hole of a terabyte keeps no wait from its verdict, and no reader of its last lines", async () => {
  const dir = join(logDir, "holes");
  const one = ["--set", "framework_config[0].instance_count=1", "--set", "command=exit 3"];
  const id =
    /job-[\w-]{36}/.exec((await submit("--log-dir", dir, ...one, "--wait")).stdout)?.[0] ?? "";
  const [folder = ""] = await readdir(dir);
  const log = (await readdir(join(dir, folder))).find((name) => name.endsWith(".log")) ?? "";
  await truncate(join(dir, folder, log), 1e12);
  const waited = await place.run(["wait", id]);
  expect([waited.code, waited.stdout]).toEqual([1, expect.stringContaining("failed")]);
  expect(waited.stderr).toMatch(/node 0 on \S+ failed first, with exit code 3\.$/m);
  const last = await place.run(["logs", id, "--tail", "5"]);
  expect([last.code, last.stdout]).toEqual([0, expect.stringContaining("\\x00")]);
  await using session = await openSession(place);
  const { document } = await session.call("logs", { job: id });
  expect(document).toMatchObject({ failed_node: { node: "0", exit_code: 3 } });
});

test("a signal ends what an ssh without an answer keeps waiting, and says no word of the ssh", async () => {
  const [folder, waiting] = [join(place.dir, "bin"), join(place.dir, "waiting")];
  await mkdir(folder);
  // It answers whether the folder is there, and no more.
  const hang = `: > ${waiting}; exec sleep 600`;
  const answer = `while read -r line; do case $line in *find*) ${hang};; esac; eval "$line"; done`;
  await writeFile(join(folder, "ssh"), `#!/bin/sh\n${answer}\n`);
  await chmod(join(folder, "ssh"), 0o755);
  const env = { PATH: `${folder}${delimiter}${place.env["PATH"]}` };
  const slow = ["--set", "command=exec sleep 600", "--name", "slow"];
  const { stdout } = await submit("--log-dir", logDir, ...slow);
  const args = ["logs", stdout.trim(), "--follow", "--via", "dev"];
  const isWaiting = () => existsSync(waiting);
  const cli = place.start(args, { env });
  await expect.poll(isWaiting).toBe(true);
  cli.process.kill("SIGTERM");
  const { code, stderr } = await cli.result;
  expect([code, stderr]).toEqual([
    143,
    expect.stringMatching(/^Interrupted\. The job goes on\.\n/),
  ]);
  await rm(waiting);
  // Ctrl-C reaches both.
  await using terminal = openTerminal(place, args, { env });
  await expect.poll(isWaiting).toBe(true);
  terminal.send("\u0003");
  expect(await terminal.ended).toBe(130);
  expect(terminal.screen()).toContain("Interrupted. The job goes on.");
  expect(terminal.screen()).not.toContain("cannot be read");
});

test("a submit that follows through an ssh without an answer ends with the signal", async () => {
  await using other = await createPlace(platform);
  const [folder, asked] = [join(other.dir, "bin"), join(other.dir, "asked")];
  await mkdir(folder);
  await writeFile(join(folder, "ssh"), `#!/bin/sh\n: > ${asked}\nexec sleep 600\n`);
  await chmod(join(folder, "ssh"), 0o755);
  await mkdir(join(other.dir, ".qizhi"));
  await writeFile(join(other.dir, ".qizhi/defaults.yaml"), "log_via: dev\n");
  const env = { PATH: `${folder}${delimiter}${other.env["PATH"]}` };
  await writeFile(join(other.dir, "job.yaml"), await readFile(example));
  const far = ["--log-dir", "/proc/none/demo/logs", "--set", "command=exec sleep 600", ...quick];
  const cli = other.start(["submit", "job.yaml", ...far, "--wait", "--follow"], { env });
  await expect.poll(() => existsSync(asked)).toBe(true);
  cli.process.kill("SIGTERM");
  const { code, stderr } = await cli.result;
  expect([code, stderr]).toEqual([143, expect.stringContaining("Interrupted. The job goes on.")]);
  expect(stderr).not.toContain("ssh");
});

test("no line of a job is a command for the runner of a workflow", async () => {
  const print = "echo ::stop-commands::x; echo 'a ##[error]forged'; echo a::b";
  const args = ["--set", `command=${print}`, "--set", "framework_config[0].instance_count=1"];
  await submit(...args, "--log-dir", logDir, "--wait", "--name", "::error::forged");
  const env = { GITHUB_ACTIONS: "true" };
  const inWorkflow = await place.run(["logs", "@last"], { env });
  expect(inWorkflow.stdout).toBe("\\x3a:stop-commands::x\na \\x23#[error]forged\na::b\n");
  const json = await place.run(["logs", "@last", "--json"], { env });
  expect(json.stdout).not.toContain("##[");
  const lines = json.stdout.trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line).line)).toContain("a ##[error]forged");
  const elsewhere = await place.run(["logs", "@last"], { env: { GITHUB_ACTIONS: undefined } });
  expect(elsewhere.stdout).toBe("::stop-commands::x\na ##[error]forged\na::b\n");
  const listed = await place.run(["list", "--name", "*forged*"], { env });
  expect(listed.stdout + listed.stderr).not.toMatch(/^\s*::|##\[/m);
});

test("a reader that leaves ends it without a word", async () => {
  const args = ["--set", "command=seq 1 300000", "--set", "framework_config[0].instance_count=1"];
  const { stdout } = await submit("--log-dir", logDir, ...args, "--wait");
  const id = /job-[\w-]{36}/.exec(stdout)?.[0] ?? "";
  const line = `"${process.execPath}" "${bin}" logs ${id} | head -n 2; echo "$\{PIPESTATUS[0]}"`;
  const { stdout: shown, stderr } = await promisify(execFile)("bash", ["-c", line], {
    env: place.env,
  });
  expect([shown, stderr]).toEqual(["1\n2\n0\n", ""]);
});

test("a dry run says that the command is wrapped; rerun and clone give it as it was", async () => {
  const dry = await submit("--log-dir", logDir, "--dry-run");
  expect(JSON.parse(dry.stdout).command).toContain(`qizhi_dir=${logDir}/`);
  expect(dry.stderr).toContain(`The command is wrapped (log_dir)`);
  const sweep = await submit(
    "--log-dir",
    `${logDir}/{{ matrix.lr }}`,
    "--matrix",
    "lr=1,2",
    "--dry-run",
    "--json",
  );
  const { runs } = JSON.parse(sweep.stdout);
  for (const [index, lr] of ["1", "2"].entries()) {
    expect(runs[index].spec.command).toContain(`qizhi_dir=${logDir}/${lr}/`);
  }
  const draft = JSON.parse((await place.run(["clone", jobId, "--json"])).stdout);
  expect(draft).toMatchObject({ command, log_dir: logDir });
  const again = await place.run(["rerun", jobId, "--dry-run", "--log-dir", "off"]);
  expect(JSON.parse(again.stdout).command).toBe(command);
});

test("a job of the local platform has logs without log_dir", async () => {
  const { stdout, stderr, code } = await submit("--wait");
  const id = /job-[\w-]{36}/.exec(stdout)?.[0] ?? "";
  expect([code, stderr.includes("node 1 failed first, with exit code 7.")]).toEqual([1, true]);
  expect((await place.run(["logs", id, "--node", "1"])).stdout).toBe("out 1\nbar 2%\nboom\n");
});

test("where the disk is not, and where no logs are kept, it says the way on", async () => {
  const far = await submit("--log-dir", "/proc/none/demo/logs", "--set", "command=true");
  const id = far.stdout.trim();
  const { code, stderr } = await place.run(["logs", id]);
  expect(code).toBe(2);
  const [folder = ""] = /\/proc\/none\/demo\/logs\/[\w-]{36}/.exec(stderr) ?? [];
  expect(stderr).toContain("on a disk that this machine does not have");
  expect(stderr).toContain(`qizhi logs ${id} --via <host>`);
  expect(stderr).toContain(`tail -n 100 -f ${folder}/*.log`);
  expect(stderr).toContain("/jobs/distributedTrainingDetail/");

  await using server = await startHttp((request, response) => {
    const isCall = request.method === "POST";
    const data = { access_token: "t", expires_in: 3600, job_id: id, status: "job_running" };
    response.writeHead(isCall ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify({ code: 0, message: "", data }));
  });
  const env = { QIZHI_BASE_URL: `http://127.0.0.1:${server.port}` };
  const none = await place.run(["logs", id, "--lang", "zh"], { env });
  expect(none.code).toBe(2);
  expect(none.stderr).toContain(`${id} 没有保留日志：提交时没有给出 log_dir。`);
});
