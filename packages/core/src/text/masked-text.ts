import { isMapping, parseJson } from "./json-value.ts";
import { hasSecretName, looksSecret, maskSecrets } from "./looks-secret.ts";
import { excerpt } from "./text.ts";

/** `excerpt` of a text without secrets, which are masked before the cut. */
export function maskedExcerpt(text: string, length: number): string {
  const head = 16 * length;
  return excerpt(maskSecrets(text.slice(0, head)) + text.slice(head), length);
}

/** {@link maskedExcerpt} of what a name holds: `***` where the name says that it is secret. */
export function maskedValue(name: string, value: string, length: number): string {
  return looksSecret(name, value) ? "***" : maskedExcerpt(value, length);
}

/**
 * A `NAME=value` of a command line for a message. Behind a name of a secret nothing is shown, whatever sign
 * stands between them, and what stands before `=` in a value is judged as a part of it.
 */
export function maskedSetting(setting: string, length: number): string {
  const equals = setting.indexOf("=");
  const name = maskedName(equals < 0 ? setting : setting.slice(0, equals), length);
  if (equals < 0 || name.endsWith("***")) return name;
  const value = setting.slice(equals + 1);
  const shown = holdsSecret(value) ? "***" : maskedValue(name, value, length);
  return excerpt(`${name}=${shown}`, length);
}

// A key of JSON, or of what was meant to be JSON.
const jsonName = /(?<![\w-])([\w-]{1,100})["']?\s{0,4}:/g;

/** Whether a text that is an object or a list of JSON, or begins as one, holds a secret. */
function holdsSecret(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  const value = parseJson(text);
  if (value !== undefined) return isSecretWithin("", value);
  return [...text.matchAll(jsonName)].some(([, name = ""]) => hasSecretName(name));
}

function isSecretWithin(name: string, value: unknown): boolean {
  if (Array.isArray(value)) return value.some((entry) => isSecretWithin(name, entry));
  if (!isMapping(value)) return looksSecret(name, String(value));
  const own = typeof value["name"] === "string" ? value["name"] : "value";
  return Object.entries(value).some(([key, held]) =>
    isSecretWithin(key === "value" ? own : key, held),
  );
}

/** A name that was typed, or a path of names, with `***` for what cannot be one behind the name of a secret. */
export function maskedName(typed: string, length: number): string {
  const [name = ""] = /^\s*[\w.[\]-]*/.exec(typed) ?? [];
  const rest = typed.slice(name.length);
  if (!hasSecretName(name) || rest.trim() === "") return maskedExcerpt(typed, length);
  const [sign = ""] = /^\s*[^\w\s]?/.exec(rest) ?? [];
  return `${excerpt(name + sign, length)}***`;
}
