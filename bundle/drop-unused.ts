/** What stands under a name in a file: a method goes whole, a function keeps its name and loses its body. */
type Parts = Readonly<Record<string, readonly string[]>>;

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly key?: { readonly name?: string };
  readonly id?: { readonly name?: string } | null;
  readonly body?: unknown;
}

type Context = { parse(code: string): unknown };

// What changes a document or writes one; the core reads.
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
      for (const { start, end } of cuts.toReversed()) rest = rest.slice(0, start) + rest.slice(end);
      return { code: rest, map: null };
    },
  };
}

/** The stretches to cut, in order. */
function* find(
  value: unknown,
  wanted: ReadonlySet<string>,
): Generator<{ name: string; start: number; end: number }> {
  if (Array.isArray(value)) for (const each of value) yield* find(each, wanted);
  else if (isNode(value)) {
    const { type, key, id, body } = value;
    const name = (type === "MethodDefinition" ? key : id)?.name;
    const isMethod = type === "MethodDefinition";
    const isHit = name !== undefined && wanted.has(name);
    if (isHit && isMethod) yield { name, start: value.start, end: value.end };
    else if (isHit && type === "FunctionDeclaration" && isNode(body)) {
      yield { name, start: body.start + 1, end: body.end - 1 };
    } else yield* find(Object.values(value), wanted);
  } else if (typeof value === "object" && value !== null) {
    yield* find(Object.values(value), wanted);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

function names(...lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split(" "));
}
