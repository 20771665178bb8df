/**
 * A shell command with all that is quoted, escaped, a comment or the body of a here-document replaced by
 * `_`, except expansions in double quotes, which the shell still reads. Offsets stay the same.
 */
export function maskQuoted(command: string): string {
  let masked = "";
  let rest = maskHereDocuments(command);
  while (rest !== "") {
    const piece = nextPiece(rest, masked);
    masked += piece.shown;
    rest = rest.slice(piece.length);
  }
  return masked;
}

interface Piece {
  length: number;
  shown: string;
}

function nextPiece(rest: string, before: string): Piece {
  const quoted = /^\\[\s\S]|^'[^']*(?:'|$)/.exec(rest)?.[0];
  if (quoted !== undefined) return { length: quoted.length, shown: "_".repeat(quoted.length) };
  const text = /^"(?:\\[\s\S]|[^"\\])*(?:"|$)/.exec(rest)?.[0];
  if (text !== undefined) return { length: text.length, shown: keepExpansions(text) };
  const isWordStart = /^[\s;&|()]?$/.test(before.slice(-1));
  const comment = isWordStart ? /^#[^\n]*/.exec(rest)?.[0] : undefined;
  if (comment !== undefined) return { length: comment.length, shown: "_".repeat(comment.length) };
  return { length: 1, shown: rest.charAt(0) };
}

function keepExpansions(text: string): string {
  const parts = text.split(/((?<!\\)\$\{[^}\s]*\})/);
  return parts.map((part, index) => (index % 2 ? part : "_".repeat(part.length))).join("");
}

function maskHereDocuments(command: string): string {
  const form = /(?<!<)(<<-?\s*(['"]?)(\w+)\2[^\n]*\n)([\s\S]*?)(?=\n[\t ]*\3(?:\n|$)|$)/g;
  return command.replaceAll(form, (_all, head: string, _quote, _word, body: string) => {
    return head + body.replaceAll(/[^\n]/g, "_");
  });
}
