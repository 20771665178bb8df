import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

type Chunk = { type: "chunk"; modules: Record<string, { renderedLength: number }> };
type Bundle = Record<string, Chunk | { type: "asset" }>;

type Context = { emitFile(file: { type: "asset"; fileName: string; source: string }): string };

const title = /^(the )?(mit|isc) licen[cs]e( \(\w+\))?( |$)/i;

interface Notice {
  /** `name version (licence)`, and the copyright lines of its licence file. */
  readonly head: string;
  /** The rest of the licence file. */
  readonly text: string;
}

/**
 * Writes a file beside the bundle with the licence of every package that code in it comes from.
 * Packages under the same words share one copy of them.
 */
export function thirdPartyNotices(fileName: string) {
  return {
    name: "third-party-notices",
    generateBundle(this: Context, _options: unknown, bundle: Bundle): void {
      const modules = Object.values(bundle).flatMap((file) =>
        file.type === "chunk" ? Object.entries(file.modules) : [],
      );
      const used = modules.filter(([, { renderedLength }]) => renderedLength > 0);
      const roots = new Set(used.flatMap(([id]) => findPackage(id) ?? []));
      this.emitFile({ type: "asset", fileName, source: toNotices([...roots].map(readNotice)) });
    },
  };
}

function toNotices(notices: readonly Notice[]): string {
  const byText = new Map<string, Set<string>>();
  for (const { head, text } of notices.toSorted((a, b) => (a.head < b.head ? -1 : 1))) {
    byText.set(text, (byText.get(text) ?? new Set()).add(head));
  }
  const parts = [...byText].map(([text, heads]) => `${[...heads].join("\n")}\n\n${text}`);
  return `${parts.join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
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

function readNotice(folder: string): Notice {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder)
    .toSorted()
    .find((each) => /^licen[cs]e([.-]\w+)*$/i.test(each));
  if (file === undefined) throw new Error(`${name} ${version} comes without a licence text`);
  const paragraphs = readFileSync(join(folder, file), "utf8")
    .split(/\r?\n\s*\r?\n/)
    // Titles go: the licence's name stands beside the package's.
    .map((paragraph) => paragraph.trim().replaceAll(/\s+/g, " ").replace(title, ""))
    .filter((paragraph) => paragraph !== "");
  const copyright = paragraphs.filter(isCopyright).map((line) => `  ${line}`);
  return {
    head: [`${name} ${version} (${license})`, ...copyright].join("\n"),
    text: paragraphs.filter((each) => !isCopyright(each)).join("\n\n"),
  };
}

function isCopyright(paragraph: string): boolean {
  return /^copyright\b/i.test(paragraph);
}
