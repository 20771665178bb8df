import { assert, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { minimalSpec } from "../../spec/spec.fixture.ts";
import { parseJobSpec } from "../../spec/parse.ts";
import { newRunStatus } from "../record/run-status.ts";
import { estimateRest, toResultRows, totalRows } from "./result-rows.ts";
import { toCsv, toMarkdown } from "./result-text.ts";
import { hostileTexts, makeRows } from "./rows.fixture.ts";

const variables = ["lr", "seed"];
const [row] = makeRows(1).map((each) => ({
  ...each,
  state: "failed" as const,
  reason: 'a "b", c',
}));

/** Reads CSV as RFC 4180 has it. */
function readCsv(text: string): string[][] {
  return text
    .split("\r\n")
    .slice(0, -1)
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
        ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "",
      ),
    );
}

it("shows no value of a run that looks like a secret, and leaves the run as it is", () => {
  const parameters = { lr: "1e-3", db_password: "hunter2x9" };
  const run = { index: 1, name: "a", parameters, spec: parseJobSpec(minimalSpec) };
  const rows = toResultRows([newRunStatus(run)]);
  expect(rows[0]?.parameters).toEqual({ lr: "1e-3", db_password: "***" });
  expect(toCsv(rows, ["lr", "db_password"])).toContain("1,a,1e-3,***,");
  expect(parameters.db_password).toBe("hunter2x9");
});

describe("runs as CSV", () => {
  it("has one line for each, with a column for each variable", () => {
    expect(toCsv([row!], variables)).toMatchInlineSnapshot(`
      "index,name,matrix.lr,matrix.seed,state,tries,job_id,queue_ms,prepare_ms,run_ms,gpus,gpu_hours,cost,reason,url
      1,llama-lr-1e-2-seed-0,1e-2,0,failed,1,job-00000000-0000-4000-8000-000000000000,120000,40000,600000,8,1.3333333333333333,2,"a ""b"", c",https://qz.sii.edu.cn/jobs/distributedTrainingDetail/job-x
      "
    `);
  });

  it("gives every text in its own cell, and none that a spreadsheet would run", () => {
    assert(
      property(string({ unit: "binary", maxLength: 40 }), (text) => {
        const cells = readCsv(toCsv([{ ...row!, name: text, reason: text }], variables));
        expect(cells).toHaveLength(2);
        expect(cells[1]).toHaveLength(cells[0]!.length);
        const isNumber = text.trim() !== "" && Number.isFinite(Number(text));
        if (!isNumber) expect(cells[1]![1]).not.toMatch(/^[=+\-@\t\r]/);
      }),
    );
    const [, cells] = readCsv(
      toCsv([{ ...row!, parameters: { lr: "-1e-3", seed: "=1+1" } }], variables),
    );
    expect(cells?.slice(2, 4)).toEqual(["-1e-3", "'=1+1"]);
  });
});

describe("runs as Markdown", () => {
  it("is a table", () => {
    expect(toMarkdown([row!], variables)).toMatchInlineSnapshot(`
      "| run | lr | seed | outcome | queue | run time | GPU-h | cost | reason |
      | --- | --- | --- | --- | ---: | ---: | ---: | ---: | --- |
      | [llama-lr-1e-2-seed-0](<https://qz.sii.edu.cn/jobs/distributedTrainingDetail/job-x>) | 1e-2 | 0 | failed | 2m 00s | 10m 00s | 1.33 | 2.00 | a &#34;b&#34;, c |
      "
    `);
  });

  it("leaves no sign of a hostile text that would work", () => {
    for (const text of hostileTexts) {
      const table = toMarkdown([{ ...row!, name: text, reason: text, url: text }], variables);
      expect(table.trimEnd().split("\n")).toHaveLength(3);
      const cells = table.split("\n")[2]!.split(" | ");
      expect(cells).toHaveLength(9);
      const plain = cells
        .at(-1)!
        .replace(/ \|$/, "")
        .replaceAll(/&#\d+;/g, "");
      expect(plain).not.toMatch(/[<>[\]()`*_@#|:/\\!&]/);
    }
  });
});

describe("the estimate of a sweep's rest", () => {
  it("is not given from too little, and shrinks with what is left", () => {
    const rows = makeRows(43);
    expect(estimateRest(rows.slice(0, 3), 4)).toBeUndefined();
    expect(estimateRest(rows, 0)).toBeUndefined();
    const waiting = Array.from({ length: 40 }, () => ({ ...rows[0]!, state: "waiting" as const }));
    const long = estimateRest([...rows, ...waiting], 4)!;
    const short = estimateRest([...rows, ...waiting.slice(20)], 4)!;
    expect(long.fromMs).toBeGreaterThan(short.fromMs);
    expect(long.toMs).toBeGreaterThan(long.fromMs);
    expect(estimateRest(rows.slice(0, 40), 4)).toBeUndefined();
  });
});

describe("totals", () => {
  it("count what there is", () => {
    const { counts, runs } = totalRows(makeRows(10));
    expect(runs).toBe(10);
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(10);
  });
});
