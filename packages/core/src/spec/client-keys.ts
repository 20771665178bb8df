import {
  type ClientKeys,
  clientKeyFields,
  clientKeysSchema,
  keptClientKeys,
} from "../schemas/client-keys.ts";
import { explainIssues, type SpecProblem } from "./explain.ts";

/** A spec's value, parted into what is for the platform and what is for this client. */
export interface SplitSpec {
  /** The value without the client's keys. */
  fields: unknown;
  /** The client's keys that are right. */
  client: ClientKeys;
  /** What is wrong with the client's keys. */
  problems: SpecProblem[];
}

/**
 * Takes the client's own keys out of a spec's value and checks them.
 * @param from an object has no other keys of the client than those that stay in the spec.
 */
export function splitClientKeys(value: unknown, from: "file" | "object"): SplitSpec {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { fields: value, client: {}, problems: [] };
  }
  const fields = { ...value };
  const own: Record<string, unknown> = {};
  for (const key of Object.keys(clientKeyFields())) {
    if (!Object.hasOwn(value, key) || (from === "object" && !keptClientKeys.has(key))) continue;
    own[key] = Reflect.get(value, key);
    Reflect.deleteProperty(fields, key);
  }
  if (Object.keys(own).length === 0) return { fields: value, client: {}, problems: [] };
  const parsed = clientKeysSchema().safeParse(own);
  if (parsed.success) return { fields, client: parsed.data, problems: [] };
  const { issues } = parsed.error;
  for (const { path } of issues) Reflect.deleteProperty(own, path[0] ?? "");
  const client = clientKeysSchema().parse(own);
  return { fields, client, problems: explainIssues(issues, value) };
}
