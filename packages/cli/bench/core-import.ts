import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleApp } from "./bundle.ts";
import { timeInterleaved } from "./interleave.ts";
import { atMost, inform, type Row, type Section } from "./result.ts";
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
    // A slower machine gets as much more.
    const limit = limitMs(major) * Math.max(1, start! / startMs);
    return [
      inform(`\`node -e 0\`, Node ${major}`, start!, " ms"),
      atMost(`core in an app, Node ${major}`, ofAppMs, limit, " ms"),
      inform(`all of core, from its package, Node ${major}`, allMs, " ms"),
    ];
  });
  rmSync(folder, { recursive: true });
  return {
    title: "Loading core",
    how:
      "What it adds to an empty module, from start to exit: an app's bundle with client, wait, schemas and " +
      `errors, and \`import "@qizhi/core"\` without a bundler; medians of ${rounds} interleaved rounds. The ` +
      `bars are 15 ms on Node 20 and 8 ms on later ones; where \`node -e 0\` takes more than ${startMs} ms in ` +
      "the same run, they are as much higher.",
    rows,
  };
}
