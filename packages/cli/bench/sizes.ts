import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { bundleApp } from "./bundle.ts";
import { atMost, inform, type Row, type Section } from "./result.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Sizes, exactly: they depend on the sources only. */
export async function measureSizes(): Promise<Section> {
  return {
    title: "Sizes",
    how: "Counted on what `pnpm build` and `pnpm pack` make.",
    rows: [...sizesOfCli(), ...sizesOfAction(), ...(await sizesOfCore())],
  };
}

function sizesOfCli(): Row[] {
  const folder = mkdtempSync(join(tmpdir(), "qizhi-pack-"));
  try {
    execFileSync(
      "npx",
      ["-y", "--prefer-offline", "pnpm@12.21.0", "pack", "--pack-destination", folder],
      {
        cwd: here(".."),
        stdio: "ignore",
      },
    );
    const file = join(folder, readdirSync(folder)[0]!);
    execFileSync("tar", ["-xzf", file, "-C", folder]);
    const manifest = JSON.parse(readFileSync(join(folder, "package", "package.json"), "utf8"));
    const hooks = Object.keys(manifest.scripts ?? {}).filter((name) =>
      /install|prepare/.test(name),
    );
    return [
      atMost("CLI package, packed", kb(statSync(file).size), 250, " kB"),
      atMost("CLI package, unpacked", kb(sizeOf(join(folder, "package"))), 1_000, " kB"),
      atMost("CLI package: dependencies", Object.keys(manifest.dependencies ?? {}).length, 0, ""),
      atMost("CLI package: install scripts", hooks.length, 0, ""),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The bundle of the Action. */
export function sizesOfAction(): Row[] {
  const bundle = readFileSync(here("../../action/dist/index.js"));
  return [
    atMost("Action bundle, raw", kb(bundle.length), 300, " kB"),
    atMost("Action bundle, gzip", kb(gzipSync(bundle).length), 90, " kB"),
  ];
}

/** The part of an app that comes from core. */
export async function sizesOfCore(): Promise<Row[]> {
  const [whole, bare] = [await bundleCore(), await bundleCore([/[\\/]transport-/])];
  const manifest = JSON.parse(readFileSync(here("../../core/package.json"), "utf8"));
  const what = "core in an app (client, wait, schemas, errors), gzip";
  return [
    atMost(what, sizeOfChunks(bare, /^(app|calls)/), 25, " kB"),
    inform("what of that is loaded at the start, gzip", sizeOfChunks(whole, /^app/), " kB"),
    inform("that and transport, specs, many jobs; gzip", sizeOfChunks(whole, /^/), " kB"),
    atMost("core: runtime dependencies", Object.keys(manifest.dependencies).length, 3, ""),
  ];
}

type Chunks = Awaited<ReturnType<typeof bundleApp>>;

async function bundleCore(external: RegExp[] = []): Promise<Chunks> {
  const folder = mkdtempSync(join(tmpdir(), "qizhi-bench-"));
  try {
    return await bundleApp(folder, external);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Those chunks whose names fit, with what they import at once, and without the app's own code. */
function sizeOfChunks(chunks: Chunks, named: RegExp): number {
  const found = new Set(chunks.filter(({ fileName }) => named.test(fileName)));
  // A set also gives what is added meanwhile.
  for (const { imports } of found) {
    for (const chunk of chunks) if (imports.includes(chunk.fileName)) found.add(chunk);
  }
  const ofCore = [...found].filter(({ moduleIds }) =>
    moduleIds.some((id) => !id.endsWith("app.fixture.ts")),
  );
  return kb(ofCore.reduce((sum, { code }) => sum + gzipSync(code).length, 0));
}

function sizeOf(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const sizes = files.map((file) => statSync(join(folder, file)));
  return sizes.reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0);
}

function kb(bytes: number): number {
  return bytes / 1_000;
}
