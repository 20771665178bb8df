import { type Fault, hostileText, startLocalPlatform } from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import { outputNames } from "../src/report/outputs.ts";
import { runBundle, toSpec } from "./bundle.ts";
import { allTexts, expectHarmless, texts } from "./harmless.ts";
import { readMarkdown } from "./markdown/read-markdown.ts";
import { readGantt } from "./markdown/read-gantt.ts";

describe.concurrent("hostile text", () => {
  test.for(texts)("in every text of a failed job: %j", async (text) => {
    const faults: Fault[] = [{ operation: "any", fault: { kind: "hostile-text", text } }];
    await using platform = await startLocalPlatform({
      faults,
      jobs: [
        { status: "job_running", next: ["job_running", "job_failed"], answer: { sub_msg: text } },
      ],
    });
    const inputs = { "job-id": platform.jobs()[0]?.jobId ?? "" };
    const result = await runBundle(platform, { inputs, isDebug: true });
    expect(result.outputs["outcome"]).toBe("failed");
    expectHarmless(result);
    const { name, message } = JSON.parse(result.outputs["report"] ?? "");
    expect([name, message]).toEqual([text.slice(0, 200), text]);
  });

  test.for([allTexts, hostileText])("as a status: %j", async (status) => {
    await using platform = await startLocalPlatform({
      jobs: [{ status, next: [status, "job_succeeded"] }],
    });
    const inputs = { "job-id": platform.jobs()[0]?.jobId ?? "" };
    const result = await runBundle(platform, { inputs });
    expect(result.outputs["outcome"]).toBe("succeeded");
    expectHarmless(result);
  });

  test.for([allTexts, hostileText])("in an error page: %j", async (text) => {
    const body = `<html><title>${text}</title>${text}</html>`;
    const faults: Fault[] = [{ operation: "detail", fault: { kind: "reply", status: 502, body } }];
    await using platform = await startLocalPlatform({ jobs: [{ status: "job_running" }], faults });
    const inputs = { "job-id": platform.jobs()[0]?.jobId ?? "", "outage-timeout": "300ms" };
    expectHarmless(await runBundle(platform, { inputs }));
  });

  test.for([allTexts, hostileText])("in the message of a refused create: %j", async (text) => {
    const body = JSON.stringify({ code: -100_000, message: text });
    const faults: Fault[] = [{ operation: "create", fault: { kind: "reply", status: 400, body } }];
    await using platform = await startLocalPlatform({ faults });
    expectHarmless(await runBundle(platform));
  });

  test.for([allTexts, hostileText])(
    "in a spec that is sent, and in one that is refused: %j",
    async (text) => {
      const faults: Fault[] = [{ operation: "create", fault: { kind: "reset", effect: true } }];
      await using platform = await startLocalPlatform({ faults });
      const sent = toSpec({ name: `x ${text.replaceAll(/\s+/g, " ")} x`, command: text });
      expectHarmless(await runBundle(platform, { inputs: { "spec-inline": sent } }));
      const refused = toSpec({ [text]: text, framework: text, task_priority: text });
      const result = await runBundle(platform, { inputs: { "spec-inline": refused, set: text } });
      expect(result.annotations[0]?.title).toBe("Qizhi: The inputs are wrong");
      expectHarmless(result);
    },
  );
});

describe.concurrent("outputs", () => {
  test.for([
    "a\nb=c",
    "name<<X\nb\nX",
    "ghadelimiter_00000000-0000-0000-0000-000000000000\njob-id=forged",
    "a\r\nb",
    "%0Aname=x",
    "job-id<<EOF\nforged\nEOF",
  ])("keep %j as it is", async (status) => {
    await using platform = await startLocalPlatform({
      jobs: [{ status, answer: { name: status } }],
    });
    const jobId = platform.jobs()[0]?.jobId ?? "";
    const inputs = { "job-id": jobId, wait: false };
    const result = await runBundle(platform, { inputs });
    expect(result.outputs).toMatchObject({ "job-id": jobId, status, phase: "unknown" });
    const ofMany = new Set<string>(["runs", "runs-file", "counts"]);
    const ofOneJob = outputNames.filter((name) => !ofMany.has(name));
    expect(Object.keys(result.outputs).toSorted()).toEqual(ofOneJob.toSorted());
    expect(JSON.parse(result.outputs["report"] ?? "")).toMatchObject({ name: status, status });
    expect(Object.keys(result.state).toSorted()).toEqual([
      "ended",
      "file",
      "jobId",
      "main",
      "settlement",
      "started",
    ]);
    expectHarmless(result);
  });

  test("a job name like a delimiter adds no value to the state", async () => {
    await using platform = await startLocalPlatform();
    const name = "a<<X ghadelimiter_ b=c";
    const result = await runBundle(platform, {
      inputs: { "spec-inline": toSpec({ name }), wait: false },
    });
    expect(platform.jobs()[0]?.request.name).toBe(name);
    expect(Object.keys(result.state)).toContain("ledger");
    expect(Object.keys(result.state)).not.toContain("a");
    expect(Object.values(result.state).join()).not.toContain("ghadelimiter_");
  });
});

