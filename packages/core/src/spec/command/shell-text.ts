/** The most of a command that is checked. */
export const longestRead = 65_536;

/** A shell command as its shell reads it. */
export interface ShellText {
  readonly command: string;
  /**
   * What is read of it with all that is quoted, escaped, a comment or the body of a here-document replaced by `_`,
   * except expansions in double quotes, which the shell still reads. Offsets stay the same.
   */
  readonly masked: string;
  /** The offsets of the backslashes that are signs of the shell. */
  readonly escapes: readonly number[];
  /** The offset of a quote that is never closed. */
  readonly openQuote: number | undefined;
  /** The first here-document that no line ends. */
  readonly openDocument: HereDocument | undefined;
}

/** A here-document that a command begins, and the line that ends it. */
interface HereDocument {
  readonly offset: number;
  readonly end: string;
  /** Whether that line may begin with tabs, as behind `<<-`. */
  readonly isIndented: boolean;
}

/** A word of a masked command, and whether it stands where a command's name would. */
export interface ShellWord {
  readonly word: string;
  readonly index: number;
  readonly isCommand: boolean;
}

const openers = new Set(["then", "do", "else", "elif", "if", "while", "until", "time", "!"]);

/** The words and signs of a masked command, in one pass. */
export function toShellWords(masked: string): ShellWord[] {
  let isCommand = true;
  return Array.from(masked.matchAll(/[\n;&|(){}]|[^\s;&|(){}]+/g), ({ 0: word, index }) => {
    const found = { word, index, isCommand };
    isCommand = /^[\n;&|(){}]$/.test(word) || (isCommand && openers.has(word));
    return found;
  });
}

/** Reads a command, or the start of a long one. */
export function readShellText(whole: string, most = whole.length): ShellText {
  const command = whole.slice(0, most);
  const shown: string[] = [];
  const escapes: number[] = [];
  let openQuote: number | undefined;
  let openDocument: HereDocument | undefined;
  let documents: HereDocument[] = [];
  let before = "";
  for (let at = 0; at < command.length;) {
    const end = endOfPiece(command, at, before);
    const piece = command.slice(at, end);
    const first = piece.charAt(0);
    if (end > command.length) openQuote = at;
    if (first === "\\") escapes.push(at);
    const masked =
      first === '"' ? keepExpansions(piece) : piece.length > 1 ? "_".repeat(piece.length) : piece;
    shown.push(masked);
    before = masked.slice(-1);
    at = end;
    const document = masked === "<" ? documentAt(command, at, shown) : undefined;
    if (document !== undefined) documents.push(document);
    if (masked !== "\n" || documents.length === 0) continue;
    const body = endOfDocuments(command, at, documents);
    openDocument ??= body.open;
    documents = [];
    shown.push(command.slice(at, body.end).replaceAll(/[^\n]/g, "_"));
    at = body.end;
  }
  openDocument ??= documents[0];
  return { command: whole, masked: shown.join(""), escapes, openQuote, openDocument };
}

/**
 * Where the piece that begins at an offset ends: a quoted, escaped or commented part, or one character. A quote that
 * is never closed ends behind the command.
 */
function endOfPiece(command: string, at: number, before: string): number {
  const char = command.charAt(at);
  if (char === "\\") return Math.min(command.length, at + 2);
  if (char === "'") {
    const end = command.indexOf("'", at + 1);
    return (end < 0 ? command.length : end) + 1;
  }
  if (char === '"') return endOfText(command, at + 1);
  if (char === "#" && /^[\s;&|()]?$/.test(before)) {
    const end = command.indexOf("\n", at);
    return end < 0 ? command.length : end;
  }
  return at + 1;
}

function endOfText(command: string, from: number): number {
  for (let at = from; at < command.length; at += 1) {
    if (command.charAt(at) === "\\") at += 1;
    else if (command.charAt(at) === '"') return at + 1;
  }
  return command.length + 1;
}

function keepExpansions(text: string): string {
  const parts = text.split(/((?<!\\)\$\{[^}\s$]*\})/);
  return parts.map((part, index) => (index % 2 ? part : "_".repeat(part.length))).join("");
}

const documentStart =
  /<(-?)[ \t]*(?:'([^'\n]+)'|"([^"\n\\$`]+)"|\\?([^\s;&|<>()'"`\\$]+))(?=[\s;&|<>()]|$)/y;

/**
 * The here-document that begins where the second `<` of its sign stands at an offset.
 * @param shown the command up to there, masked.
 */
function documentAt(
  command: string,
  at: number,
  shown: readonly string[],
): HereDocument | undefined {
  const isArrow = command.charAt(at - 2) === "<";
  if (isArrow || isArithmetic(shown.slice(-200).join("").slice(-200))) return undefined;
  documentStart.lastIndex = at;
  const [, dash, single, double, bare] = documentStart.exec(command) ?? [];
  const end = single ?? double ?? bare;
  return end === undefined ? undefined : { offset: at - 1, end, isIndented: dash === "-" };
}

/** Whether `<<` behind a text shifts bits. */
function isArithmetic(before: string): boolean {
  return before.lastIndexOf("((") > before.lastIndexOf("))");
}

/** Where the bodies of here-documents end that begin at an offset, and which of them does not end. */
function endOfDocuments(
  command: string,
  from: number,
  documents: readonly HereDocument[],
): { end: number; open?: HereDocument } {
  let at = from;
  for (const document of documents) {
    for (;;) {
      if (at > command.length) return { end: command.length, open: document };
      const found = command.indexOf("\n", at);
      const end = found < 0 ? command.length : found;
      const line = command.slice(at, end).replace(/\r$/, "");
      at = end + 1;
      if ((document.isIndented ? line.replace(/^\t+/, "") : line) === document.end) break;
    }
  }
  return { end: at - 1 };
}
