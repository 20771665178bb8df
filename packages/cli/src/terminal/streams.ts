/** An output stream: a terminal, a file or a pipe. */
export interface Output {
  readonly isTTY: boolean;
  /** The stream of a terminal. */
  readonly terminal: NodeJS.WriteStream | undefined;
  write(text: string): void;
  /** Whether its reader is gone, as after `| head -1`: nothing more is written. */
  isGone?(): boolean;
  /** Resolves once a slow reader has taken what was written. */
  drain?(): Promise<void>;
}

/** Columns for lines on this stream; a pipe has no end of the line. */
export function columnsOf({ terminal }: Output): number {
  return terminal ? terminal.columns || 80 : Infinity;
}
