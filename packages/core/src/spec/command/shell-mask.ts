// Longer commands are not checked.
const longest = 65_536;

/**
 * A shell command with all that is quoted, escaped, a comment or the body of a here-document replaced by
 * `_`, except expansions in double quotes, which the shell still reads. Offsets stay the same.
 */
export function maskQuoted(command: string): string {
  return scan(command).masked;
}

/** {@link maskQuoted} of the part of a command that is checked. */
export function maskStart(command: string): string {
  return maskQuoted(command.slice(0, longest));
}

/** The offset of a quote that is never closed. */
export function findOpenQuote(command: string): number | undefined {
  // An open quote includes the line break behind the command.
  return scan(`${command}\n`).openQuote;
}

/** A here-document that a command begins, and the line that ends it. */
interface HereDocument {
  readonly offset: number;
  readonly end: string;
  /** Whether that line may begin with tabs, as behind `<<-`. */
  readonly isIndented: boolean;
}

/** The first here-document that no line ends. Beside an open quote, one may be a text that was not seen as such. */
export function findOpenDocument(command: string): HereDocument | undefined {
  if (command.length > longest) return undefined;
  const { openQuote, openDocument } = scan(`${command}\n`);
  return openQuote === undefined ? openDocument : undefined;
}

const blankLineEnd = /\\(?:(?![\r\n])[\s\u200b])+\r?\n/y;
// Lines that are empty or a comment, and an option below them.
const cutLineEnd = /\\\n(?:[ \t]*(?:#[^\n]*)?\n)+[ \t]*-/y;

/** The offset of a backslash that a blank keeps from joining its line with the next. */
export function findBlankAfterBackslash(command: string): number | undefined {
  return findBackslash(command, blankLineEnd);
}

/** The offset of a backslash that joins its line with an empty one or a comment, which ends the command. */
export function findCutContinuation(command: string): number | undefined {
  return findBackslash(command, cutLineEnd);
}

/** A backslash that is a sign of the shell and begins a text of this form. */
function findBackslash(command: string, form: RegExp): number | undefined {
  const text = command.slice(0, longest);
  return scan(text).escapes.find((offset) => {
    form.lastIndex = offset;
    return form.test(text);
  });
}

/** A word of a masked command, and whether it stands where a command's name would. */
export interface ShellWord {
  readonly word: string;
  readonly index: number;
  readonly isCommand: boolean;
}

const openers = new Set(["then", "do", "else", "elif", "if", "while", "until", "time", "!"]);

/** The words and signs of a command that went through `maskQuoted`, in one pass. */
export function toShellWords(masked: string): ShellWord[] {
  let isCommand = true;
  return Array.from(masked.matchAll(/[\n;&|(){}]|[^\s;&|(){}]+/g), ({ 0: word, index }) => {
    const found = { word, index, isCommand };
    isCommand = /^[\n;&|(){}]$/.test(word) || (isCommand && openers.has(word));
    return found;
  });
}

interface Scan {
  masked: string;
  openQuote: number | undefined;
  openDocument: HereDocument | undefined;
  /** The offsets of the backslashes that are signs of the shell. */
  escapes: number[];
}

function scan(command: string): Scan {
  const shown: string[] = [];
  const result: Scan = { masked: "", openQuote: undefined, openDocument: undefined, escapes: [] };
  let documents: HereDocument[] = [];
  let before = "";
  for (let at = 0; at < command.length;) {
    const end = endOfPiece(command, at, before);
    const piece = command.slice(at, end);
    const first = piece.charAt(0);
    const isQuote = first === '"' || first === "'";
    if (isQuote && end === command.length && piece.endsWith("\n")) result.openQuote = at;
    if (first === "\\") result.escapes.push(at);
    const masked =
      first === '"' ? keepExpansions(piece) : end - at > 1 ? "_".repeat(end - at) : piece;
    shown.push(masked);
    before = masked.slice(-1);
    at = end;
    const document = masked === "<" ? documentAt(command, at, shown) : undefined;
    if (document !== undefined) documents.push(document);
    if (masked !== "\n" || documents.length === 0) continue;
    const body = endOfDocuments(command, at, documents);
    result.openDocument ??= body.open;
    documents = [];
    shown.push(command.slice(at, body.end).replaceAll(/[^\n]/g, "_"));
    at = body.end;
  }
  result.openDocument ??= documents[0];
  return { ...result, masked: shown.join("") };
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
