import type { LocalPlatform } from "@qizhi/core/local";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openTerminal } from "./terminal.ts";
import { logIn } from "./log-in.ts";
import { fast, idIn, names, setUp, specText } from "./sweep-place.ts";

describe("qizhi submit with a matrix", () => {
  it("prints no name of a run as a command for the runner of a workflow", async () => {
    await using all = await setUp();
    const text = specText.replace(
      "name: demo",
      'name: "::error::{{ matrix.lr }}-{{ matrix.seed }}"',
    );
    await writeFile(join(all.place.dir, "sweep.yaml"), text);
    const { stdout, code } = await all.place.run(["submit", "sweep.yaml", "--dry-run"]);
    expect([code, stdout.split("\n")[0]]).toEqual([0, "\\x3a:error::1e-3-1"]);
    await all.place.run(["submit", "sweep.yaml", "--wait", ...fast]);
    const shown = await all.place.run(["status", "@last"]);
    expect(shown.stdout).toContain("error::");
    expect(shown.stdout + shown.stderr).not.toMatch(/^\s*(?:::|##\[)/m);
  });

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
    const listed = JSON.parse((await place.run(["list", "--sweeps", "--json"])).stdout);
    expect(listed).toMatchObject([{ sweep: id, name: "demo", counts: { succeeded: 6 } }]);
    expect((await place.run(["status", id])).stdout).toContain("6 succeeded");
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
    // The same by a saved login, whose platform nothing else names.
    await logIn(place, all.platform);
    const unset = {
      QIZHI_BASE_URL: undefined,
      QIZHI_USERNAME: undefined,
      QIZHI_PASSWORD: undefined,
    };
    const saved = ["submit", "sweep.yaml", "--dry-run", "--max-active", "4"];
    expect((await place.run(saved, { env: unset })).stderr).toBe(plan.stderr);
  });

  it("refuses files that cannot be written before anything is sent", async () => {
    await using all = await setUp();
    const { place, platform } = all;
    const args = ["submit", "sweep.yaml", "--csv", "none/out.csv", "--markdown", ".", "--wait"];
    expect(await place.run(args)).toMatchObject({
      code: 2,
      stdout: "",
      stderr: "error: Cannot write none/out.csv: ENOENT.\nCannot write .: EISDIR.\n",
    });
    const twice = ["submit", "sweep.yaml", "--csv", "runs", "--markdown", "./runs", "--wait"];
    expect(await place.run(twice)).toMatchObject({
      code: 2,
      stderr: "error: --csv runs does nothing beside --markdown ./runs.\n",
    });
    expect(platform.requests).toEqual([]);
  });

  it.runIf(existsSync("/dev/full"))(
    "tells of a file that it could not write at the end, with the result",
    async () => {
      await using all = await setUp();
      const args = ["submit", "sweep.yaml", "--csv", "/dev/full", "--markdown", "out.md", "--wait"];
      const { code, stdout, stderr } = await all.place.run([...args, ...fast]);
      expect([code, stdout]).toEqual([74, expect.stringContaining("6 succeeded")]);
      expect(stderr).toContain("error: Cannot write /dev/full: ENOSPC.\n");
      expect(await readFile(join(all.place.dir, "out.md"), "utf8")).toContain(
        "demo-lr-1e-4-seed-3",
      );
    },
  );

  it("goes on after a kill -9: no run twice, none forgotten", async () => {
    await using all = await setUp({ commands: "run", gpus: 64 });
    const { place, platform } = all;
    const args = ["submit", "sweep.yaml", "--max-active", "2", "--wait", ...fast];
    // Only the first run ends before the gate opens, so that no create is under way at the kill.
    const gate = join(place.dir, "gate");
    const isFirst = "test {{ matrix.lr }}-{{ matrix.seed }} = 1e-3-1";
    const command = `${isFirst} || until [ -e ${gate} ]; do sleep 0.05; done`;
    const first = place.start([...args, "--", "sh", "-c", command]);
    await first.waitFor(/seed-3 {2}submitted/);
    first.process.kill("SIGKILL");
    const { stderr } = await first.result;
    await writeFile(gate, "");
    const resumed = await place.run(["rerun", idIn(stderr), "--wait", ...fast]);
    expect([resumed.code, resumed.stderr]).toEqual([0, expect.stringContaining("goes on")]);
    expect(names(platform)).toHaveLength(6);
    expect(new Set(names(platform)).size).toBe(6);
  });

  it("leaves the jobs on Ctrl-C and says how to go on; without --wait it ends when all is sent", async () => {
    await using all = await setUp({ stages: { queuingMs: 60_000 } });
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
    expect(stderr).toMatch(/The jobs go on; (?:1 run is|\d runs are) not submitted yet\./);
    expect(stderr).toContain(`qizhi rerun ${idIn(stderr)} --wait`);
    const args = ["rerun", idIn(stderr), "--max-active", "9", ...fast];
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
    expect(stderr).toContain(`go on: qizhi rerun ${id} --failed --wait`);
    expect(platform.jobs().map(({ status }) => status)).toEqual(["job_stopped", "job_stopped"]);
    // Nothing else can happen to it, unless a person says so.
    const again = await place.run(["rerun", id, "--wait", ...fast]);
    expect(again).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^No more runs are made[^]*rerun sweep-\w+ --failed --wait/),
    });
    expect(names(platform)).toHaveLength(2);
    const anew = place.start(["rerun", id, "--failed", "--wait", ...fast]);
    await anew.waitFor(/goes on: 6 runs[^]*seed-1 {2}submitted/);
  });

  it("shows how it stands where its login is refused, which it warned of, and how to go on", async () => {
    const hour = 3_600_000;
    await using all = await setUp({ stages: { queuingMs: hour }, tokenTtlMs: hour });
    const { place, platform } = all;
    await logIn(place, platform);
    const keys = ["QIZHI_BASE_URL", "QIZHI_USERNAME", "QIZHI_PASSWORD"];
    const saved = { env: Object.fromEntries(keys.map((key) => [key, undefined])) };
    const then = ["--then", 'echo "$QIZHI_EXIT_CODE $QIZHI_SWEEP_ID" > then.txt'];
    const args = [
      "submit",
      "sweep.yaml",
      "--max-active",
      "2",
      "--wait",
      "--json",
      ...then,
      ...fast,
    ];
    const running = place.start(args, saved);
    await running.waitFor(/seed-2 {2}submitted/);
    platform.setFaults([{ operation: "detail", fault: { kind: "token-refused" } }]);
    const { code, stdout, stderr } = await running.result;
    const id = idIn(stderr);
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(/^Sweep .*\nThe login expires .*, maybe before the sweep ends\. /),
    ]);
    expect(JSON.parse(stdout)).toMatchObject({
      sweep: id,
      error: { code: "auth", exit_code: 3 },
      counts: { waiting: 4 },
      runs: expect.arrayContaining(
        platform.jobs().map(({ jobId }) => expect.objectContaining({ job_id: jobId })),
      ),
    });
    expect(stderr).toContain(
      `4 runs are not submitted yet.\n  log in: qizhi login\n  go on: qizhi rerun ${id} --wait\n`,
    );
    expect(await readFile(join(place.dir, "then.txt"), "utf8")).toBe(`3 ${id}\n`);
    platform.setFaults([]);
    // Nothing of a wait where there is none.
    const rest = await place.run(["rerun", id, "--max-active", "9", ...fast], saved);
    expect([rest.code, rest.stderr]).toEqual([0, expect.not.stringContaining("login expires")]);
    expect(names(platform)).toHaveLength(6);
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
    const second = await place.run(["rerun", id, "--wait", ...fast]);
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
    const args = ["rerun", idIn(first.stderr), "--wait", ...fast];
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
    expect(failed.stderr).toContain(`qizhi rerun ${idIn(failed.stderr)} --failed --wait`);
    expect(platform.jobs()).toHaveLength(3);
    const before = platform.requests.length;
    const wrong: [string[], string][] = [
      [["submit", "sweep.yaml", "--matrix", "lr"], "is not NAME=value,value"],
      [["submit", "sweep.yaml", "--matrix", "x=1"], "matrix.x is used nowhere"],
      [["submit", "sweep.yaml", "--max-active", "0"], "--max-active"],
      [["sweep", "fly"], 'Unknown action "fly"; use list, show or resume.'],
      [["sweep", "resume"], "needs the id of a sweep"],
      [["sweep", "resume", "sweep-x"], 'No sweep "sweep-x"'],
      [["sweep", "resume", "sweep-x", "--timeout", "5"], '--timeout "5" is not a duration'],
      [["report", "sweep-x"], 'No sweep "sweep-x"'],
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

describe("the same sweep again", () => {
  const submit = ["submit", "sweep.yaml", ...fast];

  it("is refused while the first is not over, and says how to go on with it and how to insist", async () => {
    await using all = await setUp({ stages: 60_000, gpus: 256 });
    const { place, platform } = all;
    const first = place.start([...submit, "--max-active", "2", "--wait"]);
    await first.waitFor(/seed-2 {2}submitted/);
    const beside = await place.run(submit);
    expect([beside.code, beside.stdout]).toEqual([2, ""]);
    first.process.kill("SIGINT");
    const id = idIn((await first.result).stderr);
    for (const again of [beside, await place.run([...submit, "--lang", "en"])]) {
      expect(again.stderr).toMatch(`${id} has 6 of these runs and is not over: `);
      expect(again.stderr).toContain(`qizhi rerun ${id} --wait`);
      expect(again.stderr).toContain("--allow-duplicate");
    }
    // A plan that shares but some runs with it would make these twice.
    const part = [...submit, "--matrix", "seed=2,3", "--matrix", "lr=1e-4,1e-5"];
    expect((await place.run(part)).stderr).toContain(`${id} has 2 of these runs`);
    const made = names(platform).length;
    expect((await place.run([...submit, "--matrix", "seed=7"])).code).toBe(0);
    expect(names(platform)).toHaveLength(made + 2);
    expect((await place.run([...submit, "--allow-duplicate"])).code).toBe(0);
    expect(names(platform)).toHaveLength(made + 8);
  });

  it("makes no run twice when two begin at the same moment", async () => {
    await using all = await setUp({ stages: 60_000 });
    const { place, platform } = all;
    const ends = await Promise.all([1, 2, 3].map(() => place.run(submit)));
    expect(ends.map(({ code }) => code).toSorted()).toEqual([0, 2, 2]);
    expect(names(platform)).toHaveLength(6);
    // Those that gave way have left nothing behind.
    const listed = await place.run(["list", "--sweeps", "--offline", "--json"]);
    expect(JSON.parse(listed.stdout)).toHaveLength(1);
  });

  it("goes through once the jobs have ended, whoever saw that", async () => {
    await using all = await setUp();
    const { place, platform } = all;
    expect((await place.run(submit)).code).toBe(0);
    await Promise.all(
      platform.jobs().map(async ({ jobId }) => {
        while (platform.jobs().find((job) => job.jobId === jobId)?.status !== "job_succeeded") {
          await platform.changed();
        }
      }),
    );
    expect((await place.run(submit)).code).toBe(0);
    expect(names(platform)).toHaveLength(12);
  });

  it("is refused for runs of unknown outcome, also those of a single submit", async () => {
    await using all = await setUp({
      faults: [{ operation: "create", calls: [1, 2], fault: { kind: "reset", effect: true } }],
    });
    const { place, platform } = all;
    const two = [...submit, "--matrix", "seed=1"];
    const first = await place.run(two);
    expect(first.code).toBe(5);
    const again = await place.run(two);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain(
      `${idIn(first.stderr)} has 2 of these runs and is not over: 2 of`,
    );
    expect(names(platform)).toHaveLength(2);
    // The body of a run, submitted as a job.
    const plan = await place.run([...two, "--dry-run", "--json"]);
    const [{ spec }] = JSON.parse(plan.stdout).runs;
    await writeFile(join(place.dir, "job.json"), JSON.stringify(spec));
    const single = await place.run(["submit", "job.json"]);
    expect([single.code, single.stderr]).toEqual([
      2,
      expect.stringContaining(`It is a run of ${idIn(first.stderr)}`),
    ]);
    expect(names(platform)).toHaveLength(2);
  });
});

describe("a gateway that loses every answer", () => {
  it("makes a sweep pause after three unknown outcomes, and a resume probes with one", async () => {
    await using all = await setUp({
      faults: [{ operation: "create", fault: { kind: "gateway-error", effect: true } }],
    });
    const { place, platform } = all;
    const many = ["--matrix", `seed=${Array.from({ length: 15 }, (_, at) => at).join(",")}`];
    const first = await place.run(["submit", "sweep.yaml", "--wait", ...fast, ...many]);
    expect([first.code, first.stdout]).toEqual([
      5,
      expect.stringContaining("3 unknown, 27 waiting"),
    ]);
    expect(first.stderr).toContain("3 creates in a row have an unknown outcome: no more are sent");
    expect(first.stderr).toContain("So many in a row have an unknown outcome");
    expect(first.stderr.match(/qizhi forget/g)).toHaveLength(3);
    expect(names(platform)).toHaveLength(3);
    const id = idIn(first.stderr);
    const second = await place.run(["rerun", id, "--wait", ...fast]);
    expect(second.code).toBe(5);
    expect(names(platform)).toHaveLength(4);
    const list = await place.run(["list"]);
    expect(list.stderr).not.toContain("No job was submitted");
    expect(list.stderr).toContain("4 submits have an unknown outcome");
    // Once the answers come and all is settled, it goes on by itself.
    platform.setFaults([]);
    const unresolved = await place.run(["list", "--unresolved", "--json"]);
    for (const { attempt, name } of JSON.parse(unresolved.stdout)) {
      const made = platform.jobs().find(({ request }) => request.name === name);
      await place.run(["track", made!.jobId, "--for", attempt]);
    }
    const third = await place.run(["rerun", id, "--wait", ...fast]);
    expect([third.code, third.stdout]).toEqual([0, expect.stringContaining("30 succeeded")]);
    expect(new Set(names(platform)).size).toBe(30);
    expect(names(platform)).toHaveLength(30);
  });

  it("ends a submit without --wait when it pauses", async () => {
    await using all = await setUp({
      stages: 60_000,
      faults: [{ operation: "create", calls: [2, 3, 4], fault: { kind: "html-200" } }],
    });
    const run = await all.place.run(["submit", "sweep.yaml", ...fast]);
    expect([run.code, run.stdout]).toEqual([
      5,
      expect.stringContaining("3 unknown, 1 queued, 2 waiting"),
    ]);
  });
});

describe("what a sweep says of its jobs", () => {
  it("is how the platform says that they stand, or as last seen", async () => {
    await using all = await setUp({ stages: { queuingMs: 60_000 }, gpus: 64 });
    const { place, platform } = all;
    const sent = await place.run(["submit", "sweep.yaml", ...fast]);
    const id = idIn(sent.stderr);
    const counts = async (...args: string[]) => {
      const { stdout, stderr } = await place.run([...args, "--json"]);
      const [sweep = {}] = [JSON.parse(stdout)].flat();
      return [sweep.counts, stderr];
    };
    // The submit itself may have seen some of them queue.
    const [{ active = 0, queued = 0, ...others }, note] = await counts("status", id, "--offline");
    expect([active + queued, others, note]).toEqual([
      6,
      {},
      "6 active jobs are shown as last seen.\n",
    ]);
    expect(await counts("status", id)).toEqual([{ queued: 6 }, ""]);
    expect(await counts("list", "--sweeps")).toEqual([{ queued: 6 }, ""]);
    expect((await counts("list", "--sweeps", "--offline"))[0]).toEqual({ queued: 6 });
    const [job] = platform.jobs();
    await place.run(["stop", job!.jobId, "--yes"]);
    while (platform.jobs()[0]?.status !== "job_stopped") await platform.changed();
    expect((await counts("status", id))[0]).toEqual({ stopped: 1, queued: 5 });
    expect((await counts("list", "--sweeps", "--offline"))[0]).toEqual({ stopped: 1, queued: 5 });
    await place.run(["report", id, "page.html"]);
    const page = await readFile(join(place.dir, "page.html"), "utf8");
    expect(page).toContain("stopped 1");
    expect(page).toContain("queued 5");
    expect(page.match(/distributedTrainingDetail/g)).toHaveLength(6);
    // Without a login, too, but as last seen.
    const env = { QIZHI_USERNAME: undefined, QIZHI_PASSWORD: undefined };
    const logged = await place.run(["status", id], { env });
    expect([logged.code, logged.stderr]).toEqual([
      0,
      expect.stringContaining("5 active jobs are shown as last seen."),
    ]);
  });

  it("counts GPU-hours and cost of every try", async () => {
    await using all = await setUp({ commands: "run", gpus: 64 });
    const { place } = all;
    const fails = ["--", "sh", "-c", "sleep 0.3; exit {{ matrix.seed }} # {{ matrix.lr }}"];
    const args = ["submit", "sweep.yaml", "--wait", "--retries", "1", "--json", ...fast];
    const run = await place.run([...args, "--matrix", "seed=1", "--csv", "out.csv", ...fails]);
    expect(run.code).toBe(1);
    const { gpu_hours: gpuHours, runs, sweep } = JSON.parse(run.stdout);
    const listed = await place.run(["list", "--json"]);
    const jobs: { gpu_hours: number }[] = JSON.parse(listed.stdout);
    expect(jobs).toHaveLength(4);
    const sum = jobs.reduce((total, job) => total + job.gpu_hours, 0);
    expect(gpuHours).toBeCloseTo(sum, 6);
    expect(runs.map(({ tries }: { tries: number }) => tries)).toEqual([2, 2]);
    const shown = JSON.parse((await place.run(["status", sweep, "--json"])).stdout);
    expect(shown.gpu_hours).toBeCloseTo(sum, 6);
  });
});

describe.concurrent("a limit of a sweep", () => {
  const submit = ["submit", "sweep.yaml", ...fast];
  const stopsOf = ({ requests }: LocalPlatform) =>
    requests.filter(({ operation }) => operation === "stop");

  it("--timeout leaves the jobs, prints what there is, ends with 4, and a resume within it goes on", async () => {
    await using all = await setUp({ commands: "run", gpus: 64 });
    const { place, platform } = all;
    const limited = ["--wait", "--timeout", "3s", "--json", "--csv", "out.csv"];
    // A job is active at the limit, whenever the limit finds it.
    const gate = join(place.dir, "gate");
    const until = `until [ -e ${gate} ]; do sleep 0.05; done # {{ matrix.lr }} {{ matrix.seed }}`;
    const args = [...submit, "--max-active", "1", ...limited, "--", "sh", "-c", until];
    const { code, stdout, stderr } = await place.run(args);
    const { runs, ...json } = JSON.parse(stdout);
    const { waiting } = json.counts;
    expect([code, json]).toEqual([
      4,
      expect.objectContaining({
        error: {
          code: "wait_timeout",
          summary: "The sweep is not over after 3s (--timeout).",
          limit: "total",
          limit_ms: 3000,
          exit_code: 4,
        },
      }),
    ]);
    expect(waiting).toBeGreaterThan(0);
    expect(names(platform)).toHaveLength(6 - waiting);
    expect(stopsOf(platform)).toEqual([]);
    expect(runs).toHaveLength(6);
    expect(await readFile(join(place.dir, "out.csv"), "utf8")).toContain("waiting");
    const id = idIn(stderr);
    expect(stderr).toContain(
      `The sweep is not over after 3s (--timeout).\nThe jobs go on; ${waiting} runs are not submitted yet.\n  go on: qizhi rerun ${id} --wait\n  report: qizhi report ${id}\n`,
    );
    await writeFile(gate, "");
    const rest = ["--wait", "--timeout", "1m", "--queue-timeout", "1m", "--max-active", "9"];
    expect((await place.run(["rerun", id, ...rest, ...fast])).code).toBe(0);
    expect(names(platform)).toHaveLength(6);
    expect(new Set(names(platform)).size).toBe(6);
  });

  it("--queue-timeout names the run that queues for too long, also of a resumed sweep", async () => {
    await using all = await setUp({ commands: "run", gpus: 8 });
    const { place, platform } = all;
    const limits = ["--wait", "--queue-timeout", "1500ms"];
    const command = ["--", "sh", "-c", "sleep 6{{ matrix.seed }} # {{ matrix.lr }}"];
    const first = await place.run([...submit, "--max-active", "2", ...limits, ...command]);
    expect([first.code, first.stdout]).toEqual([
      4,
      expect.stringContaining("1 running, 1 queued, 4 waiting"),
    ]);
    expect(first.stderr).toContain(
      "The job of demo-lr-1e-3-seed-2 is still queued after 1s (--queue-timeout).\nThe jobs go on; 4 runs are not submitted yet.\n",
    );
    const id = idIn(first.stderr);
    const chinese = ["rerun", id, ...limits, ...fast, "--json", "--lang", "zh"];
    const second = await place.run(chinese);
    expect(second.code).toBe(4);
    expect(second.stderr).toContain(
      "1 秒之后 demo-lr-1e-3-seed-2 的任务仍在排队（--queue-timeout）。\n任务继续运行；还有 4 个运行尚未提交。\n",
    );
    const { runs, error } = JSON.parse(second.stdout);
    expect(error).toMatchObject({ limit: "queue", limit_ms: 1500, job_id: runs[1].job_id });
    expect(error.summary).toContain("is still queued after 1s");
    expect(stopsOf(platform)).toEqual([]);
    expect(names(platform)).toHaveLength(2);
  });

  it("lets a create under way end, and writes its job down", async () => {
    await using all = await setUp({
      stages: 60_000,
      faults: [{ operation: "create", calls: [2], fault: { kind: "latency", ms: 4000 } }],
    });
    const { place, platform } = all;
    const { code, stdout, stderr } = await place.run([...submit, "--wait", "--timeout", "2s"]);
    expect([code, stdout]).toEqual([4, expect.stringContaining("2 queued, 4 waiting")]);
    expect(stderr).toContain("4 runs are not submitted yet.");
    const shown = await place.run(["status", idIn(stderr), "--json"]);
    const ids = JSON.parse(shown.stdout).runs.flatMap(({ job_id }: { job_id?: string }) => {
      return job_id ?? [];
    });
    expect(ids).toEqual(platform.jobs().map(({ jobId }) => jobId));
  });

  it("says of a create that does not end that there may be a job", async () => {
    await using all = await setUp({
      stages: 60_000,
      faults: [{ operation: "create", calls: [2], fault: { kind: "never-answer", effect: true } }],
    });
    const { place } = all;
    const args = [...submit, "--wait", "--timeout", "2s", "--json"];
    const { code, stdout, stderr } = await place.run(args);
    expect(code).toBe(5);
    const { counts, runs, error } = JSON.parse(stdout);
    expect(error).toMatchObject({ code: "wait_timeout", exit_code: 5 });
    expect(counts).toEqual({ queued: 1, unknown: 1, waiting: 4 });
    expect(runs[1]).toMatchObject({ state: "unknown", tries: 1 });
    const [, attempt] = /qizhi forget ([0-9a-f]{8})/.exec(stderr) ?? [];
    expect(stderr).not.toContain("cannot go on without you");
    expect((await place.run(["list", "--unresolved"])).stdout).toContain(attempt);
  });

  it("does not cut short the stops after Ctrl-C", async () => {
    await using all = await setUp({ stages: { queuingMs: 60_000, stoppingMs: 3000 } });
    const args = [...submit, "--max-active", "2", "--wait", "--timeout", "2500ms"];
    const running = all.place.start([...args, "--on-interrupt", "stop"]);
    await running.waitFor(/seed-2 {2}submitted/);
    running.process.kill("SIGINT");
    const { code, stdout, stderr } = await running.result;
    expect([code, stdout]).toEqual([130, expect.stringContaining("2 stopped, 4 waiting")]);
    expect(stderr).not.toContain("--timeout");
  });

  it("is none where all runs have ended and nodes alone are held", async () => {
    await using all = await setUp();
    const held = ["--set", "reserve_on_success_ms=1h", "--matrix", "seed=1", "--timeout", "10s"];
    const { code, stdout, stderr } = await all.place.run([...submit, "--wait", ...held]);
    expect([code, stdout]).toEqual([0, expect.stringContaining("2 succeeded")]);
    expect(stderr).not.toContain("--timeout");
  });

  it("is refused without --wait, as for one job", async () => {
    await using all = await setUp({ stages: 100 });
    const args = ["--max-active", "1", "--timeout", "1ms", "--queue-timeout", "1ms"];
    const { code, stderr } = await all.place.run([...submit, ...args]);
    expect([code, stderr]).toEqual([2, "error: --timeout needs --wait or --local.\n"]);
    expect(all.platform.jobs()).toHaveLength(0);
  });

  it("ends the local platform with --local, and names no command to go on", async () => {
    await using all = await setUp();
    const { code, stderr } = await all.place.run([...submit, "--local", "--timeout", "500ms"]);
    expect([code, stderr]).toEqual([
      4,
      expect.stringContaining("The local platform ends, and its jobs with it."),
    ]);
    expect(stderr).not.toContain("qizhi rerun");
  });
});
