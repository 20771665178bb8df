import { expect, test } from "vitest";
import { readGantt } from "../../test/markdown/read-gantt.ts";
import { readMarkdown } from "../../test/markdown/read-markdown.ts";
import { describeSweep } from "./describe-sweep.ts";
import { toSummary } from "./summary.ts";
import { toRunsJson } from "./outputs.ts";
import { makeReport } from "./sweep-report.fixture.ts";

test("a summary of 24 runs has all of them in its table and its chart", async () => {
  const { tables, codeBlocks } = readMarkdown(
    toSummary(describeSweep(makeReport(24, 12), undefined), undefined),
  );
  expect(tables[1]?.rows).toHaveLength(24);
  const chart = await readGantt(codeBlocks[0]?.value ?? "");
  expect(chart.sections).toHaveLength(24);
  expect(chart.tasks).toHaveLength(48);
  expect(chart.tasks.filter(({ tags }) => tags.includes("crit"))).toHaveLength(2);
});

test("a summary of 200 runs has all of them in its table, with links where something went wrong", () => {
  const text = toSummary(describeSweep(makeReport(200, 20), undefined), undefined);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_536);
  expect(readMarkdown(text).tables[1]?.rows).toHaveLength(200);
  const ofFailed = readMarkdown(text).links.filter(({ text: name }) => name.includes("-lr-19e-4-"));
  expect(ofFailed.length).toBeGreaterThan(1);
});

test.for([1_000, 2_000, 10_000])(
  "a summary of %d runs is at most 64 KB, shows what failed first, and says what it leaves out",
  async (count) => {
    const report = makeReport(count, count / 10, "训`<b>|".repeat(100));
    const text = toSummary(describeSweep(report, undefined), undefined);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_536);
    const { tables, codeBlocks, text: shown } = readMarkdown(text);
    const rows = tables[1]?.rows ?? [];
    expect(rows.filter(([, , , outcome]) => outcome === "failed (try 2)")).toHaveLength(10);
    expect(rows.length).toBeLessThan(count);
    expect(shown).toContain(`The table shows ${rows.length} of ${count} runs`);
    expect(shown).toContain(`The chart shows 40 of ${count} runs`);
    const chart = await readGantt(codeBlocks[0]?.value ?? "");
    expect(chart.tasks.filter(({ tags }) => tags.includes("crit"))).toHaveLength(10);
  },
);

test("a bar is shown as it is, in the lists and in the cells of the table", () => {
  const { rows, ...report } = makeReport(2, 2, "no image a|b\\|c");
  const named = rows.map((row) => ({ ...row, name: `x|${row.name}`, parameters: { lr: "1|2" } }));
  const sweep = { ...report, variables: ["lr"], rows: named, name: "s|t" };
  const ending = { ...describeSweep(sweep, undefined), nextStep: "Look at `x|y` there." };
  const { tables, text } = readMarkdown(toSummary(ending, undefined));
  expect(tables.map(({ rows: cells }) => cells[0]?.slice(0, 2))).toEqual([
    ["Sweep", "s|t"],
    ["x|lr-search-lr-0e-4-seed-0", "1|2"],
  ]);
  expect(text).toContain("x|lr-search-lr-1e-4-seed-1 failed (job_failed): no image a|b\\|c");
  expect(text).toContain("Look at `x|y` there.");
});

test("the runs output is whole for hundreds of runs", () => {
  const { json, leftOut } = toRunsJson(makeReport(500, 10));
  expect(JSON.parse(json)).toHaveLength(500);
  expect(leftOut).toBe(0);
});

test("the runs output of thousands stays below what the runner takes, with all that failed", () => {
  const { json, leftOut } = toRunsJson(makeReport(10_000, 1_000, "x".repeat(2_000)));
  expect(json.length * 2).toBeLessThanOrEqual(800_000);
  const runs: { outcome: string }[] = JSON.parse(json);
  expect(runs.length + leftOut).toBe(10_000);
  expect(runs.filter(({ outcome }) => outcome === "failed")).toHaveLength(10);
});
