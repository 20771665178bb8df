import { parseSync } from "oxc-parser";

/** Schema's name → field's name → the TSDoc above the field, marks and all. */
export type SchemaDocs = ReadonlyMap<string, ReadonlyMap<string, string>>;

type Statement = ReturnType<typeof parseSync>["program"]["body"][number];
type Declared = Extract<Statement, { type: "VariableDeclaration" }>["declarations"][number]["init"];

/** The docs of the fields of every `z.object` of a source, also where its fields are a const of their own. */
export function readSchemaDocs(source: string): SchemaDocs {
  const { program, comments } = parseSync("schema.ts", source);
  const inits = new Map<string, Declared>();
  for (const node of program.body) {
    const declared = node.type === "ExportNamedDeclaration" ? node.declaration : node;
    if (declared?.type !== "VariableDeclaration") continue;
    for (const { id, init } of declared.declarations) {
      if (id.type === "Identifier") inits.set(id.name, init);
    }
  }
  const docs = new Map<string, Map<string, string>>();
  for (const [name, init] of inits) {
    const fields = new Map<string, string>();
    collect(init, fields);
    if (fields.size > 0) docs.set(name, fields);
  }
  return docs;

  function collect(node: Declared, fields: Map<string, string>): void {
    if (node?.type === "ParenthesizedExpression") collect(node.expression, fields);
    // `wireObject(() => (fields))`.
    if (node?.type === "ArrowFunctionExpression" && node.body.type !== "BlockStatement") {
      collect(node.body, fields);
    }
    if (node?.type === "Identifier") collect(inits.get(node.name) ?? null, fields);
    if (node?.type === "CallExpression") {
      // `z.object(fields).check(…)` is a call on a call.
      if (node.callee.type === "MemberExpression") collect(node.callee.object, fields);
      const [first] = node.arguments;
      if (first && first.type !== "SpreadElement") collect(first, fields);
    }
    if (node?.type !== "ObjectExpression") return;
    for (const property of node.properties) {
      if (property.type === "SpreadElement") {
        collect(property.argument, fields);
        continue;
      }
      const doc = comments.findLast(({ end }) => end <= property.start);
      const isAbove = doc && source.slice(doc.end, property.start).trim() === "";
      const key = source.slice(property.key.start, property.key.end);
      if (doc && isAbove) fields.set(key, source.slice(doc.start, doc.end));
    }
  }
}
