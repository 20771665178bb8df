import { valueAt } from "../text/json-value.ts";
import { webhookStart } from "../text/secret-forms.ts";
import { readShellText } from "./command/shell-text.ts";
import { problemAt, type SpecProblem } from "./explain.ts";

const end = String.raw`(?![\w*/])`;
const quote = String.raw`\\{0,3}["']`;

// As `clone`, a dry run and a log show a secret in any text: a setting, a whole quoted text, what stands behind the
// name of a secret, a URL's password, a chat's webhook.
const inText = new RegExp(
  [
    String.raw`(?:\w=|--[\w.-]{1,100}[= ])(?:${quote})?\*\*\*${end}`,
    String.raw`(?<quote>${quote})\*\*\*\k<quote>`,
    String.raw`(?:password|passwd|token|key|secret|login|cookie|authorization)(?:${quote})?[ \t]{0,4}[ :][ \t]{0,4}(?:${quote})?\*\*\*${end}`,
    String.raw`(?:-H|--header)[= \t]{0,4}${quote}[\w-]{1,100}:[ \t]{0,4}(?:\w{1,20} )?\*\*\*`,
    String.raw`\b(?:Bearer|Basic) {1,4}\*\*\*`,
    String.raw`:\*\*\*@`,
    String.raw`${webhookStart}[\w/-]{0,200}\*\*\*`,
  ].join("|"),
  "i",
);
// A shell takes three stars for one, so that outside quotes nobody means them; only `dir/***` is a word of rsync.
const inShell = /(?<![*=/])\*\*\*(?![*=])|\/\*\*\*\//;
const shellScript = /\b(?:ba|da|z)?sh[ \t](?:[ \t]*-\S{1,40}){0,9}[ \t]*-\w{0,9}c[ \t]+(["'])/g;

/** Masked secrets: a job would run with `***` in their place. */
export function findMasked(fields: unknown, extra: object = {}): SpecProblem[] {
  const command = valueAt(fields, ["command"]);
  const envs = valueAt(fields, ["envs"]);
  const variables = Object.entries(Object(envs)).map(([key, held]) => {
    const isEntry = Array.isArray(envs);
    return isEntry
      ? { path: ["envs", Number(key), "value"], text: valueAt(held, ["value"]) }
      : { path: ["envs", key], text: held };
  });
  const others = Object.entries(extra).map(([key, held]) => {
    return { path: ["extra", key], text: toJson(held) };
  });
  const isMasked = ({ text }: { text: unknown }) => typeof text === "string" && isMaskedText(text);
  return [
    ...(typeof command === "string" && isMaskedCommand(command) ? [["command"]] : []),
    ...[...variables, ...others].filter(isMasked).map(({ path }) => path),
  ].map((path) => problemAt(path, "masked"));
}

/** The JSON of a value; `undefined` where it has none. */
export function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** Whether a text holds `***` in the place of a secret, as far as that can be told from banners and patterns. */
function isMaskedText(text: string): boolean {
  return text.includes("***") && (text.trim() === "***" || inText.test(text));
}

/** {@link isMaskedText} of a command, in which a shell reads what is not quoted. */
export function isMaskedCommand(command: string): boolean {
  if (!command.includes("***")) return false;
  return (
    isMaskedText(command) || inShell.test(readShellText(command).masked) || hasMaskedScript(command)
  );
}

/** Whether a script that a shell is told to run holds it outside the quotes of its own. */
function hasMaskedScript(command: string): boolean {
  return [...command.matchAll(shellScript)].some(({ 0: start, 1: sign = "", index }) => {
    const from = index + start.length;
    const to = command.indexOf(sign, from);
    return inShell.test(readShellText(command.slice(from, to < 0 ? undefined : to)).masked);
  });
}
