import { cpus, loadavg, totalmem } from "node:os";
import type { Row, Section } from "./result.ts";
import type { Runtimes } from "./runtimes.ts";

/** What was measured where and when. */
export interface Circumstances {
  readonly runtimes: Runtimes;
  readonly rounds: number;
  /** Load of the last minute, before the first run. */
  readonly loadBefore: number;
}

/** The page of all numbers, as Markdown. */
export function toMarkdown(sections: readonly Section[], circumstances: Circumstances): string {
  const all = sections.flatMap(({ rows }) => rows).filter(({ ok }) => ok !== undefined);
  const held = all.filter(({ ok }) => ok).length;
  return [
    "# Performance",
    "",
    "Every number here comes from the suite; this repeats it and writes this page anew:",
    "",
    "```sh",
    "npx -y pnpm@12.21.0 bench",
    "```",
    "",
    describe(circumstances),
    "",
    `${held} of ${all.length} bars hold in this run.`,
    ...sections.flatMap(toSection),
    "",
  ].join("\n");
}

function describe({ runtimes, rounds, loadBefore }: Circumstances): string {
  const [cpu] = cpus();
  const nodes = runtimes.found.map(({ version }) => version).join(", ");
  const gib = Math.round(totalmem() / 2 ** 30);
  const load = `${loadBefore.toFixed(1)} before and ${loadavg()[0]!.toFixed(1)} after`;
  const day = new Date().toISOString().slice(0, 10);
  const machine = `${cpus().length} × ${cpu?.model ?? "unknown"}, ${gib} GiB, ${process.platform}`;
  return (
    `Measured on ${day}: ${machine}; Node ${nodes}; load ${load}; ${rounds} rounds; ` +
    "`NODE_EXTRA_CA_CERTS` cleared, as it alone adds some 50 ms to every start. Ratios are of medians in " +
    "the same run, so that a slower machine moves both sides; kB and MB are of 1,000." +
    runtimes.missing.map((note) => ` ${note}.`).join("")
  );
}

function toSection({ title, how, rows, notes = [], chart }: Section): string[] {
  return [
    "",
    `## ${title}`,
    "",
    how,
    ...(chart ? ["", `![${chart.title}](performance/${chart.file})`] : []),
    "",
    "| what | reached | bar | |",
    "| --- | --- | --- | --- |",
    ...rows.map(toLine),
    ...notes.flatMap((note) => ["", note]),
  ];
}

function toLine({ what, reached, bar = "", ok }: Row): string {
  const mark = ok === undefined ? "" : ok ? "holds" : "**missed**";
  return `| ${what} | ${reached} | ${bar} | ${mark} |`;
}

/** A section as plain text for a terminal. */
export function toText({ title, rows, notes = [] }: Section): string {
  const lines = rows.map(({ what, reached, bar = "", ok }) => {
    const mark = ok === undefined ? " " : ok ? "✔" : "✖";
    return `${mark} ${what}: ${reached}${bar && `  (${bar})`}`;
  });
  return [`\n${title}`, ...lines, ...notes].join("\n");
}
