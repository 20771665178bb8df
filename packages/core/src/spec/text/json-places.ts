import { finding } from "../../errors/rules/spec-rules.ts";
import { maskedExcerpt } from "../../text/masked-text.ts";
import { brokenText, mostTokens, type ParsedText, type Place, type SpecPath } from "./place.ts";

/** Where a value stands, and the values in it by their keys or indexes. */
interface JsonNode extends Omit<Place, "exact"> {
  readonly within?: Map<string, JsonNode> | undefined;
}

/** A quoted text, which a colon makes a key, a bracket, or a bare word or number. */
const token = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[[\]{}]|[^\s[\]{}:,"]+/g;
const deepest = 500;

/** Finds where the values of a text stand that JSON.parse has read, and the keys that it hid. */
export function readJsonPlaces(text: string): Omit<ParsedText, "value"> {
  const top = new Map<string, JsonNode>();
  const open = [top];
  const problems: ParsedText["problems"] = [];
  let key: { readonly name: string; readonly offset: number } | undefined;
  let count = 0;
  for (const { 0: part, 1: quoted, 2: colon, index } of text.matchAll(token)) {
    count += 1;
    if (count > mostTokens)
      return brokenText({ offset: 0, ...finding("too_many_tokens", { most: mostTokens }) });
    if (part === "]" || part === "}") open.pop();
    else if (quoted !== undefined && colon !== undefined) {
      key = { name: String(JSON.parse(quoted)), offset: index };
    } else {
      const siblings = open.at(-1) ?? top;
      if (key !== undefined && siblings.has(key.name)) {
        const name = maskedExcerpt(key.name, 60);
        problems.push({ offset: key.offset, ...finding("given_twice", { name }) });
      }
      const within = part === "[" || part === "{" ? new Map<string, JsonNode>() : undefined;
      const raw = quoted === undefined && within === undefined ? part : undefined;
      const node = { key: key?.offset, value: index, raw, within };
      siblings.set(key?.name ?? String(siblings.size), node);
      key = undefined;
      if (within !== undefined) open.push(within);
      // What works on it by recursion would end.
      if (open.length > deepest + 1)
        return brokenText({ offset: index, ...finding("yaml_too_deep") });
    }
  }
  return { problems, broken: false, locate: (path) => locate(top.get("0"), path) };
}

function locate(top: JsonNode | undefined, path: SpecPath): Place | undefined {
  let node = top;
  for (const step of path) {
    const next = node?.within?.get(String(step));
    if (next === undefined) return node && { ...toPlace(node), raw: undefined, exact: false };
    node = next;
  }
  return node && toPlace(node);
}

const toPlace = ({ key, value, raw }: JsonNode): Place => ({ key, value, raw, exact: true });
