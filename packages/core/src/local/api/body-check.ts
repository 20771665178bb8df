import { isMapping } from "../../text/json-value.ts";
import type { Refusal } from "../faults/wire.ts";

/** Type of one field of a message: a scalar, a message, or a list (one entry) of either. */
type FieldType = Scalar | MessageFields | readonly [Scalar | MessageFields];
/** Scalars of protobuf that the four calls use; `any` is for fields whose form nobody has seen. */
type Scalar = "any" | "string" | "int32" | "double" | "bool";
/** The fields of a message by their wire names. */
export interface MessageFields {
  readonly [name: string]: FieldType;
}

/** Fields of the `/auth/token` body (page). */
export const tokenFields: MessageFields = { username: "string", password: "string" };

/** Fields of the detail and stop bodies (page). */
export const jobIdFields: MessageFields = { job_id: "string" };

/** Fields of the create body: the page's, and the two it leaves out (wire 2.1). */
export const createFields: MessageFields = {
  auto_fault_tolerance: "bool",
  command: "string",
  dataset_info: [{ dataset_id: "string", path: "string", version_id: "string" }],
  enable_notification: "bool",
  enable_troubleshoot: "bool",
  envs: [{ name: "string", value: "string" }],
  fault_tolerance_max_retry: "int32",
  fault_tolerance_retry_interval_sec: "int32",
  framework: "string",
  framework_config: [
    {
      image: "string",
      image_type: "string",
      instance_count: "int32",
      shm_gi: "double",
      spec_id: "string",
    },
  ],
  logic_compute_group_id: "string",
  max_running_time_ms: "string",
  name: "string",
  project_id: "string",
  reserve_on_fail_ms: "string",
  reserve_on_success_ms: "string",
  task_priority: "int32",
  tb_summary_path: "string",
  workspace_id: "string",
};

/** Fields that the same message has at the newer interface (wire 2.1). */
export const newerCreateFields: MessageFields = {
  description: "string",
  exclude_nodes: ["string"],
  is_publicpath_readonly: "bool",
  pre_check_items: ["any"],
  runtime_attributes: [{ key: "string", values: ["string"] }],
  specified_nodes: ["string"],
};

export type JsonObject = Readonly<Record<string, unknown>>;
/** A body that fits its fields, or the refusal of the platform's parser. */
type CheckedBody = { fields: JsonObject } | { refusal: Refusal };

/** The refusal of a body (wire 1.2). */
export function badBody(message: string): Refusal {
  return { status: 400, code: -100000, message };
}

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
    return { refusal: badBody("proto: syntax error (line 1:1): invalid JSON") };
  }
  if (!isMapping(value)) return { refusal: badBody(unexpectedToken(value)) };
  const fault = findFault(value, fields, unknownFields);
  return fault === undefined ? { fields: value } : { refusal: badBody(fault) };
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
  return isMapping(value) ? findFault(value, type, unknownFields) : unexpectedToken(value);
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
