import { excerpt } from "../text.ts";
import type { SpecPath } from "./place.ts";
import { type Kind, shapeAt } from "./shape.ts";

const nouns: Record<Kind, string> = {
  text: "text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  list: "a list",
  mapping: "a mapping",
  choice: "text",
};

/** Says what a value is and what is wanted in its place, with the way to put it right where it is plain. */
export function describeWrongKind(path: SpecPath, value: unknown): string {
  const kinds = shapeAt(path)?.kinds ?? new Set<Kind>();
  // Variables may hold what should not be shown.
  const isPrivate = path[0] === "envs";
  const came = isPrivate ? nameKind(value) : nameValue(value);
  const fix = toFix(value, kinds, isPrivate);
  return `is ${came}, wanted ${toWanted(path, kinds)}${fix ? `: ${fix}` : ""}`;
}

function toWanted(path: SpecPath, kinds: ReadonlySet<Kind>): string {
  if (path.length === 0) return "a mapping of fields";
  if (path[0] === "envs" && path.length === 1) return "a mapping of names to values";
  if (path[0] === "envs" && kinds.has("text")) return "text";
  if (String(path.at(-1)).endsWith("_ms")) return "a duration such as 30m or 2h, or milliseconds";
  return [...kinds].map((kind) => nouns[kind]).join(" or ") || "something else";
}

function nameKind(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value === "string") return "text";
  return `a ${typeof value}`;
}

function nameValue(value: unknown): string {
  if (typeof value === "string") return `the text "${excerpt(value, 40)}"`;
  if (typeof value === "number")
    return Number.isFinite(value) ? String(value) : "not a finite number";
  return typeof value === "boolean" ? String(value) : nameKind(value);
}

function toFix(value: unknown, kinds: ReadonlySet<Kind>, isPrivate: boolean): string | undefined {
  const wantsNumber = kinds.has("integer") || kinds.has("number");
  if (typeof value === "string") {
    const isNumber = /^-?\d+(\.\d+)?$/.test(value) && value.length < 20;
    if (wantsNumber && isNumber) return `write ${value} without quotes`;
    if (kinds.has("boolean") && /^(true|yes|on|1)$/i.test(value)) return "write true";
    if (kinds.has("boolean") && /^(false|no|off|0)$/i.test(value)) return "write false";
  }
  const isScalar = typeof value === "number" || typeof value === "boolean";
  if (isScalar && kinds.has("text") && !wantsNumber) return "put it in quotes";
  if (Array.isArray(value) && kinds.has("text") && !isPrivate)
    return "write it as one line of text";
  const isMapping = nameKind(value) === "a mapping";
  return isMapping && kinds.has("list") ? "make it a list with one entry" : undefined;
}
