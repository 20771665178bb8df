import { sortedExports, toCode, type Entry } from "./api-report.ts";
import type { Declaration, DeclarationFile } from "./declarations.ts";
import { readSchemaFields } from "./schema-fields.ts";

const kinds = [
  ["function", "Functions"],
  ["class", "Classes"],
  ["const", "Values"],
  ["interface", "Interfaces"],
  ["type", "Types"],
] as const;

/** The docstrings of the public surface as one page. */
export function toApiReference(entries: readonly Entry[]): string {
  const head = `# API reference of @qizhi/core

Made from the docstrings by \`pnpm --filter @qizhi/core api\`. The README has the way in, this page has all.`;
  const page = `${[head, ...entries.flatMap(toEntry)].join("\n\n")}\n`;
  // Pointers to notes on the platform that readers of the page do not have.
  return page.replaceAll(/ *\((?:wire-facts|page:?) [^()]*\)|, wire-facts [\d.]+(?=\))/g, "");
}

function toEntry({ name, file }: Entry): string[] {
  return [
    `## ${name}`,
    ...kinds.flatMap(([kind, title]) => {
      const members = sortedExports(file).filter(([, declaration]) => declaration.kind === kind);
      const texts = members.flatMap(([as, declaration]) => [
        `#### ${as}`,
        toMarkdown(declaration.doc),
        toShown(file, declaration),
      ]);
      return texts.length === 0 ? [] : [`### ${title}`, ...texts];
    }),
  ];
}

/** What a reader needs of a declaration: its code, or the fields of the schema that it comes from. */
function toShown(file: DeclarationFile, { kind, name, text }: Declaration): string {
  const schema = /^type \w+ = z\.(?:infer|input)<typeof (\w+)>;$/.exec(text)?.[1];
  const fields = schema === undefined ? [] : toFieldList(file, schema);
  if (fields.length > 0) return fields.join("\n");
  const isSchema = kind === "const" && text.includes(`${name}: z.ZodMiniObject<{`);
  const code = isSchema ? `const ${name}: z.ZodMiniObject<…>;` : toCode(file, name, true);
  return `\`\`\`ts\n${code}\n\`\`\``;
}

/** One item for each field; under it the fields of a schema that has no entry of its own. */
function toFieldList(file: DeclarationFile, schema: string): string[] {
  return readSchemaFields(file, schema).flatMap(({ name, type, isOptional, doc }) => {
    const key = `${name}${isOptional ? "?" : ""}`;
    const inner = type.replace("[]", "");
    const within = file.exports.has(inner) ? [] : toFieldList(file, `${inner}Schema`);
    const item = `- \`${type === "" ? key : `${key}: ${type}`}\`: ${toMarkdown(doc)}`;
    return [item, ...within.map((line) => `  ${line}`)];
  });
}

/** A TSDoc comment as Markdown. */
export function toMarkdown(doc: string): string {
  return doc
    .replaceAll(/^\/\*\*|\*\/$/g, "")
    .replaceAll(/^ *\* ?/gm, "")
    .trim()
    .replaceAll(/\{@link (\w+)[^}]*\}/g, "`$1`")
    .replaceAll(/\s*@throws \{([^}]+)\} ?/g, "\n- Throws `$1`: ")
    .replaceAll(/\s*@throws /g, "\n- Throws: ")
    .replaceAll(/\s*@returns /g, "\n- Gives ")
    .replaceAll(/\s*@param ([\w.]+) /g, "\n- `$1`: ")
    .replaceAll(/\s*@default ([^\n]+)/g, " Default: $1.")
    .trim();
}
