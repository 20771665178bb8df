import { type Fault, startLocalPlatform } from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import { countOf, runBundle, toSpec } from "../bundle.ts";
import { findForeignMarkdown, readMarkdown } from "../markdown/read-markdown.ts";
import { readGantt } from "../markdown/read-gantt.ts";
import { mostAtOnce, readRuns, runSweepBundle, toSweepSpec } from "./scene.ts";

describe.concurrent("a sweep", () => {
  test("succeeds: outputs carry every run, the summary a table and one chart", async () => {
    await using platform = await startLocalPlatform({ stages: 50, gpus: 64 });
    const result = await runSweepBundle(platform, {
      files: { "job.yaml": toSpec({ command: "sleep 0.5 # {{ matrix.lr }} {{ matrix.seed }}" }) },
      inputs: { spec: "job.yaml", matrix: "lr=1e-3,1e-4\nseed=1,2", "max-active": 2 },
    });
    expect(result).toMatchObject({ conclusion: "success", problems: [] });
    expect(result.sent).toEqual({ error: 0, warning: 0, notice: 1 });
    expect(countOf(platform, "create")).toBe(4);
    expect(mostAtOnce(platform)).toBe(2);
    expect(result.outputs).toMatchObject({ outcome: "succeeded", counts: '{"succeeded":4}' });
    const runs = readRuns(result);
    expect(runs.map(({ parameters }) => parameters)).toEqual([
      { lr: "1e-3", seed: "1" },
      { lr: "1e-3", seed: "2" },
      { lr: "1e-4", seed: "1" },
      { lr: "1e-4", seed: "2" },
    ]);
    expect(new Set(runs.map(({ job_id }) => job_id))).toEqual(
      new Set(platform.jobs().map(({ jobId }) => jobId)),
    );
    expect(runs[0]).toMatchObject({ name: "demo-lr-1e-3-seed-1", outcome: "succeeded", gpus: 8 });
    expect(runs[0]).toHaveProperty("run_time_ms", expect.any(Number));
    expect(JSON.parse(result.outputs["report"] ?? "")).toMatchObject({ runs: 4, runs_left_out: 0 });
    const { tables, codeBlocks } = readMarkdown(result.summary);
    expect(tables[1]?.header.slice(0, 4)).toEqual(["Run", "lr", "seed", "Outcome"]);
    expect(tables[1]?.rows).toHaveLength(4);
    const charts = codeBlocks.filter(({ lang }) => lang === "mermaid");
    expect(charts).toHaveLength(1);
    const chart = await readGantt(charts[0]?.value ?? "");
    expect(chart.sections).toHaveLength(4);
    expect(chart.tasks.filter(({ name }) => name.startsWith("run"))).toHaveLength(4);
    const { workflow_run: own } = JSON.parse(result.outputs["report"] ?? "");
    const urls = [result.outputs["url"] ?? "", own.url, ...runs.map(({ url }) => String(url))];
    expect(findForeignMarkdown(result.summary, { urls })).toEqual([]);
    expect(result.post?.log).toBe("");
  });

  test("of which one run fails ends with one error, and the summary says which", async () => {
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64 });
    const inputs = { "spec-inline": toSweepSpec(["true", "exit 3", "true x"]) };
    const result = await runSweepBundle(platform, { inputs });
    expect(result).toMatchObject({ conclusion: "failure", problems: [] });
    expect(result.sent).toEqual({ error: 1, warning: 0, notice: 1 });
    const error = result.annotations.at(-1);
    expect(error?.title).toBe("Qizhi: 1 of 3 runs failed");
    expect(error?.message).toMatch(
      /^3 runs: 2 succeeded, 1 failed\.\ndemo-n-exit_3: failed: .*exit code 3 http\S+\nOpen the job's page/,
    );
    expect(result.outputs["counts"]).toBe('{"succeeded":2,"failed":1}');
    expect(readRuns(result)[1]).toMatchObject({
      outcome: "failed",
      reason: expect.stringContaining("exit code 3"),
    });
    const { text } = readMarkdown(result.summary);
    expect(text).toMatch(/What went wrong\ndemo-n-exit_3 failed \(job_failed\): .*exit code 3\n/);
  });

  test("tries a failed run again when asked, and stops the rest at a failure when asked", async () => {
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64 });
    const spec = toSweepSpec(["exit 3", "sleep 60"]);
    const result = await runSweepBundle(platform, {
      inputs: { "spec-inline": spec, retries: 1, "fail-fast": true },
    });
    expect(countOf(platform, "create")).toBe(3);
    const bodies = platform.requests.map(({ body }) => body);
    expect(bodies.some((body) => body.includes('"demo-n-exit_3-try2"'))).toBe(true);
    expect(countOf(platform, "stop")).toBe(1);
    expect(readRuns(result)).toMatchObject([
      { outcome: "failed", tries: 2 },
      { outcome: "stopped" },
    ]);
    expect(result.annotations.at(-1)?.message).toContain("fail-fast stopped the rest");
  });

  test("names after a fail-fast the run that failed, not those that it has stopped for that", async () => {
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64 });
    const inputs = { "spec-inline": toSweepSpec(["sleep 60", "exit 3", "sleep 61"]) };
    const result = await runSweepBundle(platform, { inputs: { ...inputs, "fail-fast": true } });
    expect(result.outputs).toMatchObject({ outcome: "failed" });
    expect(readRuns(result)).toMatchObject([
      { outcome: "stopped", reason: "stopped by this step" },
      { outcome: "failed" },
      { outcome: "stopped", reason: "stopped by this step" },
    ]);
    const error = result.annotations.at(-1);
    expect(error?.title).toBe("Qizhi: 1 of 3 runs failed");
    expect(error?.message).toMatch(
      /^3 runs: 1 failed, 2 stopped\.\nAfter .*rest\.\ndemo-n-exit_3: failed: .*\nOpen the job's page/,
    );
    expect(`${error?.message}${readMarkdown(result.summary).text}`).not.toMatch(/Somebody stopped/);
  });

  test("whose jobs ended with a status that nobody knows ends so", async () => {
    // Each job ends, and no answer says how.
    const fault: Fault = { operation: "detail", fault: { kind: "unknown-status" } };
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64, faults: [fault] });
    const inputs = { "spec-inline": toSweepSpec(["true 1", "true 2"]) };
    const result = await runSweepBundle(platform, { inputs });
    expect(result).toMatchObject({ conclusion: "failure", problems: [] });
    expect(result.outputs).toMatchObject({ outcome: "ended", counts: '{"ended":2}' });
    expect(result.sent.error).toBe(1);
    const error = result.annotations.at(-1);
    expect(error?.title).toBe("Qizhi: 2 of 2 runs ended, nobody knows how");
    expect(error?.message).toMatch(/^2 runs: 2 ended\./);
    expect(error?.message).toContain("look at its page");
    expect(readMarkdown(result.summary).text).toContain("demo-n-true_1 ended");
    expect(readRuns(result)).toMatchObject([{ outcome: "ended" }, { outcome: "ended" }]);
    expect([countOf(platform, "create"), countOf(platform, "stop")]).toEqual([2, 0]);
    expect(result.post?.log).toBe("");
  });

  test.for([
    ["true", "success"],
    ["exit 3", "failure"],
  ] as const)("whose states hold secrets ends as any other (%s)", async ([command, conclusion]) => {
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64 });
    const ends = async (given: Record<string, string>) => {
      const inputs = { "spec-inline": toSweepSpec([command, "true x"]), ...given };
      const { outputs, sent, ...result } = await runSweepBundle(platform, { inputs });
      const { outcome, counts } = outputs;
      return { outcome, counts, sent, conclusion: result.conclusion };
    };
    const secrets = ["succeeded", "fail", "wait", "unknown"].map((each, at) => `S${at}=${each}`);
    const plain = await ends({});
    expect(plain.conclusion).toBe(conclusion);
    expect(await ends({ "secret-env": secrets.join("\n") })).toEqual(plain);
  });

  test("waits out a quota that is used up, without a limit of its own", async () => {
    const quota = { submittedGpus: 16 };
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64, quota });
    const inputs = {
      "spec-inline": toSweepSpec([1, 2, 3, 4, 5, 6].map((n) => `sleep 0.${n + 5}`)),
    };
    const result = await runSweepBundle(platform, { inputs });
    expect(result).toMatchObject({ conclusion: "success", problems: [] });
    expect(result.sent.error).toBe(0);
    expect(platform.jobs()).toHaveLength(6);
    const refused = platform.requests.filter(({ operation, effect }) => {
      return operation === "create" && !effect;
    });
    expect(refused.length).toBeGreaterThan(0);
    expect(result.log).toContain("no room in the quota");
  });

  test("with wait: false ends when every run is submitted", async () => {
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64 });
    const inputs = { "spec-inline": toSweepSpec(["sleep 60", "sleep 61"]), wait: false };
    const result = await runSweepBundle(platform, { inputs });
    expect(result).toMatchObject({ conclusion: "success", problems: [] });
    expect(result.outputs["outcome"]).toBe("submitted");
    expect([countOf(platform, "create"), countOf(platform, "stop")]).toEqual([2, 0]);
    expect(readRuns(result).map(({ job_id }) => job_id)).toEqual(
      platform.jobs().map(({ jobId }) => jobId),
    );
    expect(result.post?.log).toBe("");
  });

  test("with wait: false that submits no more, as many creates have no answer, ends with the doubts", async () => {
    const reset = { kind: "reset", effect: true } as const;
    const faults: Fault[] = [{ operation: "create", calls: [2, 3, 4], fault: reset }];
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64, faults });
    const values = [1, 2, 3, 4, 5, 6].map((n) => `sleep 60${n}`);
    const inputs = { "spec-inline": toSweepSpec(values), wait: false };
    const result = await runSweepBundle(platform, { inputs });
    expect(result).toMatchObject({ conclusion: "failure", problems: [] });
    expect(result.outputs["outcome"]).toBe("unknown");
    expect(JSON.parse(result.outputs["counts"] ?? "")).toMatchObject({ unknown: 3, waiting: 2 });
    expect([countOf(platform, "create"), countOf(platform, "stop")]).toEqual([4, 0]);
    expect(result.post?.log).toBe("");
  });

  test("of which a create has no answer goes on, and ends with the doubt", async () => {
    const faults: Fault[] = [
      { operation: "create", calls: [2], fault: { kind: "reset", effect: true } },
    ];
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64, faults });
    const inputs = { "spec-inline": toSweepSpec(["true 1", "true 2", "true 3"]) };
    const result = await runSweepBundle(platform, { inputs });
    expect(countOf(platform, "create")).toBe(3);
    expect(result.outputs).toMatchObject({
      outcome: "unknown",
      counts: '{"succeeded":2,"unknown":1}',
    });
    expect(result.sent).toMatchObject({ error: 1, warning: 0 });
    expect(result.annotations.at(-1)?.message).toMatch(
      /Look for "demo-n-true_2" on .*distributedTraining.*do not run again blindly/,
    );
  });

  test("of which two runs need more GPUs than max-gpus does not say that the platform refused them", async () => {
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64, commands: "skip" });
    const inputs = { "spec-inline": toSweepSpec([1, 2, 3]), "max-gpus": 4 };
    const result = await runSweepBundle(platform, { inputs });
    // The first job shows how many GPUs a node has.
    expect(countOf(platform, "create")).toBe(1);
    expect(result.outputs["counts"]).toBe('{"succeeded":1,"refused":2}');
    for (const told of [result.annotations.at(-1)?.message, readMarkdown(result.summary).text]) {
      expect(told).toMatch(/needs more GPUs than the sweep may use/);
      expect(told).toMatch(/The job was refused: correct the spec or the inputs by the reason/);
      expect(told).not.toContain("platform refused");
    }
  });

  test("that the platform refuses sends three creates, not hundreds", async () => {
    const quota = { maxPriority: 1 };
    await using platform = await startLocalPlatform({ stages: 20, quota });
    const values = Array.from({ length: 40 }, (_, index) => `true ${index}`);
    const result = await runSweepBundle(platform, {
      inputs: { "spec-inline": toSweepSpec(values) },
    });
    expect(countOf(platform, "create")).toBe(3);
    expect(result.outputs["counts"]).toBe('{"refused":3,"waiting":37}');
    expect(result.annotations.at(-1)?.message).toContain("the others were not submitted");
  });
});

