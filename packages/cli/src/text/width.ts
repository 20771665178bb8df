import { eastAsianWidth } from "get-east-asian-width";
import { stripVTControlCharacters } from "node:util";

// Characters of one column (ASCII, Latin, dashes and quotes, lines and blocks) and of two (Chinese). They cover
// all texts of this program: only others need the emoji tables of string-width, which are slow to load.
const plain =
  /^[ -~\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2500-\u25a0\u3001-\u3029\u4e00-\u9fff\uff01-\uff60]*$/;
const wide = /[\u3001-\u3029\u4e00-\u9fff\uff01-\uff60]/g;

/** Columns that a text takes in a terminal; wide characters take two, escape sequences none. */
export function widthOf(text: string): number {
  const shown = text.includes("\u001b") ? stripVTControlCharacters(text) : text;
  if (plain.test(shown)) return shown.length + (shown.match(wide)?.length ?? 0);
  let width = 0;
  for (const { segment } of clustersOf(shown)) width += widthOfCluster(segment);
  return width;
}

let segmenter: Intl.Segmenter | undefined;

/** The characters of a text as a reader counts them. */
function clustersOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter();
  return segmenter.segment(text);
}

/** Columns of one such character. */
function widthOfCluster(cluster: string): number {
  if (/^[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Mn}\p{Me}\p{Cs}]*$/u.test(cluster))
    return 0;
  if (/\p{Emoji_Presentation}|\p{Emoji}\ufe0f/u.test(cluster)) return 2;
  return eastAsianWidth(cluster.codePointAt(0) ?? 0);
}

/** The text within `width` columns: whole, or cut before the first character that does not fit. */
export function fit(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const room = width - 1;
  let [kept, used] = ["", 0];
  for (const { segment } of clustersOf(text)) {
    used += widthOf(segment);
    if (used > room) break;
    kept += segment;
  }
  return width < 1 ? "" : `${kept}…`;
}

/** The text with spaces up to `width` columns, after it or before it. */
export function pad(text: string, width: number, side: "end" | "start" = "end"): string {
  const blanks = " ".repeat(Math.max(0, width - widthOf(text)));
  return side === "end" ? text + blanks : blanks + text;
}

/** Breaks a text into at most `most` lines of `width` columns, between words where it can. */
export function wrap(text: string, width: number, most: number): string[] {
  const lines: string[] = [];
  let rest = text.trim();
  while (rest !== "" && lines.length < most - 1 && widthOf(rest) > width) {
    const line = firstLine(rest, width);
    lines.push(line.trimEnd());
    rest = rest.slice(line.length).trimStart();
  }
  return rest === "" ? lines : [...lines, fit(rest, width)];
}

function firstLine(text: string, width: number): string {
  let [end, used, blank] = [0, 0, 0];
  for (const { segment, index } of clustersOf(text)) {
    used += widthOf(segment);
    if (used > width) break;
    end = index + segment.length;
    if (segment === " ") blank = end;
  }
  // At least one character is cut off, or the loop would never end.
  const least = end || [...text][0]!.length;
  return text.slice(0, text[least] === " " || blank < least / 2 ? least : blank);
}

const [opening, closing] = ["（“", "，；：）”！？…"];
// A line may end after a word, a Chinese character or a command in backticks, each with its punctuation.
const notInWord = String.raw`\s\u2e80-\u9fff\uff00-\uff60\u201c\u201d`;
const unbroken = new RegExp(
  String.raw`(?<!\s)\s*[${opening}]*(?:[^\x60${notInWord}]*\x60[^\x60]*\x60[^${notInWord}]*|[^${notInWord}]+|\S)[\u3001-\u3003${closing}]*`,
  "g",
);

/**
 * Breaks a line of prose at `width` columns and indents the lines after the first by `hang`. Words and
 * commands stay whole, also where they are too long, so that they can be copied.
 */
export function fold(text: string, width: number, hang = 0): string {
  if (widthOf(text) <= width) return text;
  const lines: string[] = [];
  let line = "";
  for (const [part] of text.matchAll(unbroken)) {
    if (line.trim() !== "" && widthOf(line + part) > width) {
      lines.push(line);
      line = " ".repeat(hang) + part.trimStart();
    } else line += part;
  }
  return [...lines, line].join("\n");
}

/** Puts short pieces side by side, on as many lines as they need. Pieces may hold colours if they fit. */
export function packLines(pieces: readonly string[], gap: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const piece of pieces.filter((each) => each !== "")) {
    const longer = line === "" ? piece : line + gap + piece;
    if (widthOf(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    // A cut inside an escape sequence would leave its colour on.
    line = widthOf(piece) <= width ? piece : fit(stripVTControlCharacters(piece), width);
  }
  return line === "" ? lines : [...lines, line];
}
