import { Buffer } from "node:buffer";

/** The text the runner puts in place of a secret. */
export const MASK = "***";

type Range = { start: number; end: number };

/** Replaces registered values and their encoded forms, as the runner's secret masker does. */
export type Masker = ReturnType<typeof createMasker>;

export function createMasker() {
  const forms = new Set<string>();
  const add = (value: string): void => {
    for (const form of encodedForms(value)) forms.add(form);
  };
  return {
    /** Registers one value; an empty one is ignored. */
    add,
    /** Registers the data of an `add-mask` command: the whole and each of its lines, trimmed. */
    addWithLines(data: string): void {
      add(data);
      for (const line of data.split(/[\r\n]/)) add(line.trim());
    },
    /** The text with every registered form replaced; touching hits become one `***`. */
    mask: (text: string): string => replaceRanges(text, findAll(text, forms)),
  };
}

/**
 * A value and every form the runner masks with it: base64 of it and of it without its first one or
 * two bytes, command line, expression, JSON, URI and XML escapes, without quotes, and its halves at
 * `&` (README 11). Empty for an empty value.
 */
export function encodedForms(value: string): string[] {
  if (value === "") return [];
  const bytes = Buffer.from(value, "utf8");
  const forms = [
    value,
    ...[0, 1, 2].map((shift) =>
      bytes.subarray(bytes.length > shift ? shift : 0).toString("base64"),
    ),
    value.replaceAll('"', String.raw`\"`),
    value.replaceAll("'", "''"),
    JSON.stringify(value).slice(1, -1),
    toUriData(value),
    toXmlText(value),
    value.length > 8 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : "",
    ...ampersandHalves(value),
  ];
  return [...new Set(forms)].filter((form) => form !== "");
}

function toUriData(value: string): string {
  return encodeURIComponent(Buffer.from(value, "utf8").toString("utf8")).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function toXmlText(value: string): string {
  return value
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&apos;");
}

// PowerShell breaks a command at an ampersand and colours one letter after `&+`.
function ampersandHalves(value: string): string[] {
  const marker = value.includes("&+") ? "&+" : "&";
  const at = marker === "&+" ? value.indexOf(marker) : value.lastIndexOf(marker);
  if (at < 0) return [];
  const cut = at + marker.length;
  const halves = [value.slice(0, cut), value.slice(marker === "&+" ? cut + 1 : cut)];
  return halves.filter((half) => half.length >= 6);
}

/** Where the forms are in a text, in the order of their beginnings. */
function findAll(text: string, forms: Iterable<string>): Range[] {
  const ranges: Range[] = [];
  for (const form of forms) {
    for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) {
      ranges.push({ start: at, end: at + form.length });
    }
  }
  return ranges.toSorted((a, b) => a.start - b.start);
}

function replaceRanges(text: string, ranges: readonly Range[]): string {
  let result = "";
  let masked = -1;
  for (const { start, end } of ranges) {
    if (start > masked) result += text.slice(Math.max(masked, 0), start) + MASK;
    masked = Math.max(masked, end);
  }
  return result + text.slice(Math.max(masked, 0));
}
