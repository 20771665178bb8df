import type { DeclarationFile } from "./declarations.ts";

/** One field of an object schema. */
export interface SchemaField {
  readonly name: string;
  /** The type of its value, for readers; what a schema within it is called. Empty when it is no simple one. */
  readonly type: string;
  readonly isOptional: boolean;
  /** The TSDoc above it. */
  readonly doc: string;
}

const plainTypes = new Map([
  ["z.ZodMiniString<string>", "string"],
  ["z.ZodMiniBoolean<boolean>", "boolean"],
  ["z.ZodMiniNumber<number>", "number"],
  ["z.ZodMiniInt", "number"],
  ["typeof WireText", "string"],
  ["typeof WireInteger", "number"],
  ["typeof WireNumber", "number"],
  ["typeof WireBoolean", "boolean"],
]);

/** The documented fields of an object schema that a file declares; none for anything else. */
export function readSchemaFields(file: DeclarationFile, schema: string): SchemaField[] {
  const declaration = file.declarations.find(({ name }) => name === schema);
  if (!declaration?.text.includes(`${schema}: z.ZodMiniObject<{\n`)) return [];
  const fields = declaration.text.matchAll(
    /^ {2}(\/\*\*.*?\*\/)\n {2}(\w+): (.*?);\n(?= {2}\/\*\*|\})/gms,
  );
  return [...fields].map(([, doc = "", name = "", text = ""]) => {
    const inner = /^z\.ZodMiniOptional<(.*)>$/s.exec(text)?.[1];
    return { name, doc, isOptional: inner !== undefined, type: toType(inner ?? text) };
  });
}

function toType(text: string): string {
  const item = /^z\.ZodMiniArray<(.*)>$/s.exec(text)?.[1];
  if (item !== undefined) return `${toType(item)}[]`;
  const schema = /^typeof (\w+)Schema$/.exec(text)?.[1];
  const values = [...text.matchAll(/^ +(\w+): "\1";?$/gm)].map(([, value]) => `"${value}"`);
  if (text.startsWith("z.ZodMiniEnum<")) return values.join(" | ");
  const plain = plainTypes.get(text) ?? schema;
  if (plain !== undefined || text.includes("Record")) return plain ?? "";
  const isText = text.includes("ZodMiniString") || text.includes("WireText");
  const isNumber = /ZodMini(Int|Number|Literal<\d)/.test(text);
  return [isNumber && "number", isText && "string"].filter(Boolean).join(" | ");
}
