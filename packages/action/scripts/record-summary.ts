import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { startLocalPlatform } from "@qizhi/core/local";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { actionDir, runBundle } from "../test/bundle.ts";

const run = promisify(execFile);
const chromium = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const root = join(actionDir, "../..");
const width = 760;

/** The summary that the built action writes for the two-node example on a local platform. */
async function runExample(): Promise<string> {
  await using platform = await startLocalPlatform({
    stages: { queuingMs: 4_000, creatingMs: 6_000 },
  });
  const inputs = { spec: "packages/cli/examples/two-nodes.yaml", env: "STEP_MS=4000" };
  const result = await runBundle(platform, { inputs, workspace: root });
  return result.summary;
}

/** The summary as a page that looks as GitHub's does: Markdown read as there, charts by mermaid. */
async function toPage(summary: string, scheme: "light" | "dark"): Promise<string> {
  const path = createRequire(import.meta.url).resolve("@mermaid-js/tiny");
  const mermaid = (await readFile(path, "utf8")).replaceAll("</script", "<\\/script");
  const html = micromark(summary, { extensions: [gfm()], htmlExtensions: [gfmHtml()] }).replaceAll(
    /<pre><code class="language-mermaid">(.*?)<\/code><\/pre>/gs,
    '<pre class="mermaid">$1</pre>',
  );
  const [back, text, line, faint, link] =
    scheme === "light"
      ? ["#ffffff", "#1f2328", "#d1d9e0", "#eff1f3", "#0969da"]
      : ["#0d1117", "#f0f6fc", "#3d444d", "#212830", "#4493f8"];
  return `<!doctype html><meta charset="utf-8"><style>
body { margin: 0; padding: 24px; width: ${width - 48}px; background: ${back}; color: ${text};
  font: 16px/1.5 "Noto Sans", "DejaVu Sans", "Noto Sans CJK SC", sans-serif; }
h2 { margin: 0 0 16px; padding-bottom: 0.3em; font-size: 24px; border-bottom: 1px solid ${line}; }
table { border-collapse: collapse; margin-bottom: 16px; } thead { display: none; }
td { border: 1px solid ${line}; padding: 6px 13px; } a { color: ${link}; text-decoration: none; }
code { font: 13.6px "DejaVu Sans Mono", monospace; background: ${faint}; border-radius: 6px; padding: 0.2em 0.4em; }
a code { color: ${link}; } .mermaid { margin: -20px 0 -50px; text-align: center; }
</style><body>${html}<script>${mermaid}</script><script>
mermaid.initialize({ startOnLoad: false, theme: "${scheme === "light" ? "default" : "dark"}" });
mermaid.run().then(() => { document.title = String(Math.ceil(document.body.getBoundingClientRect().height)); });
</script>`;
}

/** Photographs a page at its whole height. */
async function photograph(html: string, file: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "qizhi-summary-"));
  try {
    const page = join(folder, "page.html");
    await writeFile(page, html);
    const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=10000"];
    const open = (...more: string[]) =>
      run(chromium, [...flags, ...more, `file://${page}`], { maxBuffer: 1e8 });
    const { stdout } = await open("--dump-dom", `--window-size=${width},600`);
    const height = /<title>(\d+)<\/title>/.exec(stdout)?.[1];
    if (height === undefined) throw new Error("mermaid did not draw the chart");
    const size = `--window-size=${width},${height}`;
    await open("--force-device-scale-factor=2", "--hide-scrollbars", size, `--screenshot=${file}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const summary = await runExample();
const images = join(root, "docs/images");
for (const scheme of ["light", "dark"] as const) {
  await photograph(await toPage(summary, scheme), join(images, `summary-${scheme}.png`));
}
