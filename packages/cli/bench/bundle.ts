import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsdown";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** A script as one file of JavaScript, for a Node that reads no TypeScript. */
export interface Bundle extends Disposable {
  readonly file: string;
}

/** Bundles a script of this folder with the built core, as an app would. */
export async function bundleScript(name: string): Promise<Bundle> {
  const folder = mkdtempSync(join(tmpdir(), "qizhi-bench-"));
  await build({
    config: false,
    entry: [here(`${name}.ts`)],
    outDir: folder,
    format: "esm",
    platform: "node",
    alias: { "@qizhi/core": here("../../core/dist/index.js") },
    deps: { alwaysBundle: [/.*/] },
    dts: false,
    clean: false,
    logLevel: "silent",
  });
  return {
    file: join(folder, `${name}.mjs`),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

/**
 * The app of `app.fixture.ts` with the built core, as apps are published: minified, in an own folder.
 * @param external files of core that are left out.
 */
export async function bundleApp(outDir: string, external: RegExp[] = []) {
  const [bundle] = await build({
    config: false,
    entry: [here("app.fixture.ts")],
    outDir,
    format: "esm",
    platform: "node",
    alias: { "@qizhi/core": here("../../core/dist/index.js") },
    deps: { alwaysBundle: [/.*/], neverBundle: external },
    minify: true,
    dts: false,
    clean: false,
    logLevel: "silent",
  });
  return (bundle?.chunks ?? []).flatMap((each) => (each.type === "chunk" ? [each] : []));
}
