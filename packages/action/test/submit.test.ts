import { readFileSync } from "node:fs";
import { type Fault, type FaultAction, startLocalPlatform } from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import { countOf, longJob, runBundle, sinceFirstRequestMs } from "./bundle.ts";

const silence = { kind: "never-answer", effect: true } as const;
const doubtful: FaultAction[] = [
  { kind: "reset", effect: true },
  { kind: "reset" },
  { kind: "truncated-body" },
  { kind: "cut-json" },
  { kind: "gateway-error", effect: true },
  { kind: "gateway-error" },
  { kind: "html-200", effect: true },
  { kind: "server-error", effect: true },
  { kind: "server-error" },
  { kind: "reply", status: 200, body: "null", effect: true },
  { kind: "reply", status: 200, body: '{"code":0,"data":{}}', effect: true },
];

describe.concurrent("a create", () => {
  test.for(doubtful)("%j is sent once, and the doubt is told", async (fault) => {
    await using platform = await startLocalPlatform({ faults: [{ operation: "create", fault }] });
    const result = await runBundle(platform);
    expect(result.problems).toEqual([]);
    expect(countOf(platform, "create")).toBe(1);
    expect(result.main.exitCode).toBe(1);
    expect(Object.keys(result.outputs).toSorted()).toEqual(["outcome", "report", "report-file"]);
    expect(result.outputs["outcome"]).toBe("unknown");
    expect(result.sent).toEqual({ error: 1, warning: 0, notice: 0 });
    expect(result.annotations[0]?.title).toBe("Qizhi: The job may or may not exist");
    expect(result.annotations[0]?.message).toMatch(/"demo"[^]*before you submit it again/);
  });

  test("that is never answered ends with the step's time", async () => {
    const faults: Fault[] = [{ operation: "create", fault: silence }];
    await using platform = await startLocalPlatform({ faults });
    const result = await runBundle(platform, { inputs: { timeout: "1s" } });
    expect(sinceFirstRequestMs(platform, result)).toBeLessThan(11_000);
    expect(countOf(platform, "create")).toBe(1);
    expect(result.outputs["outcome"]).toBe("unknown");
  });

  test.for([
    { kind: "rate-limit" },
    { kind: "token-refused" },
    { kind: "login-redirect" },
  ] as const)("%j proves a refusal, so it is sent again", async (fault) => {
    const faults: Fault[] = [{ operation: "create", calls: [1], fault }];
    await using platform = await startLocalPlatform({ stages: 20, faults });
    const result = await runBundle(platform);
    expect(result.conclusion).toBe("success");
    expect(platform.jobs()).toHaveLength(1);
    expect(countOf(platform, "create")).toBe(2);
  });

  test("to a port that is shut for a moment arrives in the end", async () => {
    await using platform = await startLocalPlatform({ stages: 20 });
    await platform.outage(1_000);
    const result = await runBundle(platform);
    expect(result.conclusion).toBe("success");
    expect(platform.jobs()).toHaveLength(1);
  });

  test("over the quota says that the spec is right", async () => {
    await using platform = await startLocalPlatform({ quota: { submittedGpus: 4 } });
    const result = await runBundle(platform);
    expect(result.outputs["outcome"]).toBe("error");
    expect(result.annotations[0]?.message).toContain("the spec is right");
  });
});

