import { finding } from "../errors/rules/spec-rules.ts";
import { findIds, type IdKind, type KnownId, nameOfId } from "../ids/known-ids.ts";
import type { ClientKeys } from "../schemas/client-keys.ts";
import { excerpt, nearest } from "../text/text.ts";
import { type SpecProblem, valueAt } from "./explain.ts";
import { setIn } from "./set-path.ts";
import type { SpecPath } from "./text/place.ts";

/** The keys of a spec that take a name, and the field that its id goes to; a later one may depend on an earlier. */
export const namedFields = [
  { key: "workspace", path: ["workspace_id"] },
  { key: "project", path: ["project_id"] },
  { key: "group", path: ["logic_compute_group_id"] },
  { key: "node", path: ["framework_config", 0, "spec_id"] },
] as const satisfies { key: IdKind; path: SpecPath }[];

/** A spec's fields with an id for each name. */
export interface Resolved {
  readonly fields: unknown;
  readonly problems: SpecProblem[];
  /** The fields whose name is wrong: that they are missing is no problem of its own. */
  readonly open: readonly SpecPath[];
}

/** Puts the id in for each name that a spec gives. An id is taken as it is, also one that was never seen. */
export function resolveNames(
  fields: unknown,
  client: ClientKeys,
  ids: () => readonly KnownId[],
): Resolved {
  const problems: SpecProblem[] = [];
  const open: SpecPath[] = [];
  let value = fields;
  for (const { key, path } of namedFields) {
    const name = client[key];
    if (name === undefined) continue;
    const found = isId(name) ? name : findId(value, { key, name, ids: ids() });
    const isTwice = valueAt(value, path) !== undefined;
    const field = path.join(".").replace(".0.", "[0].");
    const wrong = isTwice ? finding("named_twice", { field }) : found;
    if (typeof wrong === "string") {
      const outcome = setIn(value, path, wrong);
      if (outcome.ok) value = outcome.value;
    } else {
      problems.push({ path: [key], about: "value", ...wrong });
      open.push(path);
    }
  }
  return { fields: value, problems, open };
}

function isId(name: string): boolean {
  return /^(?:(?:ws|project|lcg)-)?[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(name);
}

function findId(
  value: unknown,
  { key, name, ids }: { key: IdKind; name: string; ids: readonly KnownId[] },
) {
  const within = {
    workspace: textAt(value, "workspace_id"),
    group: textAt(value, "logic_compute_group_id"),
  };
  const found = findIds(ids, key, name, within);
  const [first] = found;
  if (first !== undefined && found.length === 1) return first.id;
  const shown = excerpt(name, 60);
  if (found.length > 1) {
    const candidates = found.slice(0, 10).map(({ id }) => excerpt(id, 60));
    return finding("name_ambiguous", { idKind: key, name: shown, ids: candidates });
  }
  const ofKind = ids.filter(({ kind }) => kind === key);
  const here = ofKind.filter((known) => known.group !== undefined && known.group === within.group);
  const inGroup = here.length > 0;
  const all = (inGroup ? here : ofKind).flatMap((known) => nameOfId(known) ?? []);
  const known = [...new Set(all)].slice(0, 10).map((each) => excerpt(each, 60));
  const meant = nearest(shown, known);
  return finding("name_unknown", { idKind: key, name: shown, known, meant, inGroup });
}

function textAt(value: unknown, key: string): string | undefined {
  const held = valueAt(value, [key]);
  return typeof held === "string" ? held : undefined;
}
