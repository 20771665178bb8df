import type { Pair, YAMLMap } from "yaml";
import { isMap, isSeq, visit } from "yaml";
import { finding } from "../../errors/rules/spec-rules.ts";
import type { TextProblem } from "./place.ts";
import { isMergeKey, keyOf, resolveNode, startOf, type YamlDocument } from "./yaml-places.ts";

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
