import type { FieldType, MessageFields, Scalar } from "./body-fields.ts";

/** A JSON object of a body. */
export type JsonObject = Readonly<Record<string, unknown>>;
/** A body that fits its fields, or what the platform's parser says about it. */
export type CheckedBody = { ok: true; fields: JsonObject } | { ok: false; message: string };

/**
 * Reads a body as the platform's parser does: strict protobuf JSON (wire 2.1). The first fault
 * is named with the field's camelCase name and the value as it came. `null` counts as absent.
 */
export function checkBody(
  bytes: Uint8Array,
  fields: MessageFields,
  unknownFields: "refuse" | "accept",
): CheckedBody {
  let value: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    value = text.trim() === "" ? {} : JSON.parse(text);
  } catch {
    return { ok: false, message: "proto: syntax error (line 1:1): invalid JSON" };
  }
  if (!isJsonObject(value)) return { ok: false, message: unexpectedToken(value) };
  const fault = findFault(value, fields, unknownFields);
  return fault === undefined ? { ok: true, fields: value } : { ok: false, message: fault };
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function findFault(
  message: JsonObject,
  fields: MessageFields,
  unknownFields: "refuse" | "accept",
): string | undefined {
  for (const [name, value] of Object.entries(message)) {
    const type = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (type === undefined) {
      if (unknownFields === "accept") continue;
      return `proto: unknown field ${JSON.stringify(name)}`;
    }
    const fault = value === null ? undefined : findValueFault(name, value, type, unknownFields);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function findValueFault(
  name: string,
  value: unknown,
  type: FieldType,
  unknownFields: "refuse" | "accept",
): string | undefined {
  if (typeof type === "string") return fits(value, type) ? undefined : wrong(type, name, value);
  if (isList(type)) {
    if (!Array.isArray(value)) return unexpectedToken(value);
    for (const item of value) {
      const fault = findValueFault(name, item, type[0], unknownFields);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }
  return isJsonObject(value) ? findFault(value, type, unknownFields) : unexpectedToken(value);
}

function isList(type: FieldType): type is readonly [Scalar | MessageFields] {
  return Array.isArray(type);
}

function fits(value: unknown, type: Scalar): boolean {
  if (type === "any") return true;
  if (type === "string") return typeof value === "string" && !/\p{Surrogate}/u.test(value);
  if (type === "bool") return typeof value === "boolean";
  const number = toNumber(value);
  if (number === undefined) return false;
  return type === "double" || (Number.isInteger(number) && Math.abs(number) <= 2_147_483_647);
}

/** A number, or a text that holds one, as protobuf JSON reads both. */
export function toNumber(value: unknown): number | undefined {
  if (typeof value === "string" && !/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value)) return undefined;
  if (typeof value !== "number" && typeof value !== "string") return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

function wrong(type: Scalar, name: string, value: unknown): string {
  const camelName = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return `proto: (line 1:1): invalid value for ${type} field ${camelName}: ${toLiteral(value)}`;
}

function unexpectedToken(value: unknown): string {
  return `proto: syntax error (line 1:1): unexpected token ${toLiteral(value)}`;
}

function toLiteral(value: unknown): string {
  if (Array.isArray(value)) return "[";
  return typeof value === "object" && value !== null ? "{" : JSON.stringify(value).slice(0, 100);
}
