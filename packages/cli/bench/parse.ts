import { execFileSync } from "node:child_process";
import { bundleScript } from "./bundle.ts";
import { cleanEnv, median } from "./interleave.ts";
import { atMost, type Row, type Section } from "./result.ts";
import type { Runtime } from "./runtimes.ts";

/** Measures what parsing and validating a full detail costs, against `JSON.parse` of the same text. */
export async function measureParse(runtimes: readonly Runtime[]): Promise<Section> {
  using worker = await bundleScript("parse.worker");
  const rows = runtimes.flatMap(({ major, path }): Row[] => {
    const told = JSON.parse(
      execFileSync(path, [worker.file], { encoding: "utf8", env: cleanEnv() }),
    );
    const toRow = (what: string, { both, parse }: { both: number[]; parse: number[] }) => {
      const [bothUs, parseUs] = [median(both), median(parse)];
      const row = atMost(`${what}, Node ${major}`, bothUs / parseUs, 3, " ×");
      const parts = `${bothUs.toFixed(1)} to ${parseUs.toFixed(1)} µs`;
      return { ...row, reached: `${row.reached} (${parts})` };
    };
    return [
      toRow("A full detail", told.usual),
      toRow("with ten nulls and five numbers as text", told.odd),
      { what: `the first of a process, Node ${major}`, reached: `${told.firstMs.toFixed(1)} ms` },
    ];
  });
  return {
    title: "Parse and validate",
    how:
      "A full detail (100 values, 3 kB): parsed, its nulls dropped, its limits checked, validated by the " +
      "schema; against `JSON.parse` of the same text. Median of 15 blocks of 2,000, alternating.",
    rows,
  };
}
