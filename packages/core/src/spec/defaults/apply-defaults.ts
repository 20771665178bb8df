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
interface Wanted extends Pick<TextProblem, "offset" | "source" | "override"> {
  readonly name: unknown;
}

type Profile = Omit<Layer, "value"> & { readonly value: unknown };

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
  return {
    ...mergeLayers(withoutHidden(known)),
    problems: [...parsed.problems, ...problems],
    broken: problem !== undefined,
  };
}

function toOption(name: string): Wanted {
  return { name, offset: 0, override: `--profile ${excerpt(name, 60)}` };
}

function toWanted({ source, parsed, base, value }: Layer): Wanted {
  const offset = parsed.locate([...base, "extends"])?.value ?? 0;
  return { name: value["extends"], offset, source };
}

/** The profiles by name; one of the project hides the user's own of that name. */
function readProfiles(files: Defaults["files"]): ReadonlyMap<string, Profile> {
  const profiles = files.flatMap(({ source, parsed }) => {
    const named = Object.entries(Object(Object(parsed.value).profiles));
    return named.map(([name, value]): [string, Profile] => {
      return [name, { source, parsed, base: ["profiles", name], value }];
    });
  });
  return new Map(profiles);
}

/** A profile and those that it builds on, in the order in which they count. */
function findChain(
  first: Wanted | undefined,
  profiles: ReadonlyMap<string, Profile>,
): { chain: Layer[]; problem?: TextProblem } {
  const chain: Layer[] = [];
  const names: unknown[] = [];
  for (let wanted = first; wanted !== undefined;) {
    const { name, ...place } = wanted;
    const profile = typeof name === "string" ? profiles.get(name) : undefined;
    if (names.includes(name) || profile === undefined) {
      return { chain, problem: { ...explainName(name, names, profiles), ...place } };
    }
    names.push(name);
    const { value, ...from } = profile;
    if (!isMapping(value)) {
      const offset = from.parsed.locate(from.base)?.value ?? 0;
      const found = finding("wrong_kind", findWrongKind([], value));
      return { chain, problem: { ...found, offset, source: from.source } };
    }
    const layer = { ...from, value };
    chain.push(layer);
    wanted = value["extends"] === undefined ? undefined : toWanted(layer);
  }
  return { chain };
}

/** Why no profile of this name can be had behind the others. */
function explainName(
  name: unknown,
  names: readonly unknown[],
  profiles: ReadonlyMap<string, Profile>,
): SpecFinding {
  const toShown = (each: unknown) => excerpt(String(each), 60);
  if (typeof name !== "string") {
    return finding("wrong_kind", { ...findWrongKind(["name"], name), fix: undefined });
  }
  if (names.includes(name))
    return finding("profile_loop", { names: [...names, name].map(toShown) });
  const known = [...profiles.keys()].slice(0, 20).map(toShown);
  const shown = toShown(name);
  if (known.length === 0) return finding("profile_none", { name: shown });
  return finding("profile_unknown", { name: shown, known, meant: nearest(shown, known) });
}

/**
 * Takes out of each layer what a layer above it says in the other way: a name and its id are two ways to say one thing,
 * so that either hides the other one below it. What a layer extends has been read.
 */
function withoutHidden(layers: readonly Layer[]): Layer[] {
  const said = new Set(["extends"]);
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
