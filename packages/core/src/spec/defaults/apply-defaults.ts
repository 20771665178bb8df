import { finding, type SpecFinding } from "../../errors/rules/spec-rules.ts";
import { excerpt, nearest } from "../../text/text.ts";
import type { ParsedText, TextProblem } from "../text/place.ts";
import { findWrongKind } from "../text/shape.ts";
import { type Defaults, settingKeys } from "./defaults-file.ts";
import { type Layer, mergeLayers } from "./merge-layers.ts";
import { namedFields } from "../../schemas/client-keys.ts";
import { isMapping, valueAt } from "../../text/json-value.ts";

/** What lies below a spec. */
export interface DefaultsOptions {
  /** Values that the spec takes where it has none of its own; see `readDefaults`. @default none */
  defaults?: Defaults | undefined;
  /** The profile of the defaults that the spec builds on. @default what the spec's `extends` names */
  profile?: string | undefined;
}

/** A name of a profile, and where it is written. */
interface Wanted {
  readonly name: unknown;
  readonly place: Pick<TextProblem, "offset" | "source" | "override">;
}

interface Profile {
  readonly layer: Omit<Layer, "value">;
  readonly value: unknown;
}

/**
 * Lays a parsed spec over its profile, that over the profiles which it extends, and all over the defaults.
 * A profile that cannot be had makes the text a broken one: every field of it would be reported as missing.
 */
export function applyDefaults(
  parsed: ParsedText,
  { defaults, profile }: DefaultsOptions,
): ParsedText {
  // A file without a word in it takes all from below.
  const value = parsed.value ?? {};
  const files = defaults?.files ?? [];
  if (parsed.broken || !isMapping(value)) return parsed;
  if (files.length === 0 && profile === undefined && value["extends"] === undefined) return parsed;
  const spec: Layer = { source: undefined, parsed, base: [], value };
  const below = files.toReversed().map(({ source, parsed: text }): Layer => {
    return { source, parsed: text, base: [], value: without(Object(text.value), settingKeys) };
  });
  const named = [spec, ...below].find((layer) => layer.value["extends"] !== undefined);
  const wanted = profile === undefined ? named && toWanted(named) : toOption(profile);
  const { chain, problem } = findChain(wanted, readProfiles(files));
  const problems = problem === undefined ? [] : [problem];
  // The profile that is not there may hide what lies below it.
  const known = [spec, ...chain, ...(problem === undefined ? below : [])];
  const layers = withoutHidden(known.map((layer) => withoutExtends(layer)));
  return {
    ...mergeLayers(layers),
    problems: [...parsed.problems, ...problems],
    broken: problem !== undefined,
  };
}

function toOption(name: string): Wanted {
  return { name, place: { offset: 0, override: `--profile ${excerpt(name, 60)}` } };
}

function toWanted({ source, parsed, base, value }: Layer): Wanted {
  const offset = parsed.locate([...base, "extends"])?.value ?? 0;
  return { name: value["extends"], place: { offset, source } };
}

/** The profiles by name; one of the project hides the user's own of that name. */
function readProfiles(files: Defaults["files"]): ReadonlyMap<string, Profile> {
  const profiles = files.flatMap(({ source, parsed }) => {
    const named: object = Object(Object(parsed.value).profiles);
    return Object.entries(named).map(([name, value]): [string, Profile] => {
      return [name, { layer: { source, parsed, base: ["profiles", name] }, value }];
    });
  });
  return new Map(profiles);
}

/** A profile and those that it builds on, in the order in which they count. */
function findChain(
  first: Wanted | undefined,
  profiles: ReadonlyMap<string, Profile>,
): { chain: Layer[]; problem: TextProblem | undefined } {
  const chain: Layer[] = [];
  const names: string[] = [];
  const end = (found?: SpecFinding, place: Wanted["place"] = { offset: 0 }) => {
    return { chain, problem: found && { ...found, ...place } };
  };
  for (let wanted = first; wanted !== undefined;) {
    const { name, place } = wanted;
    if (typeof name !== "string") return end(finding("wrong_kind", toTextWanted(name)), place);
    const shown = excerpt(name, 60);
    if (names.includes(name)) {
      return end(
        finding("profile_loop", { names: [...names, name].map((each) => excerpt(each, 60)) }),
        place,
      );
    }
    names.push(name);
    const found = profiles.get(name);
    if (found === undefined) return end(toUnknown(shown, profiles), place);
    const { layer, value } = found;
    if (!isMapping(value)) {
      const offset = layer.parsed.locate(layer.base)?.value ?? 0;
      return end(finding("wrong_kind", findWrongKind([], value)), { offset, source: layer.source });
    }
    chain.push({ ...layer, value });
    wanted = value["extends"] === undefined ? undefined : toWanted({ ...layer, value });
  }
  return end();
}

function toTextWanted(value: unknown) {
  return { ...findWrongKind(["name"], value), fix: undefined };
}

function toUnknown(name: string, profiles: ReadonlyMap<string, Profile>): SpecFinding {
  const known = [...profiles.keys()].slice(0, 20).map((each) => excerpt(each, 60));
  if (known.length === 0) return finding("profile_none", { name });
  return finding("profile_unknown", { name, known, meant: nearest(name, known) });
}

function withoutExtends(layer: Layer): Layer {
  const { extends: _extends, ...value } = layer.value;
  return { ...layer, value };
}

/**
 * Takes out of each layer what a layer above it says in the other way: a name and its id are two ways to say one thing,
 * so that either hides the other one below it.
 */
function withoutHidden(layers: readonly Layer[]): Layer[] {
  const said = new Set<string>();
  return layers.map((layer) => {
    const above = new Set(said);
    for (const { key, path } of namedFields) {
      if (layer.value[key] !== undefined) said.add(String(path.at(-1)));
      if (valueAt(layer.value, path) !== undefined) said.add(key);
    }
    return { ...layer, value: without(layer.value, above) };
  });
}

type Fields = Readonly<Record<string, unknown>>;

function without(value: Fields, keys: ReadonlySet<string>): Fields {
  const kept = Object.fromEntries(Object.entries(value).filter(([key]) => !keys.has(key)));
  const groups = kept["framework_config"];
  if (!keys.has("spec_id") || !Array.isArray(groups)) return kept;
  const framework_config = groups.map((group: unknown) => {
    return isMapping(group) ? without(group, new Set(["spec_id"])) : group;
  });
  return { ...kept, framework_config };
}
