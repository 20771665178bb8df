import type * as z from "zod/mini";
import type { ValueFix, ValueNoun, WrongKind } from "../../errors/rules/value-rules.ts";
import { clientKeysSchema } from "../../schemas/client-keys.ts";
import { jobSpecSchema } from "../../schemas/job-spec.ts";
import { maskedExcerpt } from "../../text/masked-text.ts";
import type { SpecPath } from "./place.ts";

/** A kind of value that the schema takes at a place. */
type Kind = "text" | "integer" | "number" | "boolean" | "list" | "mapping" | "choice";

/** What the schema takes at a place of the spec. */
interface Shape {
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

/** Says what a value is and what is wanted in its place, with the correction where it is plain. */
export function findWrongKind(path: SpecPath, value: unknown): WrongKind {
  const kinds = shapeAt(path)?.kinds ?? new Set<Kind>();
  // Variables may hold what should not be shown.
  const isPrivate = path[0] === "envs";
  return {
    came: nameKind(value),
    shown: isPrivate ? undefined : show(value),
    wanted: toWanted(path, kinds),
    fix: toFix(value, kinds, isPrivate),
  };
}

function toWanted(path: SpecPath, kinds: ReadonlySet<Kind>): ValueNoun[] {
  if (path.length === 0) return ["fields"];
  if (path[0] === "envs" && path.length === 1) return ["variables"];
  if (path[0] === "envs" && kinds.has("text")) return ["text"];
  if (String(path.at(-1)).endsWith("_ms")) return ["duration"];
  const wanted = [...kinds].map((kind) => (kind === "choice" ? "text" : kind));
  return wanted.length > 0 ? wanted : ["something_else"];
}

function nameKind(value: unknown): ValueNoun {
  if (value === null || value === undefined) return "empty";
  if (Array.isArray(value)) return "list";
  if (typeof value === "object") return "mapping";
  if (typeof value === "string") return "text";
  if (typeof value === "boolean") return "boolean";
  if (typeof value !== "number") return "something_else";
  return Number.isFinite(value) ? "number" : "not_finite";
}

function show(value: unknown): string | undefined {
  if (typeof value === "string") return maskedExcerpt(value, 40);
  if (typeof value === "boolean" || Number.isFinite(value)) return String(value);
  return undefined;
}

function toFix(value: unknown, kinds: ReadonlySet<Kind>, isPrivate: boolean): ValueFix | undefined {
  const wantsNumber = kinds.has("integer") || kinds.has("number");
  if (typeof value === "string") {
    const isNumber = /^-?\d+(\.\d+)?$/.test(value) && value.length < 20;
    if (wantsNumber && isNumber && !isPrivate) return "without_quotes";
    if (kinds.has("boolean") && /^(true|yes|on|1)$/i.test(value)) return "true";
    if (kinds.has("boolean") && /^(false|no|off|0)$/i.test(value)) return "false";
  }
  const isScalar = typeof value === "number" || typeof value === "boolean";
  if (isScalar && kinds.has("text") && !wantsNumber) return "in_quotes";
  if (Array.isArray(value) && kinds.has("text") && !isPrivate) return "one_line";
  return nameKind(value) === "mapping" && kinds.has("list") ? "list_of_one" : undefined;
}
