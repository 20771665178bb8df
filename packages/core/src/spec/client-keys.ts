import * as z from "zod/mini";
import { finding, type SpecFinding } from "../errors/rules/spec-rules.ts";
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
 * Parts a spec's value into the fields for the platform and the client's own keys, and puts the id in for each name that
 * a key gives. An id is taken as it is, also one that was never seen.
 * @param from an object has no other keys of the client than those that stay in the spec.
 * @returns `client` has the keys that are right, `open` the fields whose name is wrong: that they are missing is no
 * problem of its own.
 */
export function readClientKeys(
  value: unknown,
  from: "file" | "object",
  ids: () => readonly KnownId[],
) {
  const client: ClientKeys = {};
  const problems: SpecProblem[] = [];
  const open: SpecPath[] = [];
  if (!isMapping(value)) return { fields: value, client, problems, open };
  // A copy holds neither what an object inherits nor the getters of its class.
  let fields: unknown = value;
  for (const [key, schema] of Object.entries(clientKeysSchema().shape)) {
    if (!Object.hasOwn(value, key) || (from === "object" && !keptClientKeys.has(key))) continue;
    if (fields === value) fields = { ...value };
    Reflect.deleteProperty(Object(fields), key);
    const parsed = z.safeParse(schema, value[key]);
    if (parsed.success) Object.assign(client, { [key]: parsed.data });
    else problems.push(...explainIssues(parsed.error.issues, value, [key]));
  }
  for (const { key, path } of namedFields) {
    const name = client[key];
    const id = name === undefined ? undefined : toId(fields, { key, path, name, ids });
    if (typeof id === "string") {
      const outcome = setIn(fields, path, id);
      if (outcome.ok) fields = outcome.value;
    } else if (id !== undefined) problems.push({ path: [key], about: "value", ...id });
    if (problems.some((problem) => problem.path[0] === key)) open.push(path);
  }
  return { fields, client, problems, open };
}

interface Named {
  readonly key: IdKind;
  readonly path: SpecPath;
  readonly name: string;
  readonly ids: () => readonly KnownId[];
}

/** The id that a name stands for, or why there is none. */
function toId(fields: unknown, named: Named): string | SpecFinding {
  const { path, name } = named;
  const isId = /^(?:(?:ws|project|lcg)-)?[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(name);
  const found = isId ? name : findId(fields, named);
  if (valueAt(fields, path) === undefined) return found;
  return finding("named_twice", { field: path.join(".").replace(".0.", "[0].") });
}

function findId(value: unknown, { key, name, ids: read }: Named): string | SpecFinding {
  const ids = read();
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
