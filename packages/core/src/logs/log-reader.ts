import { visibleText } from "../text/text.ts";
import type { LogSource } from "./source.ts";

const chunkBytes = 1024 * 1024;
const blockBytes = 64 * 1024;
// How much of a log's end may hold the lines that are asked for: many lines may take more.
const mostSearched = 64 * 1024 * 1024;
const longestLine = 16 * 1024;
// In a row, that end neither a line nor a state of a progress bar, such as those of a hole.
const mostEndlessBlocks = 16;

/** The lines of one log from a place on, safe to print: nothing in them moves or colours a terminal. */
export class LogReader {
  readonly #source: LogSource;
  readonly #file: string;
  readonly #decoder = new TextDecoder();
  #at: number;
  #pending = "";
  #shown = "";
  #shownAt = -Infinity;

  constructor(source: LogSource, file: string, at: number) {
    this.#source = source;
    this.#file = file;
    this.#at = at;
  }

  async *read(size: number): AsyncGenerator<string[]> {
    while (this.#at < size) {
      const length = Math.min(chunkBytes, size - this.#at);
      const bytes = await this.#source.read(this.#file, this.#at, length);
      if (bytes.length === 0) return;
      this.#at += bytes.length;
      const lines = this.#split(bytes);
      if (lines.length > 0) yield lines;
    }
  }

  /** The lines that the next bytes end. */
  #split(bytes: Uint8Array): string[] {
    const parts = (this.#pending + this.#decoder.decode(bytes, { stream: true })).split("\n");
    const last = parts.pop() ?? "";
    const lines = parts.map(toLine);
    // A progress bar without an end is kept at its last state.
    const at = last.lastIndexOf("\r", last.length - 2);
    this.#pending = last.length > longestLine && at > 0 ? last.slice(at) : last;
    while (this.#pending.length > longestLine) {
      lines.push(toLine(this.#pending.slice(0, longestLine)));
      this.#pending = this.#pending.slice(longestLine);
    }
    return lines;
  }

  /** The line that no newline ends, unless it was shown as a state before. */
  rest(): string {
    const rest = toLine(this.#pending);
    return rest === this.#shown ? "" : rest;
  }

  /** The state of a progress bar that no newline ends, when it is another one than `everyMs` ago. */
  progress(everyMs: number): string | undefined {
    const state = this.#pending.includes("\r") ? this.rest() : "";
    const now = performance.now();
    if (state === "" || now - this.#shownAt < everyMs) return undefined;
    this.#shown = state;
    this.#shownAt = now;
    return state;
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

/** Where the last lines of a log begin; where that is too far from its end, a place nearer to it. */
export async function findTail(
  source: LogSource,
  file: string,
  size: number,
  count: number,
): Promise<number> {
  if (count === 0) return size;
  let left = count;
  let endless = 0;
  const least = Math.max(0, size - Math.max(mostSearched, count * longestLine));
  for (let end = size; end > least;) {
    const from = Math.max(least, end - blockBytes);
    const bytes = await source.read(file, from, end - from);
    endless = bytes.includes(10) || bytes.includes(13) ? 0 : endless + 1;
    if (endless === mostEndlessBlocks) return from;
    // The newline at the very end begins no line.
    let at = end === size ? bytes.length - 1 : bytes.length;
    while ((at = at > 0 ? bytes.lastIndexOf(10, at - 1) : -1) !== -1) {
      if (--left === 0) return from + at + 1;
    }
    end = from;
  }
  return least;
}
