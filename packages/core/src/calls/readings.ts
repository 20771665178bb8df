// JSON in a text in JSON, of a URL.
const deepest = 3;
// Characters in all readings: a text of nothing but escapes has many.
const mostRead = 16 * 1024 * 1024;

/** A text and its decodings as JSON, a URL, a form or HTML, nested ones too. */
export function readings(text: string): Set<string> {
  const found = new Set([text]);
  let length = text.length;
  let last = [text];
  for (let depth = 0; depth < deepest; depth++) {
    const next: string[] = [];
    for (const each of last) {
      for (const read of [readJson, readUrl, readForm, readHtml]) {
        const said = length > mostRead ? text : read(each);
        if (found.has(said)) continue;
        found.add(said);
        next.push(said);
        length += said.length;
      }
    }
    last = next;
  }
  return found;
}

const jsonEscapes: Readonly<Record<string, string>> = {
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

function readJson(text: string): string {
  return text.replaceAll(
    /\\(?:u([\da-fA-F]{4})|x([\da-fA-F]{2})|([\\/"'bfnrt]))/g,
    (_escape, long?: string, short?: string, char = "") =>
      char === ""
        ? String.fromCharCode(Number.parseInt(long ?? short ?? "", 16))
        : (jsonEscapes[char] ?? char),
  );
}

const decoder = new TextDecoder();

function readUrl(text: string): string {
  return text.replaceAll(/(?:%[\da-f]{2})+/gi, (bytes) =>
    decoder.decode(Uint8Array.from(bytes.slice(1).split("%"), (hex) => Number.parseInt(hex, 16))),
  );
}

/** As a URL, but with a plus for a blank. */
function readForm(text: string): string {
  return readUrl(text.replaceAll("+", " "));
}

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

function readHtml(text: string): string {
  return text.replaceAll(
    /&(?:#x([\da-f]{1,7})|#(\d{1,8})|(amp|lt|gt|quot|apos));/gi,
    (escape: string, hex?: string, decimal?: string, name = "") => {
      if (name !== "") return entities[name.toLowerCase()] ?? escape;
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : escape;
    },
  );
}
