import { stripVTControlCharacters } from "node:util";
import { fit, widthOf } from "../text/width.ts";

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
