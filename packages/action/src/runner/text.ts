import { isQizhiError } from "@qizhi/core";
import { cut, excerpt, visibleText } from "@qizhi/core/internal";

// The runner compares by culture, which skips invisible characters (actions/runner, ActionCommand).
const unseen = String.raw`[\p{Default_Ignorable_Code_Point}\p{Cc}]*`;
const oldCommand = new RegExp(`#(?=${unseen}#${unseen}\\[)`, "gu");

/**
 * Makes untrusted text fit for the middle of a log line: nothing that moves a terminal, no `##[name]`
 * command, and none of the shapes that the problem matchers of setup-node look for.
 */
export function harmless(text: string): string {
  return visibleText(text)
    .replace(oldCommand, "# ")
    .replace(/\)\s*:/g, ") -")
    .replace(/:(?=\sline\s)/g, ";");
}

/** {@link harmless}, cut at `length` characters with a mark. */
export function harmlessExcerpt(text: string, length: number): string {
  return excerpt(text, length, harmless);
}

/** Why something did not work, without the hint, which may be about another folder. */
export function toReason(error: unknown): string {
  if (isQizhiError(error)) return error.summary;
  return error instanceof Error ? error.message : String(error);
}

/** Text cut at `length` characters with a mark. */
export function shorten(text: string, length: number): string {
  return text.length > length ? `${cut(text, length)}…` : text;
}

/** The fewest backticks in a row that end nothing within the text. */
function toFence(text: string): string {
  const runs = text.match(/`+/g) ?? [];
  return "`".repeat(Math.max(0, ...runs.map((run) => run.length)) + 1);
}

/** Untrusted text in a code span, where no Markdown, HTML, mention or formula works. */
export function toCodeSpan(text: string, length = 200): string {
  const short = shorten(visibleText(text.slice(0, length * 2)), length);
  if (short.trim() === "") return "";
  const fence = toFence(short);
  return `${fence} ${short} ${fence}`;
}

/** Markdown as cells of a table, which end at a bar, also within a code span; elsewhere a bar is text. */
export function toCells(texts: readonly (string | undefined)[]): string[] {
  return texts.map((text = "") => text.replaceAll("|", "\\|"));
}

// A word of letters and digits, with a sign of prose behind it or within it; nothing that Markdown or GitHub reads.
const plainWord = /^[("']?[\p{L}\p{N}]+(?:[-'.,][\p{L}\p{N}]+)*[.,;:?!)"']{0,3}$/u;
// An item of a list, a commit, an issue, an address.
const readBy = /^(?:\d+[.)]|[\da-f]{7,40}|GH-\d.*|www\..*)$/i;

/** Text of our own in which text of the platform may stand: prose, with every other word in a code span. */
export function toProse(text: string, length = 1_000): string {
  const short = shorten(visibleText(text.slice(0, length * 2)), length);
  const parts: { isPlain: boolean; words: string[] }[] = [];
  for (const word of short.split(/\s+/).filter((each) => each !== "")) {
    const isPlain = plainWord.test(word) && !readBy.test(word.replace(/[.,;:?!)"']+$/, ""));
    const last = parts.at(-1);
    if (last?.isPlain === isPlain) last.words.push(word);
    else parts.push({ isPlain, words: [word] });
  }
  return parts
    .map(({ isPlain, words }) => (isPlain ? words.join(" ") : toSpan(words.join(" "), length)))
    .join(" ");
}

/** A code span without the sign of prose behind it. */
function toSpan(text: string, length: number): string {
  const end = /[^.,;:][.,;:]$/.test(text) ? text.slice(-1) : "";
  return `${toCodeSpan(end === "" ? text : text.slice(0, -1), length)}${end}`;
}

/** Untrusted text of several lines in a code block of its own. */
export function toCodeBlock(text: string, length = 4_000): string {
  const lines = text.slice(0, length * 2).split(/\r\n|\r|\n/);
  const short = shorten(lines.map(visibleText).join("\n"), length);
  const fence = toFence(short).padEnd(3, "`");
  return `${fence}text\n${short}\n${fence}`;
}

/** A link; the address is one that the core built. */
export function toLink(text: string, url: string): string {
  const safe = visibleText(url).replace(/[|<>]/g, (sign) => encodeURIComponent(sign));
  return `[${text}](<${safe}>)`;
}
