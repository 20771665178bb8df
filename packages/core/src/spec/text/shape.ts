import type * as z from "zod/mini";
import { clientKeysSchema } from "../../schemas/client-keys.ts";
import { jobSpecSchema } from "../../schemas/job-spec.ts";
import type { SpecPath } from "./place.ts";

/** A kind of value that the schema takes at a place. */
export type Kind = "text" | "integer" | "number" | "boolean" | "list" | "mapping" | "choice";

/** What the schema takes at a place of the spec. */
export interface Shape {
  /** The kinds of value. */
  kinds: ReadonlySet<Kind>;
  /** The known keys, when it takes a mapping with fixed keys. */
  keys: readonly string[];
}

type Definition = z.core.$ZodTypes["_zod"]["def"];

/** What a job spec takes at a path, the client's own keys included; `undefined` when it knows no such place. */
export function shapeAt(path: SpecPath): Shape | undefined {
  let level: Definition[] = [jobSpecSchema(), clientKeysSchema()].flatMap(branches);
  for (const step of path) level = level.flatMap((definition) => inside(definition, step));
  if (level.length === 0) return undefined;
  return {
    kinds: new Set(level.flatMap(kindOf)),
    keys: level.flatMap((definition) =>
      definition.type === "object" ? Object.keys(definition.shape) : [],
    ),
  };
}

function branches(schema: z.core.$ZodType): Definition[] {
  // zod types a schema by its base only; its `def` is always one of this closed union.
  const definition = schema["_zod"].def as Definition;
  if (definition.type === "optional" || definition.type === "prefault") {
    return branches(definition.innerType);
  }
  if (definition.type === "pipe") return branches(definition.in);
  if (definition.type === "union") return definition.options.flatMap(branches);
  return [definition];
}

function inside(definition: Definition, step: string | number): Definition[] {
  if (definition.type === "unknown") return [definition];
  if (definition.type === "array") {
    return typeof step === "number" ? branches(definition.element) : [];
  }
  if (typeof step === "number") return [];
  if (definition.type === "record") return branches(definition.valueType);
  if (definition.type !== "object" || !Object.hasOwn(definition.shape, step)) return [];
  const field = definition.shape[step];
  return field ? branches(field) : [];
}

function kindOf(definition: Definition): Kind[] {
  if (definition.type === "string") return ["text"];
  if (definition.type === "boolean") return ["boolean"];
  if (definition.type === "array") return ["list"];
  if (definition.type === "enum") return ["choice"];
  if (definition.type === "object" || definition.type === "record") return ["mapping"];
  if (definition.type !== "number") return [];
  return "format" in definition ? ["integer"] : ["number"];
}
