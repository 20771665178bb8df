import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { atMost, inform, type Row, type Section } from "./result.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Sizes, exactly: they depend on the sources only. */
export function measureSizes(): Section {
  return {
    title: "Sizes",
    how: "Counted on what `pnpm build` and `pnpm pack` make.",
    rows: [...sizesOfCli(), ...sizesOfAction(), ...sizesOfCore()],
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
      atMost("CLI package, packed", kb(statSync(file).size), 350, " kB"),
      inform("CLI package, unpacked", kb(sizeOf(join(folder, "package"))), " kB"),
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
    atMost("Action bundle, raw", kb(bundle.length), 400, " kB"),
    atMost("Action bundle, gzip", kb(gzipSync(bundle).length), 120, " kB"),
  ];
}

/** The dependencies that an app gets with core. */
function sizesOfCore(): Row[] {
  const manifest = JSON.parse(readFileSync(here("../../core/package.json"), "utf8"));
  return [atMost("core: runtime dependencies", Object.keys(manifest.dependencies).length, 3, "")];
}

function sizeOf(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const sizes = files.map((file) => statSync(join(folder, file)));
  return sizes.reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0);
}

function kb(bytes: number): number {
  return bytes / 1_000;
}
