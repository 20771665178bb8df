/** An output stream: a terminal, a file or a pipe. */
export interface Output {
  readonly isTTY: boolean;
  /** The stream of a terminal. */
  readonly terminal: NodeJS.WriteStream | undefined;
  write(text: string): void;
}

/** Columns for lines on this stream; a pipe has no end of the line. */
export function columnsOf({ terminal }: Output): number {
  return terminal ? terminal.columns || 80 : Infinity;
}
