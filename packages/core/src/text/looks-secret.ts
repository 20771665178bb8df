import {
  findTokens,
  hasTokenName,
  isAnyKey,
  isPassword,
  isPublicName,
  isRandom,
  isSecretName,
  merge,
  type Span,
  toRandomParts,
  toWords,
} from "./secret-forms.ts";

// NAME=value of a shell, --name value of a program, a.name=value of a configuration. A value ends at its
// closing quote; within another text its quotes may be escaped, and a quote in it written as '\'' or '"'"'.
const assignment = new RegExp(
  String.raw`(?<![\w.$-])(?:--([A-Za-z][\w.-]*)(?:=| {1,4})|([A-Za-z_][\w.]*)=)(?:` +
    [
      String.raw`\\"((?:\\[^\r\n"]|[^"\\\n])*)\\"`,
      String.raw`"((?:\\.|[^"\\\n])*)"`,
      String.raw`'((?:[^'\n]|'\\''|'"'"')*)'`,
      String.raw`((?:[^\s"';&|\\]|\\[^\r\n"]|'\\''|'"'"')+)`,
    ].join("|") +
    ")",
  "g",
);
// A header of a request, as curl and its like take it. The scheme of an Authorization is no part of its secret.
const header = new RegExp(
  String.raw`(?<![\w-])(?:-H|--header)[= \t]{0,4}(?:` +
    [
      String.raw`\\"([\w-]{1,100}):[ \t]{0,4}((?:\\[^\r\n"]|[^"\\\n])*)\\"`,
      String.raw`"([\w-]{1,100}):[ \t]{0,4}((?:\\.|[^"\\\n])*)"`,
      String.raw`'([\w-]{1,100}):[ \t]{0,4}([^'\n]*)'`,
    ].join("|") +
    ")",
  "g",
);
const scheme = /^(?:Bearer|Basic|Digest|Token) {1,4}/i;
// What another command prints is not written here. A word ends at a blank in it, a text at a quote in it.
const printedWord = /^\\?(?:\$\(|`)/;
const printedText = /^\\?(?:\$\([^)]*\)?|`[^`]*`?)$/;
// Names of columns, as many options and settings that end in `key` take them.
const columns = /^[a-z]{1,20}(?:[_., -][a-z]{1,20})*$/;
const longWord = /[A-Za-z0-9+/_-]{32,}={0,2}/g;

/** Whether a variable looks as if it held a password, a token or a key: by its value's form or its name. */
export function looksSecret(name: string, value: string): boolean {
  if (isPlaceholder(value)) return false;
  if (findTokens(value).length > 0) return true;
  const words = toWords(name);
  if (isPassword(words) && isSecretName(words)) return !isWord(value);
  const isColumn = isAnyKey(words) && columns.test(value);
  if (isSecretName(words)) return isLongEnough(value) && !isColumn;
  return !isPublicName(words) && isRandom(value);
}

/** The parts of a command or a line that look like a password, a token or a key, in their order. */
export function findSecrets(text: string): Span[] {
  const found = findTokens(text);
  for (const hit of text.matchAll(assignment)) {
    const [whole, flag, variable, escaped, double, single, bare] = hit;
    const value = escaped ?? double ?? single ?? bare ?? "";
    const isShown =
      value.startsWith("-") ||
      (bare === undefined ? printedText : printedWord).test(value) ||
      !isSecretSetting(flag ?? variable ?? "", value);
    if (isShown) continue;
    const end = hit.index + whole.length - Number(!bare) - Number(escaped !== undefined);
    found.push({ start: end - value.length, end });
  }
  found.push(...findHeaders(text));
  for (const { 0: word, index } of text.matchAll(longWord)) {
    let at = 0;
    for (const part of toRandomParts(word)) {
      const start = index + word.indexOf(part, at);
      at = start - index + part.length;
      if (!isPublicHere(text, start)) found.push({ start, end: start + part.length });
    }
  }
  return merge(found);
}

function findHeaders(text: string): Span[] {
  return [...text.matchAll(header)].flatMap(({ 0: whole, index, ...groups }) => {
    const [name = "", given = ""] = [
      groups[1] ?? groups[3] ?? groups[5],
      groups[2] ?? groups[4] ?? groups[6],
    ];
    const value = given.replace(scheme, "");
    if (printedText.test(value) || !looksSecret(name, value)) return [];
    const end = index + whole.length - (groups[1] === undefined ? 1 : 2);
    return [{ start: end - value.length, end }];
  });
}

/** Whether a command's setting looks secret. Of a path of names the last counts, and many are keys of a table. */
function isSecretSetting(path: string, value: string): boolean {
  const name = path.slice(path.lastIndexOf(".") + 1);
  const words = toWords(name);
  const isKnown = name === path || isPassword(words) || hasTokenName(words);
  // A reference may have an escaped sign in another text.
  return isKnown && looksSecret(name, value.replaceAll(/\\(.)/g, "$1"));
}

/** A text with `***` for every part that has the form of a token, of a key or of a password in a URL. */
export function maskTokens(text: string): string {
  return maskSpans(text, findTokens(text));
}

/** A text with `***` for every part that looks like a secret, as in a command. */
export function maskSecrets(text: string): string {
  return maskSpans(text, findSecrets(text));
}

/** A text with `***` for each of these parts, which are in order. */
export function maskSpans(text: string, spans: readonly Span[]): string {
  let [masked, at] = ["", 0];
  for (const { start, end } of spans) {
    masked += `${text.slice(at, start)}***`;
    at = end;
  }
  return masked + text.slice(at);
}

/** Whether a name alone says that what it holds is secret, such as `WANDB_API_KEY`. */
export function hasSecretName(name: string): boolean {
  return isSecretName(toWords(name));
}

/** Whether a text stands for a value: a reference, a template, a mask, or empty. */
function isPlaceholder(value: string): boolean {
  return /^(?:\s*|\*+|<[^<>]*>|\$(?:\w+|\{[^{}]*\}|\([^()]*\))|\{\{[^{}]*\}\})$/.test(value);
}

/** A switch, a short number, or a path. */
function isWord(value: string): boolean {
  return /^(?:true|false|none|null|yes|no|on|off|\d{1,4})$/i.test(value) || isPath(value);
}

function isPath(value: string): boolean {
  return /^(?:~|\.{1,2}|\$\w+|\$\{\w+\})?\/[\w.@/-]*$/.test(value) && !isRandom(value);
}

/** Not a path, a number or a word: under such names short values are settings more often than secrets. */
function isLongEnough(value: string): boolean {
  return value.length >= 8 && !/^[\d.]+$/.test(value) && !isPath(value);
}

/** Whether a random word is a version, an image's digest or the like, by the word before it or the program. */
function isPublicHere(text: string, index: number): boolean {
  const [before = ""] = /[^\n;&|]*$/.exec(text.slice(Math.max(0, index - 200), index)) ?? [];
  if (/(?<![\w.-])(?:git|pip|uv|docker)[\s+]/i.test(before)) return true;
  // A name and its value have a sign between them.
  if (!/[\s=:@/+-]["']?$/.test(before)) return false;
  const words = before.split(/\s+/).map(toWords);
  return isPublicName(words.findLast((each) => each.length > 0) ?? []);
}
