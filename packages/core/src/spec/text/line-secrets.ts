import { findSecrets, hasSecretName, looksSecret } from "../../text/looks-secret.ts";
import { merge, type Span } from "../../text/secret-forms.ts";

// A key of YAML or JSON with its value on the same line. The sign between may be mistyped: a key in quotes
// may have any, and one without them a full-width colon or no blank.
const keyName = String.raw`[A-Za-z_][\w-]*`;
const pair = new RegExp(
  String.raw`(?:(?<!:\s{0,9})(["'])(${keyName})\1\s{0,9}[^\w\s"'}\]]?|(?<![\w-])(${keyName})\s{0,9}[:：])\s{0,9}(?=\S)`,
  "g",
);
// The first word of a line, and whatever sign stands behind it.
const lineStart = /^[^A-Za-z_]*([A-Za-z_][\w-]*)["'”’]?\s*(?:[^\w\s]\s*)?(?=\S)/;
const afterQuote = /\s*(?:$|[,}\]]|#)/y;
const plainEnd = /[,}\]]| #/g;
const nearName = /["']?\bname["']?\s{0,9}[:：=]\s{0,9}["']?([A-Za-z_]\w*)/g;
const nearLines = 2;
const nearText = 2000;
// A word in the place of the value of a list's entry, such as a mistyped "value".
const valueWord = /^v/i;
// A key whose value begins on the next line, and any line of a key.
const opener = /(?:^|[\s{,["'])([A-Za-z_][\w-]*)["']?\s{0,9}[:：=]\s*(?:[|>][-+\d]*\s*)?(?:#.*)?$/;
const keyLine = /^\s*(?:- +)?["']?[A-Za-z_][\w-]*["']?\s{0,9}:(?:\s|$)/;
const mostBlockLines = 200;
const keyBlock = /-----(BEGIN|END) [A-Z ]{0,40}PRIVATE KEY/g;

/**
 * The parts of a spec's line that look secret, also where its text is no YAML or JSON at all: tokens and
 * settings, and the value of a key whose name says so, on the same line or as a `name` beside its `value`.
 * @param lines the line and those around it, of which `index` is its place.
 * @param isSecret whether the line is secret as a whole.
 */
export function findLineSecrets(lines: readonly string[], index: number, isSecret = false): Span[] {
  const line = lines[index] ?? "";
  if (isSecret) return [{ start: line.search(/\S|$/), end: line.length }];
  const spans = findSecrets(line);
  const toName = createNamer(lines, index);
  let hiddenTo = 0;
  for (const { 0: whole, 2: quoted, 3: bare, index: at } of line.matchAll(pair)) {
    const name = toName(quoted ?? bare);
    const start = at + whole.length;
    // Hidden parts are not read again, so that many keys on a line cost no more than one.
    if (start < hiddenTo || !hasSecretName(name)) continue;
    const end = endOfValue(line, start);
    const text = line.slice(start, end).replaceAll(/^["']|["']$/g, "");
    if (!looksSecret(name, text) && !/^[[{|>*&!@`%]/.test(text)) continue;
    spans.push({ start, end });
    hiddenTo = end;
  }
  const slip = findSlip(line, toName);
  return merge(slip === undefined ? spans : [...spans, slip]);
}

/** What stands behind the name of a secret at the start of a line that is no pair of YAML or JSON. */
function findSlip(line: string, toName: (key?: string) => string): Span | undefined {
  const [whole = "", key] = lineStart.exec(line) ?? [];
  const start = whole.length;
  const isSound = /:\s+$|["']\s*:$/.test(whole) || /^[$<{]/.test(line.slice(start));
  return !isSound && hasSecretName(toName(key)) ? { start, end: line.length } : undefined;
}

/** A message about a place of a text with `***` for every word that is a secret's on the line of the place. */
export function withoutLineSecrets(message: string, text: string, offset: number): string {
  const from = Math.max(0, offset - nearText);
  const before = text.slice(from, offset).split("\n");
  const lines = text.slice(from, offset + nearText).split("\n");
  const at = before.length - 1;
  const near = lines.slice(Math.max(0, at - nearLines), at + nearLines + 1);
  const index = Math.min(at, nearLines);
  const hidden = findLineSecrets(near, index).flatMap(({ start, end }) =>
    near[index]!.slice(start, end).split(/[\s"'!*&,[\]{}]+/),
  );
  const words = hidden.filter((word) => word.length >= 3 && message.includes(word));
  // A shorter one is in many a word of the message itself.
  return words.reduce((shown, word) => shown.replaceAll(word, () => "***"), message);
}

/** Whether a line stands in a value of several lines that is secret: a private key, or that of such a name. */
export function isInSecret(lines: readonly string[], index: number): boolean {
  const before = lines.slice(0, index);
  if ([...before.join("\n").matchAll(keyBlock)].at(-1)?.[1] === "BEGIN") return true;
  if (keyLine.test(lines[index] ?? "")) return false;
  const least = Math.max(0, index - mostBlockLines);
  for (let at = index - 1; at >= least; at--) {
    const key = opener.exec(before[at]!)?.[1];
    if (key !== undefined) return hasSecretName(createNamer(lines, at)(key));
    if (keyLine.test(before[at]!)) return false;
  }
  return false;
}

/** Gives the name that says what the value of a key is: that of the entry, where the key is its "value". */
function createNamer(lines: readonly string[], index: number): (key?: string) => string {
  const nameOfValue = nearSecretName(lines, index);
  const entry = nameOfValue === undefined ? undefined : entryColumn(lines, index);
  const isEntry = entry !== undefined && columnOfKey(lines[index] ?? "") === entry;
  return (key = "") =>
    key !== "name" && (isEntry || valueWord.test(key)) ? (nameOfValue ?? key) : key;
}

/** Where the `name` of a secret stands on a line near by, which is where the other keys of its entry stand. */
function entryColumn(lines: readonly string[], index: number): number | undefined {
  const near = [index - 1, index + 1].map((at) => lines[at] ?? "");
  const line = near.find((each) =>
    [...each.matchAll(nearName)].some(([, name = ""]) => hasSecretName(name)),
  );
  return line === undefined ? undefined : columnOfKey(line);
}

function columnOfKey(line: string): number {
  return /^[ -]*/.exec(line)?.[0].length ?? 0;
}

/** The name of a secret on a line near by, whose value may stand on this one. */
function nearSecretName(lines: readonly string[], index: number): string | undefined {
  const near = lines.slice(Math.max(0, index - nearLines), index + nearLines + 1);
  const names = near.flatMap((line) => [...line.matchAll(nearName)].map(([, name = ""]) => name));
  const secret = names.filter(hasSecretName);
  // More is hidden of a password than of a key.
  return secret.find((name) => looksSecret(name, "word")) ?? secret[0];
}

/** Where a value ends on its line: after its quotes or brackets, before a comma, a bracket or a comment. */
function endOfValue(line: string, start: number): number {
  const first = line.charAt(start);
  if (first === "[" || first === "{") return line.length;
  if (first === '"' || first === "'") {
    const end = line.indexOf(first, start + 1);
    // A quote in the middle of a word ends nothing.
    afterQuote.lastIndex = end + 1;
    return end < 0 || !afterQuote.test(line) ? line.length : end + 1;
  }
  plainEnd.lastIndex = start;
  const end = plainEnd.exec(line)?.index ?? line.length;
  return start + line.slice(start, end).trimEnd().length;
}