describe.concurrent("the summary", () => {
  test("holds a table and the timeline as a gantt chart", async () => {
    const at = 1_780_000_000_000;
    await using platform = await startLocalPlatform({
      jobs: [
        {
          status: "job_failed",
          name: "llm | 训练",
          answer: {
            timeline: {
              created: String(at),
              resource_prepared: String(at + 60_000),
              run: String(at + 63_000),
              finished: String(at + 3_663_000),
            },
            running_time_ms: "3600000",
            current_running_round: 3,
            node_count: 2,
            sub_msg: "worker-1 ended with exit code 137\nOOM",
            framework_config: [
              {
                gpu_count: 8,
                instance_count: 2,
                instance_spec_price_info: { total_price_per_hour: 10 },
              },
            ],
          },
        },
      ],
    });
    const jobId = platform.jobs()[0]?.jobId ?? "";
    const result = await runBundle(platform, { inputs: { "job-id": jobId } });
    expectHarmless(result);
    const facts = readMarkdown(result.summary);
    expect(facts.headings).toEqual([{ depth: 2, text: "Qizhi: Job failed" }]);
    expect(
      Object.fromEntries(facts.tables[0]?.rows.map(([label, value]) => [label, value]) ?? []),
    ).toEqual({
      Job: jobId,
      Name: "llm | 训练",
      Outcome: "failed",
      Status: "job_failed",
      "Nodes and GPUs": "2 × 8 = 16 GPUs",
      Priority: "4 (NORMAL)",
      "Queue time": "1m 00s",
      "Run time": "1h 00m",
      "GPU-hours": "16.00",
      "Cost (estimate, the platform's unit)": "20.00",
      Restarts: "2",
      "Workflow run": "octocat/example, attempt 1, commit 0123456789ab",
      Platform: new URL(platform.url).host,
    });
    const run = "https://github.com/octocat/example/actions/runs/1658821493/attempts/1";
    expect(facts.links).toEqual([
      { text: jobId, url: result.outputs["url"] },
      { text: "octocat/example", url: run },
    ]);
    expect(facts.text).toContain("worker-1 ended with exit code 137\nOOM");
    expect(facts.text).toContain("Open the job's page for its log");
    const chart = facts.codeBlocks.find(({ lang }) => lang === "mermaid");
    const gantt = await readGantt(chart?.value ?? "");
    expect(
      gantt.tasks.map(({ name, startMs, endMs, tags }) => [name, startMs, endMs, tags]),
    ).toEqual([
      ["queue 1m 00s", at, at + 60_000, ["done"]],
      ["prepare 3s", at + 60_000, at + 63_000, ["done"]],
      ["run 1h 00m", at + 63_000, at + 3_663_000, ["crit"]],
    ]);
    expect(gantt).toMatchObject({ clickableTasks: [], config: {} });
  });

  test("stays small and whole with a message of five million characters", async () => {
    const answer = { sub_msg: "`<b>|\n\\ ".repeat(700_000) };
    await using platform = await startLocalPlatform({ jobs: [{ status: "job_failed", answer }] });
    const inputs = { "job-id": platform.jobs()[0]?.jobId ?? "" };
    const result = await runBundle(platform, { inputs });
    expect(result.outputs["outcome"]).toBe("failed");
    expect(result.annotations.at(-1)?.message.length).toBeLessThanOrEqual(4_096);
    expect(result.annotations.at(-1)?.message).toContain(result.outputs["url"]);
    expectHarmless(result);
  });

  test.for([
    { created: "1e300", run: "5", finished: "-4" },
    { created: "99999999999999999", finished: "0" },
    { created: "1780000000000", run: "1680000000000", finished: "1780000009000" },
    { created: "x\n  click queue href", finished: "NaN" },
  ])("draws nothing wild from the timeline %j", async (timeline) => {
    await using platform = await startLocalPlatform({
      jobs: [{ status: "job_failed", answer: { timeline, created_at: "7" } }],
    });
    const inputs = { "job-id": platform.jobs()[0]?.jobId ?? "" };
    const result = await runBundle(platform, { inputs });
    expectHarmless(result);
    const { codeBlocks } = readMarkdown(result.summary);
    const chart = codeBlocks.find(({ lang }) => lang === "mermaid");
    if (chart) expect((await readGantt(chart.value)).clickableTasks).toEqual([]);
  });
});
