import type { LocalPlatform, LocalPlatformOptions } from "@qizhi/core/local";
import { startLocalPlatform } from "@qizhi/core/local";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createPlace } from "./run-cli.ts";
import { openTerminal } from "./terminal.ts";

const specText = `name: demo
logic_compute_group_id: lcg-11111111-1111-4111-8111-111111111111
project_id: project-22222222-2222-4222-8222-222222222222
workspace_id: ws-33333333-3333-4333-8333-333333333333
framework: pytorch
command: "train --lr {{ matrix.lr }} --seed {{ matrix.seed }}"
task_priority: 4
max_running_time_ms: 2h
framework_config:
  - image: docker.sii.shaipower.online/inspire-studio/base:v1
    image_type: SOURCE_OFFICIAL
    instance_count: 1
    shm_gi: 0
    spec_id: 44444444-4444-4444-8444-444444444444
matrix:
  lr: [1e-3, 1e-4]
  seed: [1, 2, 3]
`;

async function setUp(options: LocalPlatformOptions = {}) {
  const platform = await startLocalPlatform({ stages: 20, commands: "skip", ...options });
  const place = await createPlace(platform);
  await writeFile(join(place.dir, "sweep.yaml"), specText);
  return {
    platform,
    place,
    async [Symbol.asyncDispose]() {
      await place[Symbol.asyncDispose]();
      await platform.dispose();
    },
  };
}

const fast = ["--rate", "200", "--poll-interval", "20ms"];
const names = (platform: LocalPlatform) => platform.jobs().map(({ request }) => request.name);
const idIn = (text: string) => /sweep-[0-9a-f]{8}/.exec(text)?.[0] ?? "";

