interface Chunk {
  readonly type: string;
  code?: string;
}

type Context = { parse(code: string): unknown };

/**
 * Writes what is not ASCII as escapes. V8 holds a file with one such character at two bytes each, and reads
 * it slower: 18 % of the Action's first error, 3 % of `qizhi status` (measured). Where an escape would be
 * another text, it fails the build.
 */
export function asciiOnly() {
  return {
    name: "ascii-only",
    // The minifier, which runs before this, would write the characters again.
    generateBundle(this: Context, _options: unknown, bundle: Readonly<Record<string, Chunk>>) {
      for (const [file, chunk] of Object.entries(bundle)) {
        if (chunk.type !== "chunk" || chunk.code === undefined) continue;
        const risk = findRisk(chunk.code, this.parse(chunk.code));
        if (risk !== undefined) throw new Error(`${file} cannot be ASCII: ${risk}`);
        chunk.code = chunk.code.replaceAll(/[^\0-\x7f]/g, toEscape);
      }
    },
  };
}

/** What an escape would change in a program, given with its syntax tree. */
function findRisk(code: string, tree: unknown): string | undefined {
  const escaped = /\\[^\0-\x7f]|[\u2028\u2029]/.exec(code);
  if (escaped !== null) return `there is ${JSON.stringify(escaped[0])}`;
  for (const node of nodesOf(tree)) {
    // The raw text of a template is that of its escapes, and a name takes other ones.
    const texts = node["type"] === "TaggedTemplateExpression" ? rawTexts(node["quasi"]) : [];
    if (String(node["type"]).endsWith("Identifier")) texts.push(String(node["name"]));
    const text = texts.find((each) => /[^\0-\x7f]/.test(each));
    if (text !== undefined) return `${String(node["type"])} ${text}`;
  }
  return undefined;
}

type Node = Readonly<Record<string, unknown>>;

function* nodesOf(value: unknown): Generator<Node> {
  if (typeof value !== "object" || value === null) return;
  if ("type" in value) yield { ...value };
  for (const each of Object.values(value)) yield* nodesOf(each);
}

function rawTexts(template: unknown): string[] {
  return [...nodesOf(template)].flatMap(({ type, value }) => {
    const isText = type === "TemplateElement" && typeof value === "object" && value !== null;
    return isText && "raw" in value ? [String(value.raw)] : [];
  });
}

function toEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
