import type { Document, Node, Pair, YAMLMap } from "yaml";
import { isAlias, isMap, isNode, isScalar, isSeq, visit } from "yaml";
import { finding } from "../../errors/rules/spec-rules.ts";
import { maskedExcerpt } from "../../text/masked-text.ts";
import type { Place, SpecPath, TextProblem } from "./place.ts";

export type YamlDocument = Document<Node, boolean>;

/** Keys that a mapping has twice. */
export function findDoubleKeys(document: YamlDocument): TextProblem[] {
  const problems: TextProblem[] = [];
  visit(document, {
    Map(_key, map) {
      const seen = new Set<string>();
      for (const pair of map.items) {
        const name = keyOf(pair);
        if (seen.has(name) && !isMergeKey(pair)) {
          const offset = startOf(pair.key) ?? 0;
          problems.push({ offset, ...finding("given_twice", { name: maskedExcerpt(name, 60) }) });
        }
        seen.add(name);
      }
    },
  });
  return problems;
}

/** Whether a pair is a merge key: `<<`, not in quotes. */
function isMergeKey({ key }: Pair): boolean {
  return isScalar(key) && key.value === "<<" && key.type === "PLAIN";
}

function keyOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : String(key);
}

/** The node that an alias stands for; any other node is itself. */
function resolveNode(document: YamlDocument, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

/** Where the quotes begin in which an offset stands. */
export function startOfQuote(document: YamlDocument, offset: number): number | undefined {
  let start: number | undefined;
  visit(document, {
    Scalar(_key, { type, range }) {
      const isAround = range != null && range[0] <= offset && offset <= range[1];
      if (isAround && type?.startsWith("QUOTE_") === true) start = range[0];
    },
  });
  return start;
}

export function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

/** Finds a value by its path, or the nearest thing around it. */
export function locate(document: YamlDocument, path: SpecPath): Place | undefined {
  let node: unknown = document.contents;
  let place: Place = {
    key: undefined,
    value: startOf(node) ?? 0,
    raw: undefined,
    exact: true,
  };
  for (const step of path) {
    const held = resolveNode(document, node);
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
  const held = resolveNode(document, node);
  return isScalar(held) && held.type === "PLAIN" ? held.source : undefined;
}

/**
 * Puts what each `<<` names into its mapping, as PyYAML does: a key of the mapping itself wins, of a list
 * its first mapping, of several `<<` the last. The nodes stay, and with them their places.
 * @param document without aliases that are unknown or inside what they name.
 */
export function mergeKeys(document: YamlDocument): TextProblem[] {
  const problems: TextProblem[] = [];
  const done = new Set<YAMLMap>();
  const merge = (map: YAMLMap): void => {
    if (done.has(map)) return;
    done.add(map);
    const [own, merged] = [new Map<string, Pair>(), new Map<string, Pair>()];
    for (const pair of map.items) {
      if (!isMergeKey(pair)) own.set(keyOf(pair), pair);
      else
        for (const source of sourcesOf(pair))
          for (const each of source) merged.set(keyOf(each), each);
    }
    if (map.items.some(isMergeKey)) {
      map.items = [
        ...[...merged].flatMap(([name, pair]) => (own.has(name) ? [] : pair)),
        ...own.values(),
      ];
    }
  };
  /** The pairs of the mappings that a `<<` names, the one that wins last. */
  const sourcesOf = ({ key, value }: Pair): Pair[][] => {
    const held = resolveNode(document, value);
    const nodes = isSeq(held) ? held.items.toReversed() : [held];
    const maps = nodes.map((node) => resolveNode(document, node));
    if (!maps.every(isMap)) {
      problems.push({ offset: startOf(value) ?? startOf(key) ?? 0, ...finding("merge_source") });
      return [];
    }
    return maps.map((map) => {
      merge(map);
      return [...map.items];
    });
  };
  // Found first: merged mappings are shared, and visiting them at each place could take for ever.
  const maps: YAMLMap[] = [];
  visit(document, { Map: (_key, map) => void maps.push(map) });
  maps.forEach(merge);
  return problems;
}

/** How many values a document has once every alias is resolved. */
export function countValues(document: YamlDocument): number {
  const counts = new Map<unknown, number>();
  const count = (node: unknown): number => {
    const held = resolveNode(document, node);
    const known = counts.get(held);
    if (known !== undefined) return known;
    const inner = isMap(held)
      ? held.items.map(({ value }) => value)
      : isSeq(held)
        ? held.items
        : [];
    const total = inner.reduce<number>((sum, each) => sum + count(each), 1);
    counts.set(held, total);
    return total;
  };
  return count(document.contents);
}
