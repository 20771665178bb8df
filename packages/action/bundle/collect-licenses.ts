import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

type Chunk = { type: "chunk"; modules: Record<string, { renderedLength: number }> };
type Bundle = Record<string, Chunk | { type: "asset" }>;

type Context = { emitFile(file: { type: "asset"; fileName: string; source: string }): string };

/** Writes `licenses.txt` beside the bundle: the licence of every package that code in it comes from. */
export function collectLicenses() {
  return {
    name: "collect-licenses",
    generateBundle(this: Context, _options: unknown, bundle: Bundle): void {
      const modules = Object.values(bundle).flatMap((file) =>
        file.type === "chunk" ? Object.entries(file.modules) : [],
      );
      const used = modules.filter(([, { renderedLength }]) => renderedLength > 0);
      const roots = new Set(used.flatMap(([id]) => findPackage(id) ?? []));
      const texts = [...roots].map(describe).toSorted();
      const source = `${texts.join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
      this.emitFile({ type: "asset", fileName: "licenses.txt", source });
    },
  };
}

/** The folder of the third-party package that a module belongs to. */
function findPackage(id: string): string | undefined {
  if (!id.includes("node_modules")) return undefined;
  let folder = dirname(id.replace(/^\0|\?.*$/g, ""));
  while (folder !== dirname(folder)) {
    const file = join(folder, "package.json");
    // Folders such as dist/esm have a package.json of their own that only says the module type.
    if (existsSync(file) && "version" in JSON.parse(readFileSync(file, "utf8"))) return folder;
    folder = dirname(folder);
  }
  return undefined;
}

function describe(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder)
    .toSorted()
    .find((each) => /^licen[cs]e(\.\w+)?$/i.test(each));
  if (file === undefined) throw new Error(`${name} ${version} comes without a licence text`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}`;
}
