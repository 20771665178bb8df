import * as z from "zod/mini";

/** Facts of one model: of an object its fields' types, of anything else its own type. */
export type ModelFacts = string | Record<string, string>;

/** Model name to its facts. A type reads `string`, `integer(0|1)`, `train.Timeline`, `train.Env[]`. */
export type Facts = Record<string, ModelFacts>;

interface SchemaLike {
  type?: string;
  enum?: unknown[];
  $ref?: string;
  items?: SchemaLike;
  anyOf?: SchemaLike[];
  properties?: Record<string, SchemaLike>;
}

/** The facts of the platform's own page. */
export function toPageFacts(page: { components: { schemas: Record<string, SchemaLike> } }): Facts {
  return mapValues(page.components.schemas, toModelFacts);
}

/** The facts of zod schemas, as their output is. */
export function toSchemaFacts(models: Record<string, z.core.$ZodType>): Facts {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(models)) registry.add(schema, { id });
  // zod types the answer as JSON Schema, which is wider than the few keywords read here.
  const { schemas } = z.toJSONSchema(registry, { io: "output" }) as {
    schemas: Record<string, SchemaLike>;
  };
  return mapValues(schemas, toModelFacts);
}

function toModelFacts(schema: SchemaLike): ModelFacts {
  return schema.properties ? mapValues(schema.properties, toType) : toType(schema);
}

function toType(schema: SchemaLike): string {
  if (schema.$ref !== undefined) return schema.$ref.split("/").at(-1) ?? "";
  if (schema.type === "array") return `${toType(schema.items ?? {})}[]`;
  if (schema.anyOf) return joinTypes(schema.anyOf.map(toType));
  if (!schema.enum) return schema.type ?? "unknown";
  const isWhole = schema.enum.every((value) => Number.isInteger(value));
  return `${isWhole ? "integer" : schema.type}(${schema.enum.join("|")})`;
}

/** One type for alternatives: an open enumeration counts as the enumeration. */
function joinTypes(types: string[]): string {
  const distinct = [...new Set(types)];
  return distinct
    .filter((type) => !distinct.some((other) => other.startsWith(`${type}(`)))
    .join(" or ");
}

function mapValues<In, Out>(record: Record<string, In>, map: (value: In) => Out) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
