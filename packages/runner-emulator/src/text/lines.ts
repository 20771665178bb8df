/** Which pipe of the action a line came from. */
export type StreamName = "stdout" | "stderr";

const LINE = /([^\r\n]*)(\r\n|\n|\r)/g;

/**
 * Turns the bytes of one pipe into lines, as the runner's reader does: `\r\n`, `\n` and a bare `\r` end a line, a byte order mark at
 * the start is dropped, broken UTF-8 becomes U+FFFD (README 7).
 */
export function createLineSplitter() {
  const decoder = new TextDecoder("utf-8");
  let rest = "";

  const takeLines = (isLast: boolean): string[] => {
    const lines: string[] = [];
    let taken = 0;
    for (const match of rest.matchAll(LINE)) {
      const end = match.index + match[0].length;
      // A `\r` at the end of a chunk may be the first half of `\r\n`.
      if (match[2] === "\r" && end === rest.length && !isLast) break;
      lines.push(match[1] ?? "");
      taken = end;
    }
    rest = rest.slice(taken);
    return lines;
  };

  return {
    /** Adds bytes, returns the lines they complete. */
    push(bytes: Uint8Array): string[] {
      rest += decoder.decode(bytes, { stream: true });
      return takeLines(false);
    },
    /** Ends the stream, returns a last line without a line end, if there is one. */
    end(): string[] {
      rest += decoder.decode();
      const lines = takeLines(true);
      if (rest !== "") lines.push(rest);
      rest = "";
      return lines;
    },
  };
}

/** The lines of a whole text, split as {@link createLineSplitter} does. */
export function splitLines(text: string): string[] {
  const splitter = createLineSplitter();
  return [...splitter.push(new TextEncoder().encode(text)), ...splitter.end()];
}
