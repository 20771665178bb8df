import { LogLines } from "./log-lines.ts";
import type { LogSource } from "./source.ts";

const chunkBytes = 1024 * 1024;
const blockBytes = 64 * 1024;
// How much of a log's end may hold the lines that are asked for: many lines may take more.
const mostSearched = 64 * 1024 * 1024;
const bytesOfLine = 16 * 1024;
// In a row, that end neither a line nor a state of a progress bar, such as those of a hole.
const mostEndlessBlocks = 16;

/** One log, read from a place on. */
export class LogReader {
  readonly #source: LogSource;
  readonly #file: string;
  /** What has been read. */
  readonly lines = new LogLines();
  #at: number;

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
      const lines = this.lines.push(bytes);
      if (lines.length > 0) yield lines;
    }
  }
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
  const least = Math.max(0, size - Math.max(mostSearched, count * bytesOfLine));
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
