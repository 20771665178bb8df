import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleApp } from "./bundle.ts";
import { timeInterleaved } from "./interleave.ts";
import { atMost, type Row, type Section } from "./result.ts";
import type { Runtime } from "./runtimes.ts";

const core = new URL("../../core/dist/index.js", import.meta.url).href;

// What `node -e 0` took where the bars in ms were set: 34 to 38 ms.
const startMs = 36;
const limitMs = (major: number) => (major === 20 ? 15 : 8);

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
    const [ofAppMs, allMs] = [ofApp! - bare!, all! - bare!];
    const limit = limitMs(major) / startMs;
    const row = atMost(`core in an app, Node ${major}`, ofAppMs / start!, limit, " ×");
    return [
      {
        ...row,
        reached: `${row.reached} (${ofAppMs.toFixed(1)} of ${start!.toFixed(1)} ms)`,
        bar: `${row.bar} (${limitMs(major)} of ${startMs} ms)`,
      },
      {
        what: `all of core, from its package, Node ${major}`,
        reached: `${(allMs / start!).toFixed(2)} × (${allMs.toFixed(1)} ms)`,
      },
    ];
  });
  rmSync(folder, { recursive: true });
  return {
    title: "Loading core",
    how:
      "What it adds to an empty module, from start to exit, as a share of `node -e 0` in the same run: an " +
      'app\'s bundle with client, wait, schemas and errors, and `import "@qizhi/core"` without a bundler; ' +
      `medians of ${rounds} interleaved rounds. The bars were set in ms where \`node -e 0\` took ${startMs}.`,
    rows,
  };
}
