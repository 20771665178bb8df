import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openIds, openJournal } from "@qizhi/core/journal";
import { type LocalPlatform, startLocalPlatform } from "@qizhi/core/local";
import { expect, test } from "vitest";
import type { Place } from "./run-cli.ts";
import { createPlace } from "./run-cli.ts";
import { openTerminal } from "./terminal.ts";
import { toSpec } from "./write-spec.ts";

async function writeDefaults(place: Place, value: object): Promise<void> {
  await mkdir(join(place.dir, ".qizhi"), { recursive: true });
  await writeFile(join(place.dir, ".qizhi/defaults.yaml"), JSON.stringify(value));
}

const two = toSpec({ max_running_time_ms: "2h", nodes: 2 });

test("above confirm_over nothing is sent without a terminal to ask in, and --yes sends it", async () => {
  await using platform = await startLocalPlatform({ commands: "skip" });
  await using place = await createPlace(platform);
  const creates = () => platform.requests.filter(({ operation }) => operation === "create").length;
  await writeFile(join(place.dir, "job.json"), JSON.stringify(two));
  // Nothing is known of the nodes, so that each counts as 8 GPUs.
  await writeDefaults(place, { confirm_over: 15 });
  const refused = await place.run(["submit", "job.json"]);
  expect([refused.code, creates()]).toEqual([2, 0]);
  expect(refused.stderr).toContain("there is no terminal to ask in: 2 nodes, at most 2h.");
  expect(refused.stderr).toContain("Add --yes");
  const chinese = await place.run(["submit", "job.json", "--lang", "zh"]);
  expect(chinese.stderr).toContain("没有终端可以询问：2 个节点，最长 2 小时。");
  expect((await place.run(["submit", "job.json", "--yes"])).code).toBe(0);
  await writeDefaults(place, { confirm_over: { gpus: 16, cost: 1 } });
  expect((await place.run(["submit", "job.json", "--name", "other"])).code).toBe(0);
  expect(creates()).toBe(2);
  const sweep = { ...two, command: "true {{ matrix.a }}", matrix: { a: [1, 2] } };
  await writeFile(join(place.dir, "sweep.json"), JSON.stringify(sweep));
  const runs = await place.run(["submit", "sweep.json"]);
  expect([runs.code, creates()]).toEqual([2, 2]);
  expect(runs.stderr).toContain("2 runs, 4 nodes");
});

/** Notes that a node was used for an hour: its 8 GPUs cost 8.8. */
function learnPrice(place: Place, { url }: LocalPlatform): void {
  const journal = openJournal({ dir: place.stateDir });
  const jobId = "job-88888888-4444-4444-8444-444444444444";
  const attempt = journal.attempt({ platform: url, spec: toSpec({ name: "before" }) });
  journal.outcome(attempt, { result: "created", jobId });
  const seen = { kind: "seen", platform: url, jobId } as const;
  journal.append({ ...seen, runMs: 3_600_000, gpuHours: 8, cost: 8.8 });
}

const three = toSpec({ max_running_time_ms: "1h", nodes: 3 });

test("confirm_over lets pass what costs as much as it says, to the rounding of sums", async () => {
  await using platform = await startLocalPlatform({ commands: "skip" });
  await using place = await createPlace(platform);
  learnPrice(place, platform);
  await writeFile(join(place.dir, "job.json"), JSON.stringify(three));
  await writeDefaults(place, { confirm_over: { cost: 26.39 } });
  expect((await place.run(["submit", "job.json"])).code).toBe(2);
  await writeDefaults(place, { confirm_over: { cost: 26.4 } });
  expect((await place.run(["submit", "job.json"])).code).toBe(0);
});

test("confirm_over and the plan count every try that --retries allows, of jobs, reruns and sweeps", async () => {
  await using platform = await startLocalPlatform({ stages: 0, commands: "skip", gpus: 80 });
  await using place = await createPlace(platform);
  learnPrice(place, platform);
  await writeFile(join(place.dir, "job.json"), JSON.stringify(three));
  const sweep = { ...three, command: "true {{ matrix.a }}", matrix: { a: [1, 2] } };
  await writeFile(join(place.dir, "sweep.json"), JSON.stringify(sweep));
  const tries = ["--wait", "--retries", "3"];
  const run = async (cost: number, ...args: string[]) => {
    await writeDefaults(place, { confirm_over: { cost } });
    return place.run([...args, ...tries]);
  };
  const refused = await run(105.59, "submit", "job.json");
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain(
    "3 × 8 GPUs = 24 GPUs, at most 1h, up to 4 tries, up to 96 GPU-hours, up to about 105.60.",
  );
  const chinese = await run(105.59, "submit", "job.json", "--lang", "zh");
  expect(chinese.stderr).toContain("最多尝试 4 次，最多 96 卡时，费用最多约 105.60。");
  expect((await run(105.6, "submit", "job.json")).code).toBe(0);
  const sent = platform.jobs().length;
  const again = await run(105.59, "rerun", "@last");
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining("up to about 105.60.")]);
  const runs = await run(211.19, "submit", "sweep.json");
  expect([runs.code, runs.stderr]).toEqual([2, expect.stringContaining("up to about 211.20.")]);
  expect(platform.jobs()).toHaveLength(sent);
  expect((await run(211.2, "submit", "sweep.json")).code).toBe(0);
});

