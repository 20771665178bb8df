/** Names in a file: a method goes whole, a function loses its body, a constant its value. */
type Parts = Readonly<Record<string, readonly string[]>>;

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly key?: { readonly name?: string };
  readonly id?: { readonly name?: string } | null;
  readonly body?: unknown;
  readonly init?: unknown;
}

interface Cut {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** What takes its place. */
  readonly by: string;
}

type Context = { parse(code: string): unknown };

// What changes a document or writes one, revives values, words errors, and reads merge keys: the core reads YAML
// 1.2 and words errors itself.
const unused: Parts = {
  "yaml/browser/dist/doc/Document.js": names(
    "clone add addIn createAlias createNode createPair delete deleteIn get getIn has hasIn set setIn",
    "toJSON toString",
  ),
  "yaml/browser/dist/doc/directives.js": names("toString"),
  "yaml/browser/dist/nodes/Alias.js": names("toString"),
  "yaml/browser/dist/nodes/Collection.js": names(
    "clone addIn deleteIn getIn hasAllNullValues hasIn setIn",
  ),
  "yaml/browser/dist/nodes/Node.js": names("clone toJS"),
  "yaml/browser/dist/nodes/Pair.js": names("clone toString"),
  "yaml/browser/dist/nodes/YAMLMap.js": names("from delete get has set toString"),
  "yaml/browser/dist/nodes/YAMLSeq.js": names("from add delete get has set toString"),
  "yaml/browser/dist/visit.js": names("visitAsync visitAsync_"),
  "yaml/browser/dist/doc/applyReviver.js": names("applyReviver"),
  "yaml/browser/dist/errors.js": names("prettifyError"),
  "yaml/browser/dist/parse/line-counter.js": names("constructor"),
  "yaml/browser/dist/schema/json/schema.js": names("schema"),
  "yaml/browser/dist/schema/yaml-1.1/merge.js": names("addMergeToJSMap mergeValue"),
};

/**
 * Takes out of yaml the methods and functions that the core never reaches, which no bundler can know:
 * 2 kB of a bundle (measured, gzip). A name that is not there any more fails the build.
 */
export function dropUnused(parts: Parts = unused) {
  return {
    name: "drop-unused",
    transform(this: Context, code: string, id: string) {
      const path = id.replaceAll("\\", "/");
      const file = Object.keys(parts).find((end) => path.endsWith(`/${end}`));
      if (file === undefined) return undefined;
      const open = new Set(parts[file]);
      const cuts = [...find(this.parse(code), open)];
      const missing = [...open].filter((name) => !cuts.some((cut) => cut.name === name));
      if (missing.length > 0) throw new Error(`${file} has no ${missing.join(", ")} to drop`);
      let rest = code;
      for (const { start, end, by } of cuts.toReversed()) {
        rest = rest.slice(0, start) + by + rest.slice(end);
      }
      return { code: rest, map: null };
    },
  };
}

/** The stretches to cut, in order. */
function* find(value: unknown, wanted: ReadonlySet<string>): Generator<Cut> {
  const cut = isNode(value) ? toCut(value, wanted) : undefined;
  if (cut !== undefined) yield cut;
  else if (typeof value === "object" && value !== null) {
    for (const each of Object.values(value)) yield* find(each, wanted);
  }
}

function toCut({ type, start, end, ...node }: Node, wanted: ReadonlySet<string>): Cut | undefined {
  const name = (type === "MethodDefinition" ? node.key : node.id)?.name;
  if (name === undefined || !wanted.has(name)) return undefined;
  if (type === "MethodDefinition") return { name, start, end, by: "" };
  const inner = type === "FunctionDeclaration" ? node.body : node.init;
  if (!isNode(inner)) return undefined;
  if (type === "FunctionDeclaration") return { name, start: inner.start, end: inner.end, by: "{}" };
  return { name, start: inner.start, end: inner.end, by: "undefined" };
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

function names(...lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split(" "));
}
