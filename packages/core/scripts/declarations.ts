import { parseSync } from "oxc-parser";

/** One top-level declaration of a `.d.ts` file. */
export interface Declaration {
  readonly name: string;
  /** `const`, `function`, `interface`, `class` or `type`. */
  readonly kind: string;
  /** Its text from the keyword to the end. */
  readonly text: string;
  /** The text of the TSDoc above it, marks and all; empty when there is none. */
  readonly doc: string;
  /** Where the text begins and ends in the file. */
  readonly start: number;
  readonly end: number;
}

/** A `.d.ts` file: what it declares, and what of that it exports (by its public name). */
export interface DeclarationFile {
  readonly declarations: readonly Declaration[];
  readonly exports: ReadonlyMap<string, Declaration>;
  /** The public names that exist when the program runs. */
  readonly values: readonly string[];
}

/**
 * Reads a rolled-up `.d.ts` file.
 * @throws it does not parse, or exports what it does not declare.
 */
export function readDeclarations(source: string): DeclarationFile {
  const { program, comments, errors } = parseSync("rolled.d.ts", source, { lang: "dts" });
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join("\n"));
  const docs = comments.filter(({ type, value }) => type === "Block" && value.startsWith("*"));
  const declarations: Declaration[] = [];
  const types = new Set<string>();
  const exported: (readonly [name: string, local: string])[] = [];
  for (const node of program.body) {
    if (node.type === "ExportNamedDeclaration" && node.declaration === null) {
      // What comes from another file is declared there.
      const own = node.source === null ? node.specifiers : [];
      for (const each of own) if (each.exportKind === "type") types.add(toName(each.exported));
      exported.push(...own.map((each) => [toName(each.exported), toName(each.local)] as const));
      continue;
    }
    const inner =
      node.type === "ExportNamedDeclaration" && node.declaration ? node.declaration : node;
    const named = toNamed(inner);
    if (named === undefined) continue;
    const doc = docs.findLast(
      ({ end }) => end <= node.start && source.slice(end, node.start).trim() === "",
    );
    declarations.push({
      ...named,
      text: source.slice(inner.start, inner.end),
      doc: doc ? source.slice(doc.start, doc.end) : "",
      start: node.start,
      end: node.end,
    });
    if (inner !== node) exported.push([named.name, named.name]);
  }
  const exports = exported.map(([name, local]) => {
    // Of overloads the first.
    const declaration = declarations.find((each) => each.name === local);
    if (declaration === undefined) throw new Error(`exports ${name}, which it does not declare`);
    return [name, declaration] as const;
  });
  const values = exports
    .filter(([name, { kind }]) => /^(class|const|function)$/.test(kind) && !types.has(name))
    .map(([name]) => name);
  return { declarations, exports: new Map(exports), values };
}

type ParsedNode = ReturnType<typeof parseSync>["program"]["body"][number];

function toNamed(node: ParsedNode): { name: string; kind: string } | undefined {
  switch (node.type) {
    case "VariableDeclaration": {
      const id = node.declarations[0]?.id;
      return id?.type === "Identifier" ? { name: id.name, kind: "const" } : undefined;
    }
    case "TSDeclareFunction":
    case "FunctionDeclaration":
      return node.id ? { name: node.id.name, kind: "function" } : undefined;
    case "ClassDeclaration":
      return node.id ? { name: node.id.name, kind: "class" } : undefined;
    case "TSInterfaceDeclaration":
      return { name: node.id.name, kind: "interface" };
    case "TSTypeAliasDeclaration":
      return { name: node.id.name, kind: "type" };
    default:
      return undefined;
  }
}

function toName(node: { type: string; name?: string; value?: string }): string {
  return node.name ?? node.value ?? "";
}