describe("qizhi submit with a matrix", () => {
  it("lists the runs and what they come to, and sends nothing", async () => {
    await using all = await setUp();
    const { stdout, stderr, code } = await all.place.run(["submit", "sweep.yaml", "--dry-run"]);
    expect(code).toBe(0);
    expect(stdout.trimEnd().split("\n")).toEqual(
      ["1e-3", "1e-4"].flatMap((lr) => [1, 2, 3].map((seed) => `demo-lr-${lr}-seed-${seed}`)),
    );
    expect(stderr).toContain("6 runs, 6 nodes in all");
    const args = ["submit", "sweep.yaml", "--matrix", "seed=7", "--dry-run", "--json"];
    const json = JSON.parse((await all.place.run(args)).stdout);
    expect(json.runs.map(({ parameters }: { parameters: unknown }) => parameters)).toEqual([
      { lr: "1e-3", seed: "7" },
      { lr: "1e-4", seed: "7" },
    ]);
    expect(json.totals).toMatchObject({ runs: 2, nodes: 2, gpus: null });
    expect(all.platform.requests).toEqual([]);
  });

  it("runs all, prints and writes the results, and knows the price the next time", async () => {
    await using all = await setUp();
    const { place } = all;
    const args = ["submit", "sweep.yaml", "--max-active", "2", "--wait", ...fast];
    const out = ["--json", "--csv", "out.csv", "--markdown", "out.md"];
    const { code, stdout, stderr } = await place.run([...args, ...out]);
    expect([code, stderr]).toEqual([0, expect.stringContaining("Wrote out.csv")]);
    const json = JSON.parse(stdout);
    expect(json.counts).toEqual({ succeeded: 6 });
    expect(json.runs).toHaveLength(6);
    expect(json.runs[5]).toMatchObject({
      index: 6,
      name: "demo-lr-1e-4-seed-3",
      parameters: { lr: "1e-4", seed: "3" },
      state: "succeeded",
      tries: 1,
      gpus: 8,
    });
    expect(await readFile(join(place.dir, "out.csv"), "utf8")).toContain("matrix.lr,matrix.seed");
    expect((await readFile(join(place.dir, "out.md"), "utf8")).split("\n")).toHaveLength(9);

    const { id } = { id: json.sweep };
    const listed = JSON.parse((await place.run(["sweep", "list", "--json"])).stdout);
    expect(listed).toMatchObject([{ sweep: id, name: "demo", counts: { succeeded: 6 } }]);
    expect((await place.run(["sweep", "show", id])).stdout).toContain("6 succeeded");
    const page = await place.run(["report", id.slice(0, 10), "page.html"]);
    expect(page).toMatchObject({ code: 0, stdout: "page.html\n" });
    expect(await readFile(join(place.dir, "page.html"), "utf8")).toContain("demo-lr-1e-4-seed-3");
    expect(await place.run(["report", id, "page.html"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--force"),
    });
    expect((await place.run(["report", id, "page.html", "--force"])).code).toBe(0);
    const plan = await place.run(["submit", "sweep.yaml", "--dry-run", "--max-active", "4"]);
    expect(plan.stderr).toContain("48 GPUs in all, at most 32 at once");
    expect(plan.stderr).toMatch(/at most \d+\.\d\d when all run to their limit/);
  });

  it("goes on after a kill -9: no run twice, none forgotten", async () => {
    await using all = await setUp({ stages: 150 });
    const { place, platform } = all;
    const args = ["submit", "sweep.yaml", "--max-active", "2", "--wait", ...fast];
    const first = place.start(args);
    await first.waitFor(/seed-3 {2}submitted/);
    first.process.kill("SIGKILL");
    const { stderr } = await first.result;
    const resumed = await place.run(["sweep", "resume", idIn(stderr), "--wait", ...fast]);
    expect([resumed.code, resumed.stderr]).toEqual([0, expect.stringContaining("goes on")]);
    expect(names(platform)).toHaveLength(6);
    expect(new Set(names(platform)).size).toBe(6);
  });

  it("leaves the jobs on Ctrl-C and says how to go on; without --wait it ends when all is sent", async () => {
    await using all = await setUp({ stages: 400 });
    const { place, platform } = all;
    const submit = ["submit", "sweep.yaml", "--max-active", "2", "--wait", "--json", ...fast];
    const first = place.start(submit);
    await first.waitFor(/seed-2 {2}submitted/);
    first.process.kill("SIGINT");
    const { code, stdout, stderr } = await first.result;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({
      sweep: idIn(stderr),
      counts: { waiting: expect.any(Number) },
      interruption: { exit_code: 130 },
    });
    expect(stderr).toMatch(/The jobs go on; the \d that wait are not made\./);
    expect(stderr).toContain(`qizhi sweep resume ${idIn(stderr)} --wait`);
    const args = ["sweep", "resume", idIn(stderr), "--max-active", "9", ...fast];
    const rest = await place.run(args);
    expect([rest.code, rest.stderr]).toEqual([
      0,
      expect.stringContaining("Every run is submitted"),
    ]);
    expect(names(platform)).toHaveLength(6);
  });

  it("stops the jobs on Ctrl-C when asked to", async () => {
    await using all = await setUp({ stages: { queuingMs: 60_000, stoppingMs: 20 } });
    const { place, platform } = all;
    const args = ["submit", "sweep.yaml", "--max-active", "2", "--wait", ...fast];
    const running = place.start([...args, "--on-interrupt", "stop", "--json"]);
    await running.waitFor(/seed-2 {2}submitted/);
    running.process.kill("SIGINT");
    const { code, stdout, stderr } = await running.result;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({
      counts: { stopped: 2, waiting: 4 },
      interruption: { exit_code: 130 },
    });
    expect(stderr).not.toContain("The jobs go on.");
    const id = idIn(stderr);
    expect(stderr).toContain(`go on: qizhi sweep resume ${id} --anew --wait`);
    expect(platform.jobs().map(({ status }) => status)).toEqual(["job_stopped", "job_stopped"]);
    // Nothing else can happen to it, unless a person says so.
    const again = await place.run(["sweep", "resume", id, "--wait", ...fast]);
    expect(again).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^No more runs are made[^]*resume sweep-\w+ --anew --wait/),
    });
    expect(names(platform)).toHaveLength(2);
    const anew = place.start(["sweep", "resume", id, "--anew", "--wait", ...fast]);
    await anew.waitFor(/goes on: 6 runs[^]*seed-1 {2}submitted/);
  });

  it("lists runs of unknown outcome with the way to settle them, and goes on once they are", async () => {
    await using all = await setUp({
      faults: [
        { operation: "create", calls: [2], fault: { kind: "reset", effect: true } },
        { operation: "create", calls: [3], fault: { kind: "reset" } },
      ],
    });
    const { place, platform } = all;
    const args = ["submit", "sweep.yaml", "--max-active", "2", "--wait", ...fast];
    const first = await place.run(args);
    expect(first.code).toBe(5);
    expect(first.stderr).toContain("cannot go on without you");
    const attempts = [...first.stderr.matchAll(/qizhi forget ([0-9a-f]{8})/g)].map(([, id]) => id!);
    expect(attempts).toHaveLength(2);
    const made = platform.jobs().find(({ request }) => request.name.endsWith("1e-3-seed-2"));
    expect((await place.run(["track", made!.jobId, "--for", attempts[0]!])).code).toBe(0);
    expect((await place.run(["forget", attempts[1]!])).code).toBe(0);
    const id = idIn(first.stderr);
    const second = await place.run(["sweep", "resume", id, "--wait", ...fast]);
    expect([second.code, second.stdout]).toEqual([0, expect.stringContaining("6 succeeded")]);
    expect(new Set(names(platform)).size).toBe(6);
    expect(names(platform)).toHaveLength(6);
  });

  it("asks in a terminal about each run of unknown outcome, and goes on with the answers", async () => {
    await using all = await setUp({
      faults: [
        { operation: "create", calls: [2], fault: { kind: "reset", effect: true } },
        { operation: "create", calls: [3], fault: { kind: "reset" } },
      ],
    });
    const { place, platform } = all;
    const first = await place.run(["submit", "sweep.yaml", "--max-active", "2", ...fast]);
    const made = platform.jobs().find(({ request }) => request.name === "demo-lr-1e-3-seed-2");
    const args = ["sweep", "resume", idIn(first.stderr), "--wait", ...fast];
    const question = (seed: number) => `Is there a job "demo-lr-1e-3-seed-${seed}" on http`;
    {
      await using terminal = openTerminal(place, args, { columns: 200 });
      await terminal.waitFor(question(2));
      terminal.send("\u0003");
      expect(await terminal.ended).toBe(130);
      expect(terminal.isCursorVisible()).toBe(true);
    }
    await using terminal = openTerminal(place, args, { columns: 200 });
    await terminal.waitFor(question(2));
    // A job that is not there settles nothing.
    terminal.send("maybe\r");
    await terminal.waitFor("code 100002");
    terminal.send("job-1234\r");
    await terminal.waitFor('Give a whole job id, "no" or "later".');
    terminal.send(`\u0015${made!.jobId}\r`);
    await terminal.waitFor(question(3));
    terminal.send("no\r");
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen()).toContain("6 succeeded");
    expect(names(platform).toSorted()).toEqual([...new Set(names(platform))].toSorted());
    expect(names(platform)).toHaveLength(6);
  });

  it("ends with 1 when a run failed, and names what is wrong before anything is sent", async () => {
    await using all = await setUp({ commands: "run" });
    const { place, platform } = all;
    const check = "test {{ matrix.lr }} = 1e-4 && test {{ matrix.seed }} = 1";
    const args = ["submit", "sweep.yaml", "--wait", ...fast, "--matrix", "seed=1"];
    const failed = await place.run([...args, "--retries", "1", "--", "sh", "-c", check]);
    expect(failed.code).toBe(1);
    expect(failed.stdout).toContain("1 succeeded, 1 failed");
    expect(failed.stderr).toContain(`qizhi sweep resume ${idIn(failed.stderr)} --anew --wait`);
    expect(platform.jobs()).toHaveLength(3);
    const before = platform.requests.length;
    const wrong: [string[], string][] = [
      [["submit", "sweep.yaml", "--matrix", "lr"], "is not NAME=value,value"],
      [["submit", "sweep.yaml", "--matrix", "x=1"], "matrix.x is used nowhere"],
      [["submit", "sweep.yaml", "--max-active", "0"], "--max-active"],
      [["submit", "sweep.yaml", "--again"], "--again is about one job"],
      [["sweep", "fly"], '"fly" is not something to do with a sweep'],
      [["sweep", "resume"], "needs the id of a sweep"],
      [["sweep", "resume", "sweep-x"], 'no sweep "sweep-x"'],
      [["report", "sweep-x"], 'no sweep "sweep-x"'],
    ];
    for (const [line, text] of wrong) {
      expect(await place.run(line)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(text),
      });
    }
    await writeFile(join(place.dir, "job.yaml"), specText.replace(/matrix:[\s\S]*/, ""));
    const lost = await place.run(["submit", "job.yaml"]);
    expect(lost.stderr).toContain("{{ matrix.lr }} needs a matrix; there is none");
    const valid = await place.run(["validate", "sweep.yaml", "job.yaml", "--lang", "zh"]);
    expect(valid.code).toBe(2);
    expect(valid.stderr).toContain("需要矩阵，但没有矩阵");
    expect(platform.requests.length).toBe(before);
  });
});
