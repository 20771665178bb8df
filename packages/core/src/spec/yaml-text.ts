import type { Alias, Document, Node, Pair, YAMLMap } from "yaml";
import { isAlias, isMap, isNode, isScalar, isSeq, parseDocument, visit } from "yaml";
import { finding, type SpecFinding } from "../errors/spec-rules.ts";
import { maskedExcerpt } from "../looks-secret.ts";
import type { ParsedText, Place, SpecPath, TextProblem } from "./place.ts";

type YamlDocument = Document<Node, true>;

// YAML 1.2 core whatever a %YAML line says, so that `no` and `on` stay text; no merge keys, no tags.
const options = {
  version: "1.2",
  schema: "core",
  merge: false,
  resolveKnownTags: false,
  uniqueKeys: false,
  stringKeys: true,
  prettyErrors: false,
  logLevel: "error",
} as const;

const mostAliases = 100;
const tooManyAliases = finding("yaml_aliases");

const reworded: Partial<Record<string, SpecFinding>> = {
  BLOCK_AS_IMPLICIT_KEY: finding("yaml_two_colons"),
  TAB_AS_INDENT: finding("yaml_tab"),
  MULTIPLE_DOCS: finding("yaml_second_document"),
  RESOURCE_EXHAUSTION: finding("yaml_too_deep"),
};

/** Reads YAML 1.2: the value, what is wrong with the text, and where each value stands. */
export function parseYamlText(text: string): ParsedText {
  const document: YamlDocument = parseDocument(text, options);
  const syntax = [...document.errors, ...document.warnings].map(({ pos, code, message }) => ({
    offset: pos[0],
    ...(isTemplate(text, pos[0])
      ? finding("matrix_key_quotes")
      : (reworded[code] ??
        finding("yaml_syntax", { reason: code, said: maskedExcerpt(message, 500) }))),
  }));
  const problems = oneForEachLine(text, syntax);
  if (problems.length > 0) return broken(problems);
  const aliasProblems = findAliasProblems(document);
  if (aliasProblems.length > 0) return broken(aliasProblems);
  try {
    const value: unknown = document.toJS({ maxAliasCount: mostAliases });
    return {
      value,
      problems: findDoubleKeys(document),
      broken: false,
      locate: (path) => locate(document, path),
    };
  } catch {
    // What is left to throw: aliases of aliases that would grow without bound.
    return broken([{ offset: 0, ...tooManyAliases }]);
  }
}

/** `{{ matrix.x }}` without quotes is a mapping in a mapping. */
function isTemplate(text: string, offset: number): boolean {
  return /^\{?\{\s*matrix\b/.test(text.slice(offset, offset + 40));
}

function broken(problems: TextProblem[]): ParsedText {
  return { value: undefined, problems, broken: true, locate: () => undefined };
}

/** One slip makes several errors on its line; the first says it best. */
function oneForEachLine(text: string, problems: TextProblem[]): TextProblem[] {
  const byLine = new Map<number, TextProblem>();
  for (const problem of problems) {
    const lineStart = text.lastIndexOf("\n", problem.offset - 1);
    if (!byLine.has(lineStart)) byLine.set(lineStart, problem);
  }
  return [...byLine.values()].slice(0, 5);
}

function findAliasProblems(document: YamlDocument): TextProblem[] {
  const aliases: Alias[] = [];
  visit(document, { Alias: (_key, alias) => void aliases.push(alias) });
  // Each look-up walks the document.
  if (aliases.length > mostAliases)
    return [{ offset: startOf(aliases[mostAliases]) ?? 0, ...tooManyAliases }];
  return aliases.flatMap((alias) => {
    const offset = startOf(alias) ?? 0;
    const target = alias.resolve(document);
    const name = maskedExcerpt(alias.source, 60);
    if (!target) return [{ offset, ...finding("yaml_alias_unknown", { name }) }];
    const [start, end] = target.range ?? [0, 0];
    return start <= offset && offset < end
      ? [{ offset, ...finding("yaml_alias_in_itself", { name }) }]
      : [];
  });
}

function findDoubleKeys(document: YamlDocument): TextProblem[] {
  const problems: TextProblem[] = [];
  visit(document, {
    Map(_key, map) {
      const seen = new Set<string>();
      for (const pair of map.items) {
        const name = keyOf(pair);
        if (seen.has(name)) {
          const offset = startOf(pair.key) ?? 0;
          problems.push({ offset, ...finding("given_twice", { name: maskedExcerpt(name, 60) }) });
        }
        seen.add(name);
      }
    },
  });
  return problems;
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function locate(document: YamlDocument, path: SpecPath): Place | undefined {
  let node: unknown = document.contents;
  let place: Place = {
    key: undefined,
    value: startOf(node) ?? 0,
    raw: undefined,
    exact: true,
  };
  for (const step of path) {
    const held = isAlias(node) ? node.resolve(document) : node;
    const pair = isMap(held) ? findPair(held, step) : undefined;
    const next = isSeq(held) && typeof step === "number" ? held.items[step] : pair?.value;
    if (!pair && next === undefined) return { ...place, raw: undefined, exact: false };
    const key = pair && startOf(pair.key);
    const isWritten = isNode(next) && next.range && next.range[1] > next.range[0];
    const value = (isWritten ? startOf(next) : key) ?? place.value;
    node = next;
    place = { key, value, raw: bareText(document, next), exact: true };
  }
  return place;
}

// One index for each mapping, because a spec may hold thousands of variables.
const pairsOf = new WeakMap<YAMLMap, Map<string, Pair>>();

function findPair(map: YAMLMap, step: string | number): Pair | undefined {
  const pairs = pairsOf.get(map) ?? new Map(map.items.map((pair) => [keyOf(pair), pair]));
  pairsOf.set(map, pairs);
  return pairs.get(String(step));
}

function bareText(document: YamlDocument, node: unknown): string | undefined {
  const held = isAlias(node) ? node.resolve(document) : node;
  return isScalar(held) && held.type === "PLAIN" ? held.source : undefined;
}