describe.concurrent("inputs of a sweep", () => {
  test("are all checked before any request", async () => {
    await using platform = await startLocalPlatform();
    const spec = toSweepSpec([1, 1], { command: "true {{ matrix.lr }} {{ matrix.nn }}" });
    const inputs = {
      "spec-inline": spec,
      matrix: "lr\nseed=1,2",
      "max-active": "none",
      retries: -1,
      "fail-fast": "maybe",
      "on-rerun": "resubmit",
    };
    const result = await runSweepBundle(platform, { inputs });
    expect(platform.requests).toEqual([]);
    expect(result.sent).toEqual({ error: 1, warning: 0, notice: 0 });
    const message = result.annotations[0]?.message ?? "";
    for (const part of [
      /max-active is "none", not a whole number of 1 or more/,
      /retries is "-1", not a whole number of 0 or more/,
      /fail-fast is "maybe"/,
      /on-rerun is "resubmit", not continue or submit/,
      /matrix line 1 is not NAME=value,value/,
      /matrix\.n/,
    ]) {
      expect(message).toMatch(part);
    }
  });

  test("are refused once each, in words that the mask of their values leaves whole", async () => {
    await using platform = await startLocalPlatform();
    const inputs = { matrix: "lr = 1e-3, 1e-4", "allow-unknown": "on" };
    const result = await runBundle(platform, { inputs });
    expect(platform.requests).toEqual([]);
    expect(result.annotations[0]?.message).toMatch(
      /^2 mistakes:\n- matrix line 1 is not NAME=value,value, without blanks before the =\n- allow-unknown is "on", .*\nNothing/,
    );
  });

  test("are refused where there is no sweep", async () => {
    await using platform = await startLocalPlatform();
    const inputs = { "max-active": 2, "fail-fast": true };
    const result = await runBundle(platform, { inputs });
    expect(platform.requests).toEqual([]);
    const message = result.annotations[0]?.message ?? "";
    for (const name of Object.keys(inputs)) {
      expect(message).toContain(`${name} belongs to a sweep; give matrix`);
    }
  });
});
