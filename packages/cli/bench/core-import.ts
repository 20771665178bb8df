import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleApp } from "./bundle.ts";
import { timeInterleaved } from "./interleave.ts";
import { atMost, inform, type Row, type Section } from "./result.ts";
import type { Runtime } from "./runtimes.ts";

const core = new URL("../../core/dist/index.js", import.meta.url).href;

/** Measures what loading core adds to an empty module: what an app uses of it, and all of it. */
export async function measureCoreImport(
  runtimes: readonly Runtime[],
  rounds: number,
): Promise<Section> {
  const folder = mkdtempSync(join(tmpdir(), "qizhi-bench-"));
  await bundleApp(folder);
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const [empty, app, whole] = [
    file("empty.mjs", ""),
    join(folder, "app.fixture.mjs"),
    file("whole.mjs", `import ${JSON.stringify(core)};\n`),
  ];
  const rows = runtimes.flatMap(({ major, path }): Row[] => {
    const files = [empty, app, whole].map((each) => ({ name: each, node: path, args: [each] }));
    const base = { name: "node -e 0", node: path, args: ["-e", "0"] };
    const timings = timeInterleaved([base, ...files], rounds);
    const [start, bare, ofApp, all] = timings.map(({ medianMs }) => medianMs);
    const row = (what: string, ms: number, limit: number) => {
      const name = `${what}, Node ${major}`;
      const ratio = (ms - bare!) / start!;
      return major === 24 ? atMost(name, ratio, limit, " ×") : inform(name, ratio, " ×");
    };
    return [row("core in an app", ofApp!, 0.4), row("all of core, from its package", all!, 0.8)];
  });
  rmSync(folder, { recursive: true });
  return {
    title: "Loading core",
    how:
      "What it adds to an empty module, from start to exit, as a multiple of `node -e 0`: an app's bundle " +
      'with client, wait, schemas and errors, and `import "@qizhi/core"` without a bundler; medians of ' +
      `${rounds} interleaved rounds.`,
    rows,
  };
}
