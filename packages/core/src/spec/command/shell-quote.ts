import { wordSet } from "../../text/text.ts";

// Words that POSIX sh takes as its own grammar when they stand first.
const reserved = wordSet(
  "! { } case do done elif else esac fi for if in then until while [[ ]] function select",
);

/**
 * Joins arguments to one command line that a POSIX sh splits into the very same arguments:
 * nothing in them is expanded.
 */
export function quoteCommand(argv: readonly string[]): string {
  const isName = (word: string) => /^[\w@+:,./-]+$/.test(word) && !reserved.has(word);
  return argv
    .map((word, index) => (index > 0 || isName(word) ? quoteArgument(word) : quote(word)))
    .join(" ");
}

/** A word as an argument of a command: quoted where that is needed. */
export function quoteArgument(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : quote(word);
}

function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
