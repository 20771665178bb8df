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

/** The character of an escape and where it ends; `undefined` where there is none. */
type ReadEscape = (at: number) => readonly [said: string, end: number] | undefined;

/** Goes through a text once, whatever is in it. */
function readEscapes(text: string, mark: string, read: ReadEscape): string {
  const pieces: string[] = [];
  let from = 0;
  for (let at = text.indexOf(mark); at >= 0;) {
    const escape = read(at);
    if (escape === undefined) {
      at = text.indexOf(mark, at + 1);
      continue;
    }
    pieces.push(text.slice(from, at), escape[0]);
    from = escape[1];
    at = text.indexOf(mark, from);
  }
  return from === 0 ? text : pieces.join("") + text.slice(from);
}

const jsonEscapes: Readonly<Record<string, string>> = {
  "\\": "\\",
  "/": "/",
  '"': '"',
  "'": "'",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

function readJson(text: string): string {
  return readEscapes(text, "\\", (at) => {
    const kind = text.charAt(at + 1);
    const said = jsonEscapes[kind];
    if (said !== undefined) return [said, at + 2];
    const end = at + 2 + (kind === "u" ? 4 : 2);
    const code = kind === "u" || kind === "x" ? readHex(text, at + 2, end) : undefined;
    return code === undefined ? undefined : [String.fromCharCode(code), end];
  });
}

const decoder = new TextDecoder();

function readUrl(text: string): string {
  return readEscapes(text, "%", (at) => {
    const bytes: number[] = [];
    let end = at;
    while (text.charAt(end) === "%") {
      const byte = readHex(text, end + 1, end + 3);
      if (byte === undefined) break;
      bytes.push(byte);
      end += 3;
    }
    return bytes.length === 0 ? undefined : [decoder.decode(Uint8Array.from(bytes)), end];
  });
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
const longestEntity = 10;

function readHtml(text: string): string {
  return readEscapes(text, "&", (at) => {
    const end = text.slice(at, at + longestEntity + 1).indexOf(";") + at + 1;
    if (end === at) return undefined;
    const name = text.slice(at + 1, end - 1).toLowerCase();
    const said = name.startsWith("#") ? fromNumber(name.slice(1)) : entities[name];
    return said === undefined ? undefined : [said, end];
  });
}

function fromNumber(number: string): string | undefined {
  const isHex = number.startsWith("x");
  if (!(isHex ? /^x[0-9a-f]+$/ : /^\d+$/).test(number)) return undefined;
  const code = Number.parseInt(isHex ? number.slice(1) : number, isHex ? 16 : 10);
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

function readHex(text: string, from: number, end: number): number | undefined {
  if (end > text.length) return undefined;
  let value = 0;
  for (let at = from; at < end; at++) {
    const digit = "0123456789abcdef".indexOf(text.charAt(at).toLowerCase());
    if (digit < 0) return undefined;
    value = value * 16 + digit;
  }
  return value;
}
