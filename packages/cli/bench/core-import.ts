import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { timeInterleaved } from "./interleave.ts";
import { atMost, type Row, type Section } from "./result.ts";
import type { Runtime } from "./runtimes.ts";

const core = new URL("../../core/dist/index.js", import.meta.url).href;

/** Measures what importing core adds to an empty module. */
export function measureCoreImport(runtimes: readonly Runtime[], rounds: number): Section {
  const folder = mkdtempSync(join(tmpdir(), "qizhi-bench-"));
  const [empty, importing] = [join(folder, "empty.mjs"), join(folder, "importing.mjs")];
  writeFileSync(empty, "");
  writeFileSync(importing, `import ${JSON.stringify(core)};\n`);
  const rows = runtimes.map(({ major, path }): Row => {
    const commands = [
      { name: "empty", node: path, args: [empty] },
      { name: "core", node: path, args: [importing] },
    ];
    const [bare, whole] = timeInterleaved(commands, rounds);
    const ms = whole!.medianMs - bare!.medianMs;
    return atMost(`\`import "@qizhi/core"\`, Node ${major}`, ms, major === 20 ? 15 : 8, " ms");
  });
  rmSync(folder, { recursive: true });
  return {
    title: "Import of core",
    how: `What it adds to an empty module, from start to exit; medians of ${rounds} interleaved rounds.`,
    rows,
  };
}
