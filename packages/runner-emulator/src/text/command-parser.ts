/** The two ways to write a workflow command: `::name::data` and `##[name]data`. */
export type CommandForm = "::" | "##[";

/** A workflow command as the runner understands it. */
export type ParsedCommand = {
  /** Lower case. */
  name: string;
  /** Names in lower case, values unescaped. */
  properties: Record<string, string>;
  /** Unescaped. */
  data: string;
  form: CommandForm;
  /** True if it is a command only by culture-sensitive comparison, which skips invisible characters. */
  usesInvisibleCharacters: boolean;
};

type Finder = (text: string, from: number) => number;
type Finders = { startsWithColons: (text: string) => boolean; colons: Finder; hashes: Finder };

// The runner's white space: JavaScript's \s without U+FEFF, with U+0085.
const LEADING_BLANKS = /^(?:(?!\uFEFF)[\s\u0085])+/;
const INVISIBLE = String.raw`[[\p{Default_Ignorable_Code_Point}\p{Cc}]--[\s\u0085]]*`;
const CULTURE_START = new RegExp(`^${INVISIBLE}:${INVISIBLE}:`, "v");
const CULTURE_COLONS = new RegExp(`:${INVISIBLE}:`, "gv");
const CULTURE_HASHES = new RegExp(`#${INVISIBLE}#${INVISIBLE}\\[`, "gv");

const DATA_ESCAPES = ["%0D", "%0A", "%25"];
const PROPERTY_ESCAPES = ["%0D", "%0A", "%3A", "%2C", "%25"];
const HASH_ESCAPES = ["%3B", "%0D", "%0A", "%5D", "%25"];

const ordinal: Finders = {
  startsWithColons: (text) => text.startsWith("::"),
  colons: (text, from) => text.indexOf("::", from),
  hashes: (text, from) => text.indexOf("##[", from),
};

const culture: Finders = {
  startsWithColons: (text) => CULTURE_START.test(text),
  colons: (text, from) => indexOfPattern(CULTURE_COLONS, text, from),
  hashes: (text, from) => indexOfPattern(CULTURE_HASHES, text, from),
};

function indexOfPattern(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? -1;
}

/**
 * Reads one output line as the runner does: first `::name key=value,…::data` after any Unicode white
 * space, then `##[name key=value;…]data` anywhere in the line. Only registered names count. The
 * runner compares by culture, so the line is also read with invisible characters skipped
 * (README 8).
 *
 * @param registered names that act, in lower case
 */
export function parseCommand(
  line: string,
  registered: ReadonlySet<string>,
): ParsedCommand | undefined {
  for (const finders of [ordinal, culture]) {
    const candidates = [parseColonForm(line, finders), parseHashForm(line, finders)];
    const found = candidates.find((each) => each !== undefined && registered.has(each.name));
    if (found) return { ...found, usesInvisibleCharacters: finders === culture };
  }
  return undefined;
}

/** The name of a line that looks like a `::name::` command, whether it is registered or not. */
export function commandLikeName(line: string): string | undefined {
  const name = parseColonForm(line, ordinal)?.name;
  return name !== undefined && /^[a-z][\w-]*$/.test(name) ? name : undefined;
}

type Candidate = Omit<ParsedCommand, "usesInvisibleCharacters">;

function parseColonForm(line: string, finders: Finders): Candidate | undefined {
  const text = line.replace(LEADING_BLANKS, "");
  if (!finders.startsWithColons(text)) return undefined;
  const end = finders.colons(text, 2);
  if (end < 0) return undefined;
  const [name, rest] = splitInfo(text.slice(2, end));
  return {
    name,
    properties: readProperties(rest.trim(), ",", PROPERTY_ESCAPES),
    data: unescape(text.slice(end + 2), DATA_ESCAPES),
    form: "::",
  };
}

function parseHashForm(line: string, finders: Finders): Candidate | undefined {
  const start = finders.hashes(line, 0);
  if (start < 0) return undefined;
  const end = line.indexOf("]", start);
  if (end < start + 3) return undefined;
  const [name, rest] = splitInfo(line.slice(start + 3, end));
  return {
    name,
    properties: readProperties(rest, ";", HASH_ESCAPES),
    data: unescape(line.slice(end + 1), HASH_ESCAPES),
    form: "##[",
  };
}

function splitInfo(info: string): [name: string, rest: string] {
  const blank = info.indexOf(" ");
  if (blank < 0) return [info.toLowerCase(), ""];
  return [info.slice(0, blank).toLowerCase(), info.slice(blank + 1)];
}

function readProperties(
  text: string,
  separator: string,
  escapes: readonly string[],
): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const part of text.split(separator)) {
    const equals = part.indexOf("=");
    const name = part.slice(0, equals).toLowerCase();
    const value = part.slice(equals + 1);
    if (equals > 0 && value !== "") properties[name] = unescape(value, escapes);
  }
  return properties;
}

/** Undoes the escapes of one place, in the order in which the runner does. */
function unescape(value: string, escapes: readonly string[]): string {
  return escapes.reduce((text, each) => text.replaceAll(each, decodeURIComponent(each)), value);
}
