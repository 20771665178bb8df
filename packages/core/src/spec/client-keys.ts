import { finding } from "../errors/rules/spec-rules.ts";
import { findIds, type IdKind, type KnownId, nameOfId } from "../ids/known-ids.ts";
import {
  type ClientKeys,
  clientKeysSchema,
  keptClientKeys,
  namedFields,
} from "../schemas/client-keys.ts";
import { isMapping, textOf, valueAt } from "../text/json-value.ts";
import { excerpt, nearest } from "../text/text.ts";
import { type SpecProblem, explainIssues } from "./explain.ts";
import { setIn } from "./set-path.ts";
import type { SpecPath } from "./text/place.ts";

/**
 * Parts a spec's value into the fields for the platform and the client's own keys, which it checks: `client` has those
 * that are right.
 * @param from an object has no other keys of the client than those that stay in the spec.
 */
export function splitClientKeys(value: unknown, from: "file" | "object") {
  const none = { fields: value, client: {} as ClientKeys, problems: [] as SpecProblem[] };
  if (!isMapping(value)) return none;
  const fields = { ...value };
  const own: Record<string, unknown> = {};
  for (const key of Object.keys(clientKeysSchema().shape)) {
    if (!Object.hasOwn(value, key) || (from === "object" && !keptClientKeys.has(key))) continue;
    own[key] = value[key];
    Reflect.deleteProperty(fields, key);
  }
  if (Object.keys(own).length === 0) return none;
  const parsed = clientKeysSchema().safeParse(own);
  if (parsed.success) return { fields, client: parsed.data, problems: [] };
  const { issues } = parsed.error;
  for (const { path } of issues) Reflect.deleteProperty(own, path[0] ?? "");
  const client = clientKeysSchema().parse(own);
  return { fields, client, problems: explainIssues(issues, value) };
}

/**
 * Puts the id in for each name that a spec gives. An id is taken as it is, also one that was never seen.
 * @returns the fields with the ids, and in `open` those whose name is wrong: that they are missing is no problem of its own.
 */
export function resolveNames(fields: unknown, client: ClientKeys, ids: () => readonly KnownId[]) {
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
    workspace: textOf(valueAt(value, ["workspace_id"])),
    group: textOf(valueAt(value, ["logic_compute_group_id"])),
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
