import { visibleText } from "../text/text.ts";

const longest = 16 * 1024;

/** Makes lines of the bytes of a log, safe to print: nothing in them moves or colours a terminal. */
export class LogLines {
  readonly #decoder = new TextDecoder();
  #pending = "";

  /** The lines that the next bytes of the log end. */
  push(bytes: Uint8Array): string[] {
    const parts = (this.#pending + this.#decoder.decode(bytes, { stream: true })).split("\n");
    const last = parts.pop() ?? "";
    const lines = parts.map(toLine);
    // A progress bar without an end is kept at its last state.
    const at = last.lastIndexOf("\r", last.length - 2);
    this.#pending = last.length > longest && at > 0 ? last.slice(at) : last;
    while (this.#pending.length > longest) {
      lines.push(toLine(this.#pending.slice(0, longest)));
      this.#pending = this.#pending.slice(longest);
    }
    return lines;
  }

  /** The last state of a progress bar that no newline ends; none without one. */
  progress(): string | undefined {
    return this.#pending.includes("\r") ? this.rest() : undefined;
  }

  /** The line that no newline ends, as it stands now. */
  rest(): string {
    return toLine(this.#pending);
  }
}

/** A line as a terminal would show it at its end: what a carriage return overwrote is left out. */
function toLine(raw: string): string {
  if (/^[\t\x20-\x7e]*$/.test(raw)) return raw;
  const states = raw.includes("\r") ? raw.split("\r").filter((state) => state !== "") : [raw];
  // An import of node:util in an ES module loads worker_threads.
  const { stripVTControlCharacters } = process.getBuiltinModule("node:util");
  const shown = stripVTControlCharacters(states.at(-1) ?? "");
  return shown.split("\t").map(visibleText).join("\t");
}