describe.concurrent("before the first look", () => {
  test("id and link are in the outputs, the state and one notice", async () => {
    const faults: Fault[] = [
      { operation: "detail", calls: [1], fault: { kind: "latency", ms: 400 } },
    ];
    await using platform = await startLocalPlatform({ stages: 20, faults });
    const seen: string[] = [];
    const result = await runBundle(platform, {
      async script(stage) {
        await stage.waitUntil(() => countOf(platform, "detail") === 1, "the first look");
        seen.push(stage.readFile("OUTPUT"), stage.readFile("STATE"));
        const notices = stage.commands.filter(({ name }) => name === "notice");
        seen.push(notices.map(({ data }) => data).join("|"));
      },
    });
    const jobId = platform.jobs()[0]?.jobId ?? "";
    const [output, state, notice] = seen;
    expect(output).toMatch(new RegExp(`job-id[^]*${jobId}[^]*url[^]*/${jobId}\\?spaceId=ws-`));
    expect(state).toContain(jobId);
    expect(notice).toBe(`demo\n${jobId}\n${result.outputs["url"]}`);
    expect(result.sent).toEqual({ error: 0, warning: 0, notice: 1 });
  });

  test("the state names what was written down of the job before the create", async () => {
    const faults: Fault[] = [{ operation: "create", fault: { kind: "latency", ms: 300 } }];
    await using platform = await startLocalPlatform({ stages: 20, faults });
    let [state, ledger] = ["", ""];
    await runBundle(platform, {
      async script(stage) {
        await stage.waitUntil(() => countOf(platform, "create") === 1, "the create");
        state = stage.readFile("STATE");
        const [file = ""] = /\S+\.jsonl/.exec(state.slice(state.indexOf("ledger<<"))) ?? [];
        ledger = readFileSync(file, "utf8");
      },
    });
    expect(ledger).toMatch(/"kind":"attempt"[^]*"name":"demo"/);
    expect(ledger).not.toContain("job-");
    expect(state).not.toContain("jobId");
  });
});

describe.concurrent("attach and detach", () => {
  test("job-id submits nothing and waits", async () => {
    await using platform = await startLocalPlatform({
      jobs: [{ status: "job_running", next: ["job_running", "job_succeeded"] }],
    });
    const jobId = platform.jobs()[0]?.jobId ?? "";
    const result = await runBundle(platform, { inputs: { "job-id": jobId } });
    expect(countOf(platform, "create")).toBe(0);
    expect(result.outputs).toMatchObject({ outcome: "succeeded", "job-id": jobId });
    expect(result.outputs["url"]).toContain("spaceId=");
  });

  test("wait: false looks at nothing and passes", async () => {
    await using platform = await startLocalPlatform({ stages: 20 });
    const result = await runBundle(platform, {
      inputs: { ...longJob, wait: false },
    });
    expect(result).toMatchObject({ conclusion: "success", problems: [] });
    expect([countOf(platform, "detail"), countOf(platform, "stop")]).toEqual([0, 0]);
    expect(result.outputs).toMatchObject({
      outcome: "submitted",
      "job-id": platform.jobs()[0]?.jobId,
    });
    expect(result.summary).toContain("Job submitted");
  });

  test.for([
    ["job_running", "success", "active"],
    ["job_failed", "failure", "failed"],
  ] as const)(
    "job-id with wait: false looks once at %s: %s",
    async ([status, conclusion, outcome]) => {
      await using platform = await startLocalPlatform({ jobs: [{ status }] });
      const inputs = { "job-id": platform.jobs()[0]?.jobId ?? "", wait: false };
      const result = await runBundle(platform, { inputs });
      expect(result).toMatchObject({ conclusion, outputs: { outcome, status } });
      expect(countOf(platform, "detail")).toBe(1);
    },
  );

  test("job-id with wait: false looks no longer than timeout", async () => {
    await using platform = await startLocalPlatform({
      jobs: [{ status: "job_running" }],
      faults: [{ operation: "detail", fault: { kind: "never-answer" } }],
    });
    const inputs = { "job-id": platform.jobs()[0]?.jobId ?? "", wait: false, timeout: "2s" };
    const result = await runBundle(platform, { inputs });
    expect(sinceFirstRequestMs(platform, result)).toBeLessThan(20_000);
    expect(result).toMatchObject({ conclusion: "failure", outputs: { outcome: "error" } });
  });

  test("an unknown job-id fails at once; a single look believes it the second time", async () => {
    await using platform = await startLocalPlatform();
    const inputs = { "job-id": "job-99999999-9999-4999-8999-999999999999" };
    const result = await runBundle(platform, { inputs });
    expect(result).toMatchObject({ conclusion: "failure", sent: { error: 1 } });
    expect(countOf(platform, "detail")).toBe(1);
    const look = await runBundle(platform, { inputs: { ...inputs, wait: false } });
    expect(look).toMatchObject({ conclusion: "failure", outputs: { outcome: "lost" } });
    expect(countOf(platform, "detail")).toBe(3);
  });
});
