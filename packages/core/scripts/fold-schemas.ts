import { readDeclarations } from "./declarations.ts";
import type { SchemaDocs } from "./schema-docs.ts";

interface Schema {
  readonly name: string;
  readonly type: string;
}

/**
 * Makes the types of schemas readable. The compiler writes the type of a schema out wherever it is used,
 * with what the sources say about fields on the wrong lines or not at all; here a schema within another is
 * `typeof` it again, and the fields have their docs back.
 * @param rolled a rolled-up `.d.ts` file.
 * @param emitted the `.d.ts` files of the schemas.
 */
export function foldSchemas(rolled: string, emitted: readonly string[], docs: SchemaDocs): string {
  let text = dropDocs(rolled);
  const schemas = findSchemas([text, ...emitted.map(dropDocs)]);
  const declared = new Set(readDeclarations(text).declarations.map(({ name }) => name));
  // The larger ones first: what is in them goes with them.
  for (const schema of schemas) text = useName(text, schema);
  // The last ones first: a schema that is added may itself be made of smaller ones.
  const missing: string[] = [];
  for (const { name, type } of schemas) {
    if (declared.has(name) || !isUsed(name, [text, ...missing])) continue;
    const smaller = schemas.filter((each) => each.type.length < type.length);
    const folded = smaller.reduce(useName, `declare const ${name}: ${type};`);
    // The compiler indents by four, what is rolled up by two.
    missing.push(folded.replaceAll(/^ +/gm, (indent) => " ".repeat(indent.length / 2)));
  }
  return addDocs([text.trimEnd(), ...missing, ""].join("\n"), docs);
}

/** Takes the comments out of the types of schemas. */
function dropDocs(text: string): string {
  let rest = text;
  for (const { start, end, text: declaration } of readDeclarations(
    text,
  ).declarations.toReversed()) {
    if (!/^(?:declare )?const \w+: z\.ZodMini/.test(declaration)) continue;
    const bare = text
      .slice(start, end)
      .replaceAll(/^( *)\/\*\*.*?\*\/\s*/gms, "$1")
      .replaceAll(/ \/\*\*.*?\*\/$/gms, "");
    rest = rest.slice(0, start) + bare + rest.slice(end);
  }
  return rest;
}

/** All schemas whose type is worth a name and has one only, the largest first. */
function findSchemas(files: readonly string[]): Schema[] {
  const named = new Map<string, Map<string, Schema>>();
  for (const { name, text } of files.flatMap((file) => [...readDeclarations(file).declarations])) {
    const type = /^(?:declare )?const \w+: (z\.ZodMini.*);$/s.exec(text)?.[1];
    if (type === undefined || type.length < 60) continue;
    const key = type.replaceAll(/\s+/g, " ");
    named.set(key, (named.get(key) ?? new Map<string, Schema>()).set(name, { name, type }));
  }
  return [...named.values()]
    .flatMap((schemas) => (schemas.size === 1 ? [...schemas.values()] : []))
    .toSorted((a, b) => b.type.length - a.type.length || (a.name < b.name ? -1 : 1));
}

function useName(text: string, { name, type }: Schema): string {
  const words = type.split(/\s+/).map((word) => word.replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&"));
  const pattern = new RegExp(`(?<!const \\w+: )${words.join("\\s+")}`, "g");
  return text.replaceAll(pattern, `typeof ${name}`);
}

function isUsed(name: string, texts: readonly string[]): boolean {
  return texts.some((text) => new RegExp(`typeof ${name}\\b`).test(text));
}

function addDocs(text: string, docs: SchemaDocs): string {
  return text.replaceAll(
    /^declare const (\w+): z\.ZodMiniObject<\{\n( +)\w.*?^\}/gms,
    (declaration: string, name: string, indent: string) =>
      declaration.replaceAll(
        /^( +)(\w+): /gm,
        (start: string, ownIndent: string, field: string) => {
          const doc = ownIndent === indent ? docs.get(name)?.get(field) : undefined;
          return doc === undefined ? start : `${indent}${doc}\n${start}`;
        },
      ),
  );
}
