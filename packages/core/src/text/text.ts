// Controls (C0, C1, DEL), format characters (bidirectional overrides and isolates, zero-width characters,
// tags, BOM), line and paragraph separators, lone surrogates: all that can move a terminal or hide text.
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|\p{Surrogate}/gu;

const names: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * Escapes untrusted text for one line of a terminal or a log: what could move the cursor, colour,
 * hide or reorder text is written visibly, such as `\n`, `\x1b`, `\u202e`.
 */
export function visibleText(text: string): string {
  return text.replace(unsafe, (char) => names[char] ?? escapeChar(char));
}

function escapeChar(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code > 0xffff) return `\\u{${hex}}`;
  return code < 256 ? `\\x${hex.padStart(2, "0")}` : `\\u${hex.padStart(4, "0")}`;
}

/**
 * {@link visibleText}, cut at `length` characters (default 500) with a mark of how much is missing.
 * @param toShown escapes the text, where more is to be done.
 */
export function excerpt(text: string, length = 500, toShown = visibleText): string {
  const shown = toShown(cut(text, length * 2));
  if (shown.length <= length && text.length <= length * 2) return shown;
  return `${cut(shown, length)}… (${text.length} characters)`;
}

/** A character by its number: `U+00A0`. */
export function toCodePoint(character: string): string {
  return `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** The first `length` UTF-16 units of a text, without half a character at the end. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = /[\ud800-\udbff]/.test(text.charAt(length - 1)) ? length - 1 : length;
  return text.slice(0, end);
}

/** A set of words that are written with blanks between them. */
export function wordSet(words: string): Set<string> {
  return new Set(words.split(" "));
}

/** The candidate nearest to a mistyped word, if one is near enough to be meant. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Edits between two words: insert, delete, replace and swap of neighbours count one each. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let edits = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + cost);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) edits = Math.min(edits, before[j - 2]! + 1);
      row.push(edits);
    }
    [before, previous] = [previous, row];
  }
  return previous[b.length]!;
}

/** A number of things in English: `1 run`, `2 runs`. @param many the words for several. @default `one` with an s */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return count === 1 ? `1 ${one}` : `${count} ${many}`;
}

/** The SHA-256 of a text, in hex. */
export function sha256(text: string): string {
  // Loaded where it is first needed: most commands need none, and it takes a tenth of a start.
  const { createHash } = process.getBuiltinModule("node:crypto");
  return createHash("sha256").update(text).digest("hex");
}
