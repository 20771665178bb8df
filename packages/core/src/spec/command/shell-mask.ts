/**
 * A shell command with all that is quoted, escaped, a comment or the body of a here-document replaced by
 * `_`, except expansions in double quotes, which the shell still reads. Offsets stay the same.
 */
export function maskQuoted(command: string): string {
  return scan(command).masked;
}

/** The offset of a quote that is never closed. */
export function findOpenQuote(command: string): number | undefined {
  // An open quote includes the line break behind the command.
  return scan(`${command}\n`).open;
}

function scan(command: string): { masked: string; open: number | undefined } {
  let open: number | undefined;
  const shown: string[] = [];
  let delimiters: string[] = [];
  let before = "";
  for (let at = 0; at < command.length;) {
    const end = endOfPiece(command, at, before);
    const piece = command.slice(at, end);
    const isText = command.charAt(at) === '"';
    const isQuote = isText || command.charAt(at) === "'";
    if (isQuote && end === command.length && piece.endsWith("\n")) open = at;
    const masked = isText ? keepExpansions(piece) : end - at > 1 ? "_".repeat(end - at) : piece;
    shown.push(masked);
    before = masked.slice(-1);
    at = end;
    const delimiter = masked === "<" ? delimiterAt(command, at) : undefined;
    if (delimiter !== undefined) delimiters.push(delimiter);
    if (masked !== "\n" || delimiters.length === 0) continue;
    const body = endOfDocuments(command, at, delimiters);
    delimiters = [];
    shown.push(command.slice(at, body).replaceAll(/[^\n]/g, "_"));
    at = body;
  }
  return { masked: shown.join(""), open };
}

/** Where the piece that begins at an offset ends: a quoted, escaped or commented part, or one character. */
function endOfPiece(command: string, at: number, before: string): number {
  const char = command.charAt(at);
  if (char === "\\") return Math.min(command.length, at + 2);
  if (char === "'") return endAfter(command, command.indexOf("'", at + 1));
  if (char === '"') return endOfText(command, at + 1);
  if (char === "#" && /^[\s;&|()]?$/.test(before)) {
    const end = command.indexOf("\n", at);
    return end < 0 ? command.length : end;
  }
  return at + 1;
}

function endAfter(command: string, found: number): number {
  return found < 0 ? command.length : found + 1;
}

function endOfText(command: string, from: number): number {
  for (let at = from; at < command.length; at += 1) {
    if (command.charAt(at) === "\\") at += 1;
    else if (command.charAt(at) === '"') return at + 1;
  }
  return command.length;
}

function keepExpansions(text: string): string {
  const parts = text.split(/((?<!\\)\$\{[^}\s$]*\})/);
  return parts.map((part, index) => (index % 2 ? part : "_".repeat(part.length))).join("");
}

const documentStart = /<-?[ \t]*(['"]?)(\w+)\1/y;

/** The word that ends a here-document, where the second `<` of one stands at an offset. */
function delimiterAt(command: string, at: number): string | undefined {
  if (command.charAt(at - 2) === "<") return undefined;
  documentStart.lastIndex = at;
  return documentStart.exec(command)?.[2];
}

function endOfDocuments(command: string, from: number, delimiters: readonly string[]): number {
  let at = from;
  for (const delimiter of delimiters) {
    for (;;) {
      const end = command.indexOf("\n", at);
      if (end < 0) return command.length;
      const line = command.slice(at, end).replace(/^[\t ]+/, "");
      at = end + 1;
      if (line === delimiter) break;
    }
  }
  return at - 1;
}
