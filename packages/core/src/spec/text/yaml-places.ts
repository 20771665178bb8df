import type { Document, Node, Pair, YAMLMap } from "yaml";
import { isAlias, isMap, isNode, isScalar, isSeq, Lexer, visit } from "yaml";
import { finding } from "../../errors/rules/spec-rules.ts";
import { maskedExcerpt } from "../../text/masked-text.ts";
import { mostTokens, type Place, type SpecPath, type TextProblem } from "./place.ts";

/** A parsed document. */
export type YamlDocument = Document<Node, boolean>;

/** The problem of a text with so many words and signs that reading them would take long. */
export function findTooMuch(text: string): TextProblem | undefined {
  if (text.length <= mostTokens) return undefined;
  const lexemes = new Lexer().lex(text);
  let count = 0;
  while (count <= mostTokens && lexemes.next().done !== true) count += 1;
  if (count <= mostTokens) return undefined;
  return { offset: 0, ...finding("too_many_tokens", { most: mostTokens }) };
}

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
export function isMergeKey({ key }: Pair): boolean {
  return isScalar(key) && key.value === "<<" && key.type === "PLAIN";
}

/** The name of a key. */
export function keyOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : String(key);
}

/** The node that an alias stands for; any other node is itself. */
export function resolveNode(document: YamlDocument, node: unknown): unknown {
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

/** Where a node begins. */
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
