import type { Declaration, DeclarationFile } from "./declarations.ts";

/** An entry of the package: how it is imported, and what it declares. */
export interface Entry {
  readonly name: string;
  readonly file: DeclarationFile;
}

/**
 * The public surface as code, without comments and in the order of names: a change of it is a change of
 * this text. What is not exported but named by something that is stands in a list of its own.
 */
export function toApiReport(entries: readonly Entry[]): string {
  const parts = entries.map(({ name, file }) => {
    const exported = sortedExports(file);
    const names = new Set(exported.map(([, declaration]) => declaration.name));
    const inner = file.declarations
      .filter((declaration) => !names.has(declaration.name))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return [
      `## ${name}`,
      "### Exported",
      toBlock(exported.map(([, { name: own }]) => toCode(file, own))),
      "### Named by what is exported",
      toBlock(inner.map(({ name: own }) => toCode(file, own))),
    ].join("\n\n");
  });
  const head = `# API report of @qizhi/core

Made from the built declarations by \`pnpm --filter @qizhi/core api\`. A change here is a change of the public
surface: what goes, narrows or asks for more is breaking, what is new is a minor version.`;
  return `${[head, ...parts].join("\n\n")}\n`;
}

/** What a file exports, by its public names in their order. */
export function sortedExports(file: DeclarationFile): [name: string, Declaration][] {
  return [...file.exports].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * The code of a name's declarations (a function may have several), with public names instead of those
 * that the roll-up had to change.
 * @param keepDocs keeps the comments within it. @default false
 */
export function toCode(file: DeclarationFile, name: string, keepDocs = false): string {
  const own = file.declarations.filter((each) => each.name === name);
  let code = own.map(({ text }) => text.replace(/^declare /, "")).join("\n");
  for (const [publicName, { name: local }] of file.exports) {
    if (publicName !== local) code = code.replaceAll(local, publicName);
  }
  return keepDocs ? code : code.replaceAll(/^ *\/\*\*.*?\*\/\n/gms, "");
}

function toBlock(codes: readonly string[]): string {
  return ["```ts", codes.join("\n"), "```"].join("\n");
}
