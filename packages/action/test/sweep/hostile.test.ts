import { type Fault, hostileText, startLocalPlatform } from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import { allTexts, expectHarmless, texts } from "../harmless.ts";
import { readGantt } from "../markdown/read-gantt.ts";
import { readMarkdown } from "../markdown/read-markdown.ts";
import { findSecrets } from "@qizhi/runner-emulator";
import { readRuns, runSweepBundle, toSweepSpec } from "./scene.ts";

const two = { "spec-inline": toSweepSpec(["exit 3", "exit 4"]) };

describe.concurrent("hostile text in a sweep", () => {
  test.for([...texts, allTexts])("in every text of its jobs: %j", async (text) => {
    const faults: Fault[] = [{ operation: "detail", fault: { kind: "hostile-text", text } }];
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64, faults });
    const result = await runSweepBundle(platform, { inputs: { ...two, timeout: "8s" } });
    expectHarmless(result);
    expect(readRuns(result)).toHaveLength(2);
  });

  test.for([hostileText, allTexts])("in the message of a refused create: %j", async (text) => {
    const body = JSON.stringify({ code: -100_000, message: text });
    const faults: Fault[] = [{ operation: "create", fault: { kind: "reply", status: 400, body } }];
    await using platform = await startLocalPlatform({ faults });
    const result = await runSweepBundle(platform, { inputs: two });
    expect(result.outputs["counts"]).toBe('{"refused":2}');
    expectHarmless(result);
  });

  test.for(texts)("in the name and the values: %j", async (text) => {
    const line = text.replaceAll(/\s+/g, " ");
    const spec = toSweepSpec([`${line} 1`, `${line} 2`], {
      name: `x ${line} {{ matrix.n }}`,
      command: "exit 3",
    });
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64 });
    const result = await runSweepBundle(platform, { inputs: { "spec-inline": spec } });
    expectHarmless(result);
    const { codeBlocks } = readMarkdown(result.summary);
    const chart = codeBlocks.find(({ lang }) => lang === "mermaid");
    if (chart === undefined) return;
    const gantt = await readGantt(chart.value);
    expect(gantt.clickableTasks).toEqual([]);
    expect(gantt.config).toEqual({ gantt: { leftPadding: expect.any(Number) } });
    expect(gantt.sections.every((section) => /^\d+ [\w.-]*$/.test(section))).toBe(true);
  });

  test("secrets in its variables and values are in no output, summary or state", async () => {
    await using platform = await startLocalPlatform({ stages: 20, gpus: 64 });
    const secrets = {
      env: "sentinel-env-value",
      spec: "sentinel-api-key",
      value: "sentinel-value",
    };
    const spec = toSweepSpec([`exit 3 # ${secrets.value}`, "true"], {
      envs: { OTHER_API_KEY: secrets.spec },
    });
    const result = await runSweepBundle(platform, {
      inputs: { "spec-inline": spec, "secret-env": `A=${secrets.env}\nB=${secrets.value}` },
      secrets: [platform.credentials.password],
    });
    expect(result.outputs["outcome"]).toBe("failed");
    expect(findSecrets(result, { ...secrets, password: platform.credentials.password })).toEqual(
      [],
    );
  });
});