test("in a terminal the plan is one line, with what earlier jobs taught, and a no sends nothing", async () => {
  await using platform = await startLocalPlatform({ stages: 20, commands: "skip" });
  await using place = await createPlace(platform);
  await writeFile(join(place.dir, "job.json"), JSON.stringify(two));
  for (const name of ["a", "b", "c"]) {
    const run = await place.run(["submit", "job.json", "--name", name, "--wait"]);
    expect(run.code).toBe(0);
  }
  await writeDefaults(place, { confirm_over: 8 });
  const before = platform.jobs().length;
  await using terminal = openTerminal(place, ["submit", "job.json"], { columns: 120, rows: 20 });
  await terminal.waitFor("Submit it?");
  const screen = terminal.screen().replaceAll(/\s+/g, " ");
  expect(screen).toMatch(/2 × 8 GPUs = 16 GPUs, at most 2h, up to 32 GPU-hours/);
  expect(screen).toMatch(/usually queued for .* to .* \(3 jobs from here\)/);
  terminal.send("n\r");
  await terminal.waitFor("Nothing was sent.");
  await terminal.ended;
  expect(platform.jobs()).toHaveLength(before);
});

test("a sweep counts with the GPUs of the runs at once, also where nothing is known of its nodes", async () => {
  await using platform = await startLocalPlatform({ stages: 0, commands: "skip", gpus: 80 });
  await using place = await createPlace(platform);
  const submit = async (confirmOver: number, nodes: number, ...limits: string[]) => {
    await writeDefaults(place, { confirm_over: confirmOver });
    const sweep = { ...toSpec({ nodes }), command: "true {{ matrix.a }}" };
    const matrix = { a: [1, 2, 3, 4, 5] };
    await writeFile(join(place.dir, "sweep.json"), JSON.stringify({ ...sweep, matrix }));
    return (await place.run(["submit", "sweep.json", "--wait", ...limits])).code;
  };
  expect(await submit(15, 1, "--max-active", "2")).toBe(2);
  // The first job of unknown size is larger than what the sweep may have.
  expect(await submit(15, 2, "--max-gpus", "8")).toBe(2);
  expect(platform.jobs()).toEqual([]);
  expect(await submit(16, 1, "--max-active", "2")).toBe(0);
  expect(platform.jobs()).toHaveLength(5);
});

test("the plan multiplies nodes by GPUs only where each has as many", async () => {
  await using platform = await startLocalPlatform();
  await using place = await createPlace(platform);
  const journal = openJournal({ dir: place.stateDir });
  const onNode = (id: string, changes: object) => {
    const [group] = toSpec().framework_config;
    return toSpec({ ...changes, framework_config: [{ ...group, spec_id: id }] });
  };
  const ids = [8, 4].map((gpus) => {
    const id = `${String(gpus).repeat(8)}-4444-4444-8444-444444444444`;
    const spec = onNode(id, { name: `on-${gpus}` });
    const attempt = journal.attempt({ platform: platform.url, spec });
    journal.outcome(attempt, { result: "created", jobId: `job-${id}` });
    const seen = { kind: "seen", platform: platform.url, jobId: `job-${id}` } as const;
    journal.append({ ...seen, runMs: 3_600_000, gpuHours: gpus, cost: 0 });
    return id;
  });
  await writeDefaults(place, { confirm_over: 1 });
  const sweep = onNode("{{ matrix.node }}", { matrix: { node: ids } });
  await writeFile(join(place.dir, "sweep.json"), JSON.stringify(sweep));
  const { stderr } = await place.run(["submit", "sweep.json"]);
  expect(stderr).toContain("2 runs, 2 nodes, 12 GPUs in all, at most 12 at once");
  const chinese = await place.run(["submit", "sweep.json", "--lang", "zh"]);
  expect(chinese.stderr).toContain("2 个节点，共 12 卡，同时最多 12 卡");
});

test("a dry run of a sweep and --max-gpus know what the ids say of nodes that nobody has used from here", async () => {
  await using platform = await startLocalPlatform({ stages: 0, commands: "skip", gpus: 80 });
  await using place = await createPlace(platform);
  const id = toSpec().framework_config[0]!.spec_id;
  const node = { kind: "node", id, gpus: 8, pricePerHour: 8.8 } as const;
  openIds({ dir: place.stateDir }).add(platform.url, [node]);
  const sweep = { ...three, command: "true {{ matrix.a }}", matrix: { a: [1, 2] } };
  await writeFile(join(place.dir, "sweep.json"), JSON.stringify(sweep));
  const dry = await place.run(["submit", "sweep.json", "--dry-run", "--json"]);
  expect(JSON.parse(dry.stdout).totals).toMatchObject({
    gpus: 48,
    cost_per_hour: expect.closeTo(52.8),
  });
  // A run that needs more than there may be is known for it before its create.
  const limits = ["--max-gpus", "16", "--wait", "--json"];
  const run = await place.run(["submit", "sweep.json", ...limits]);
  expect([run.code, platform.jobs()]).toEqual([1, []]);
  const again = await place.run(["rerun", JSON.parse(run.stdout).sweep, "--failed", ...limits]);
  expect([again.code, platform.jobs()]).toEqual([1, []]);
});
