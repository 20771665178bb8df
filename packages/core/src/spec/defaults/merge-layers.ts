import {
  asWritten,
  type ParsedText,
  type Place,
  type SpecPath,
  type SpecSource,
} from "../text/place.ts";
import { isMapping } from "../../text/json-value.ts";

/** A mapping of fields that others lie over. */
export interface Layer {
  /** The text in which it stands; none for the spec itself. */
  readonly source: SpecSource | undefined;
  readonly parsed: ParsedText;
  /** Where in that text it begins. */
  readonly base: SpecPath;
  readonly value: Readonly<Record<string, unknown>>;
}

/** One layer's value of a field. */
interface Held {
  readonly layer: Layer;
  /** Its path in the text of the layer. */
  readonly path: SpecPath;
  readonly value: unknown;
}

/**
 * Lays specs over each other: mappings and `framework_config` are merged field by field, variables by name,
 * and any other value replaces the one below it.
 * @param layers the one that counts most first.
 */
export function mergeLayers(layers: readonly Layer[]): Pick<ParsedText, "value" | "locate"> {
  const owners = new Map<string, Held>();
  const merge = (path: SpecPath, held: readonly Held[]): unknown => {
    const [top] = held;
    if (top === undefined) return undefined;
    owners.set(toKey(path), top);
    // What lies below something of another kind is hidden.
    const isMerged =
      path.length === 1 && Array.isArray(top.value) && path[0] === "framework_config";
    const isKind = isMapping(top.value) ? isMapping : isMerged ? Array.isArray : undefined;
    const same = isKind ? takeWhile(held, ({ value }) => isKind(value)) : [];
    const variables = path.length === 1 && path[0] === "envs" ? takeWhile(held, isGroup) : [];
    if (variables.some(({ value }) => Array.isArray(value))) {
      const entries = mergeVariables(variables);
      for (const [index, entry] of entries.entries()) owners.set(toKey([...path, index]), entry);
      return entries.map((entry) => entry.value);
    }
    if (isMerged) {
      const longest = Math.max(...same.map(({ value }) => Object.keys(Object(value)).length));
      return Array.from({ length: longest }, (_, index) =>
        merge([...path, index], inside(same, index)),
      );
    }
    if (!isMapping(top.value)) return top.value;
    const keys = new Set(same.flatMap(({ value }) => Object.keys(Object(value))));
    return Object.fromEntries(
      [...keys].map((key) => [key, merge([...path, key], inside(same, key))]),
    );
  };
  const value = merge(
    [],
    layers.map((layer) => ({ layer, path: layer.base, value: layer.value })),
  );
  return { value, locate: (path) => locate(owners, path) };
}

function isGroup({ value }: Held): boolean {
  return isMapping(value) || Array.isArray(value);
}

function inside(held: readonly Held[], step: string | number): Held[] {
  return held.flatMap(({ layer, path, value }) => {
    if (!Object.hasOwn(Object(value), step)) return [];
    return [{ layer, path: [...path, step], value: Reflect.get(Object(value), step) }];
  });
}

/** Variables of which one layer writes a list, as the entries of one list. */
function mergeVariables(held: readonly Held[]): Held[] {
  const names = new Set<unknown>();
  return held.flatMap((each) => {
    // A name that one list has twice is a problem of that list.
    const fresh = toEntries(each).filter(({ value }) => !names.has(Object(value).name));
    for (const { value } of fresh) names.add(Object(value).name);
    return fresh;
  });
}

function toEntries({ layer, path, value }: Held): Held[] {
  return Object.entries(Object(value)).map(([key, held]): Held => {
    if (Array.isArray(value)) return { layer, path: [...path, Number(key)], value: held };
    const at = [...path, key];
    return { layer, path: at, value: { name: key, value: asWritten(held, at, layer.parsed) } };
  });
}

function locate(owners: ReadonlyMap<string, Held>, path: SpecPath): Place | undefined {
  for (let depth = path.length; depth >= 0; depth--) {
    const owner = owners.get(toKey(path.slice(0, depth)));
    if (owner === undefined) continue;
    const { layer } = owner;
    const place = layer.parsed.locate([...owner.path, ...path.slice(depth)]);
    return place && { ...place, ...(layer.source && { source: layer.source }) };
  }
  return undefined;
}

function takeWhile<Value>(values: readonly Value[], test: (value: Value) => boolean): Value[] {
  const end = values.findIndex((value) => !test(value));
  return values.slice(0, end < 0 ? values.length : end);
}

function toKey(path: SpecPath): string {
  return JSON.stringify(path);
}
