import stringWidth from "string-width";

/** Columns that a text takes in a terminal; wide characters take two, escape sequences none. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/** The text within `width` columns: whole, or cut before the first character that does not fit. */
export function fit(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const room = width - 1;
  let [kept, used] = ["", 0];
  for (const { segment } of new Intl.Segmenter().segment(text)) {
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
  for (const { segment, index } of new Intl.Segmenter().segment(text)) {
    used += widthOf(segment);
    if (used > width) break;
    end = index + segment.length;
    if (segment === " ") blank = end;
  }
  // At least one character, or the text would never get shorter.
  const least = end || [...text][0]!.length;
  return text.slice(0, text[least] === " " || blank < least / 2 ? least : blank);
}
