import { stripVTControlCharacters } from "node:util";
import { fit, widthOf } from "./width.ts";

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
    // Cutting inside an escape sequence would leave its colour on.
    line = widthOf(piece) <= width ? piece : fit(stripVTControlCharacters(piece), width);
  }
  return line === "" ? lines : [...lines, line];
}
