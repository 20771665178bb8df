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

// What changes a document, revives values, words errors, and reads merge keys: the core reads YAML 1.2 and words
// errors itself.
const ofChanging: Parts = {
  "doc/Document.js": names(
    "clone add addIn createAlias delete deleteIn get has hasIn set setIn toJSON",
  ),
  "nodes/Collection.js": names("clone addIn deleteIn hasIn setIn"),
  "nodes/Node.js": names("clone toJS"),
  "nodes/Pair.js": names("clone"),
  "nodes/YAMLMap.js": names("delete has set"),
  "nodes/YAMLSeq.js": names("add delete has"),
  "visit.js": names("visitAsync visitAsync_"),
  "doc/applyReviver.js": names("applyReviver"),
  "errors.js": names("prettifyError"),
  "parse/line-counter.js": names("constructor"),
  "schema/json/schema.js": names("schema"),
  "schema/yaml-1.1/merge.js": names("addMergeToJSMap mergeValue"),
};

/** What writes a document. */
const ofWriting: Parts = {
  "doc/Document.js": names("createNode createPair getIn toString"),
  "doc/directives.js": names("toString"),
  "nodes/Alias.js": names("toString"),
  "nodes/Collection.js": names("getIn hasAllNullValues"),
  "nodes/Pair.js": names("toString"),
  "nodes/YAMLMap.js": names("from get toString"),
  "nodes/YAMLSeq.js": names("from get set toString"),
};

/**
 * Takes out of yaml the methods and functions that nobody reaches, which no bundler can know: 2 kB of a bundle
 * (measured, gzip). A name that is not there any more fails the build.
 * @param options.writesYaml keeps what writes YAML, too. @default false
 */
export function dropUnused({ writesYaml = false } = {}) {
  const all = [ofChanging, ...(writesYaml ? [] : [ofWriting])];
  return {
    name: "drop-unused",
    transform(this: Context, code: string, id: string) {
      const [, file = ""] = /[\\/]yaml[\\/]browser[\\/]dist[\\/](.+)$/.exec(id) ?? [];
      const wanted = all.flatMap((parts) => parts[file.replaceAll("\\", "/")] ?? []);
      if (wanted.length === 0) return undefined;
      const cuts = [...find(this.parse(code), new Set(wanted))];
      const missing = wanted.filter((name) => !cuts.some((cut) => cut.name === name));
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
