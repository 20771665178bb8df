// Words that POSIX sh takes as its own grammar when they stand first.
const reserved = new Set(
  "! { } case do done elif else esac fi for if in then until while [[ ]] function select".split(
    " ",
  ),
);

/**
 * Joins arguments to one command line that a POSIX sh splits into the very same arguments:
 * nothing in them is expanded.
 */
export function quoteCommand(argv: readonly string[]): string {
  return argv.map((word, index) => (isPlain(word, index) ? word : quoteWord(word))).join(" ");
}

function isPlain(word: string, index: number): boolean {
  if (index > 0) return /^[\w@%+=:,./-]+$/.test(word);
  return /^[\w@+:,./-]+$/.test(word) && !reserved.has(word);
}

function quoteWord(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
