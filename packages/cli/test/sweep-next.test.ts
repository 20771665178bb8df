import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { logIn } from "./log-in.ts";
import { fast, idIn, setUp } from "./sweep-place.ts";

type Place = Awaited<ReturnType<typeof setUp>>;

const two = ["submit", "sweep.yaml", "--matrix", "seed=1", ...fast];

/** The lines of a command that name what to do next, each command without its program. */
const nextIn = (stderr: string) =>
  [...stderr.matchAll(/^ {2}([\w ]+): qizhi (.*)$/gm)].map(([, what, command]) => [what, command]);

async function untilOver({ platform }: Place): Promise<void> {
  const isOpen = ({ status = "" }) => !/succeeded|failed/.test(status);
  while (platform.jobs().some(isOpen)) await platform.changed();
}

test("a sweep that goes on without a wait tells of jobs that have failed since, as its status does", async () => {
  await using all = await setUp({ commands: "run" });
  const { place } = all;
  const gate = join(place.dir, "gate");
  const fails = `until [ -e ${gate} ]; do sleep 0.05; done; test {{ matrix.lr }} = {{ matrix.seed }}`;
  const submit = await place.run([...two, "--", "sh", "-c", fails]);
  expect([submit.code, submit.stderr]).toEqual([
    0,
    expect.stringContaining("Every run is submitted; the jobs go on."),
  ]);
  const id = idIn(submit.stderr);
  expect(nextIn(submit.stderr)).toEqual([
    ["go on", `rerun ${id} --wait`],
    ["report", `report ${id}`],
    ["stop", `stop ${id}`],
  ]);
  await writeFile(gate, "");
  await untilOver(all);
  const rerun = await place.run(["rerun", id, ...fast]);
  expect([rerun.code, rerun.stdout]).toEqual([1, expect.stringContaining("2 failed")]);
  expect(rerun.stderr).not.toContain("jobs go on");
  expect(nextIn(rerun.stderr)).toEqual([
    ["retry the failed ones", `rerun ${id} --failed --wait`],
    ["report", `report ${id}`],
  ]);
  expect((await place.run(["status", id])).stdout).toBe(rerun.stdout);
}, 60_000);

test.each([
  ["--retries 1", true],
  ["--fail-fast", true],
  ["--max-active 9", false],
])(
  "a sweep with %s that goes on without a wait says whether something is left undone",
  async (flags, isSaid) => {
    await using all = await setUp({ stages: { queuingMs: 60_000 } });
    const { code, stderr } = await all.place.run([...two, ...flags.split(" ")]);
    expect([code, stderr.includes("Every run is submitted; the jobs go on.")]).toEqual([0, true]);
    expect(stderr.includes("no run is retried and no failure stops the others")).toBe(isSaid);
  },
  60_000,
);

test("a sweep that is over names its report alone", async () => {
  await using all = await setUp();
  const { place } = all;
  const id = idIn((await place.run(two)).stderr);
  await untilOver(all);
  const rerun = await place.run(["rerun", id, ...fast]);
  expect([rerun.code, rerun.stdout]).toEqual([0, expect.stringContaining("2 succeeded")]);
  expect(rerun.stderr).not.toContain("jobs go on");
  expect(nextIn(rerun.stderr)).toEqual([["report", `report ${id}`]]);
}, 60_000);

test("a sweep whose runs are refused says of no job that it goes on, and offers no stop", async () => {
  const body = JSON.stringify({ code: 100_002, message: "参数错误" });
  const refused = { kind: "reply", status: 200, body } as const;
  await using all = await setUp({ faults: [{ operation: "create", fault: refused }] });
  const { place } = all;
  const each = await place.run(two);
  expect([each.code, each.stdout]).toEqual([1, expect.stringContaining("2 refused")]);
  expect(each.stderr).not.toContain("jobs go on");
  expect(nextIn(each.stderr)).toEqual([
    ["retry the failed ones", `rerun ${idIn(each.stderr)} --failed --wait`],
    ["report", `report ${idIn(each.stderr)}`],
  ]);
  const halted = await place.run(["submit", "sweep.yaml", ...fast]);
  expect([halted.code, halted.stdout]).toEqual([1, expect.stringContaining("3 refused")]);
  expect(halted.stderr).not.toContain("jobs go on");
  expect(nextIn(halted.stderr)).toEqual([
    ["go on", `rerun ${idIn(halted.stderr)} --failed --wait`],
    ["report", `report ${idIn(halted.stderr)}`],
  ]);
}, 60_000);

test("a sweep that lost its login before its first job says so, and its commands name the account", async () => {
  await using all = await setUp({
    faults: [{ operation: "create", fault: { kind: "token-refused" } }],
  });
  const { place, platform } = all;
  const keys = ["QIZHI_BASE_URL", "QIZHI_USERNAME", "QIZHI_PASSWORD"];
  const env = Object.fromEntries(keys.map((key) => [key, undefined]));
  const account = ["--account", "lab@two"];
  await logIn(place, platform, account);
  const run = await place.run(["submit", "sweep.yaml", "--wait", ...account, ...fast], { env });
  const id = idIn(run.stderr);
  expect(run).toMatchObject({ code: 3, stdout: expect.stringContaining("6 waiting") });
  expect(run.stderr).toMatch(/\n6 runs are not submitted yet\.\n/);
  expect(nextIn(run.stderr)).toEqual([
    ["log in", "login --account lab@two"],
    ["go on", `rerun ${id} --wait --account lab@two`],
    ["report", `report ${id} --account lab@two`],
  ]);
}, 60_000);

test("a wait for a sweep that reaches its limit names the sweep, and not each of its jobs", async () => {
  await using all = await setUp({ stages: { queuingMs: 60_000 } });
  const { place } = all;
  const id = idIn((await place.run(two)).stderr);
  const { code, stderr } = await place.run(["wait", id, "--timeout", "1s"]);
  expect(code).toBe(4);
  expect(nextIn(stderr).map(([, next]) => next)).toEqual([`wait ${id}`, `stop ${id}`]);
}, 60_000);

test.each([
  ["wait", ["--poll-interval", "20ms"]],
  ["status", ["--watch", "--poll-interval", "20ms"]],
  ["stop", ["--yes", "--wait"]],
])(
  "Ctrl-C in a %s of a sweep names the sweep, beside the job that was named alone",
  async (command, flags) => {
    await using all = await setUp({ stages: { queuingMs: 60_000, stoppingMs: 60_000 } });
    const { place, platform } = all;
    const id = idIn((await place.run(two)).stderr);
    await place.run(["submit", "sweep.yaml", "--matrix", "seed=2", "--matrix", "lr=1", ...fast]);
    const jobId = platform.jobs().at(-1)?.jobId ?? "";
    const polls = platform.requests.length + 9;
    const running = place.start([command, id, jobId, ...flags]);
    while (platform.requests.length < polls) await platform.changed();
    running.process.kill("SIGINT");
    const { stderr } = await running.result;
    expect(nextIn(stderr).map(([, next]) => next)).toEqual([
      `wait ${jobId} ${id}`,
      `stop ${jobId} ${id}`,
    ]);
  },
  60_000,
);
