import { toCodePoint } from "../../text/text.ts";
import type { ShellText } from "./shell-text.ts";

/** A part of a command that its shell takes as something else than was meant. */
export interface ShellSlip {
  readonly offset: number;
  /** What it is, as written or in short. */
  readonly subject: string;
  /** What to write in its place, where that is short. */
  readonly instead: string | undefined;
}

const mostSigns = 5;

const blanks = String.raw`\u0085\u00a0\u00ad\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff`;
// Full-width parentheses, commas, colons and marks are text, as a rule.
const runs = new RegExp(`[${blanks}‐-―−‘’“”„＂＃＄％＆＇＊＋－．／；＜＝＞＠＼＿｀｛｜｝～]+`, "g");
const blank = new RegExp(`[${blanks}]`);
const chinese = /[\p{Script=Han}\u3001\u3002\u3008-\u301f]/u;

/**
 * Finds characters outside quotes that look like one of the shell's own, each once; of a blank, `subject` is the code
 * alone. Punctuation beside Chinese words is text.
 */
export function findLookalikeSigns({ command, masked }: ShellText): ShellSlip[] {
  const found = new Map<string, ShellSlip>();
  // Also in quotes and behind a backslash, where a line would not go on.
  const lineEnd = /\r(?=\n|$)/.exec(command.slice(0, masked.length));
  if (lineEnd) {
    const { index: offset } = lineEnd;
    found.set("\r", { offset, subject: String.raw`\r\n (U+000D)`, instead: String.raw`\n` });
  }
  for (const { 0: run, index } of masked.matchAll(runs)) {
    const isText =
      chinese.test(masked.charAt(index - 1)) || chinese.test(masked.charAt(index + run.length));
    for (let at = 0; at < run.length && found.size < mostSigns; at += 1) {
      const character = run.charAt(at);
      if (found.has(character) || (isText && !blank.test(character))) continue;
      found.set(character, { offset: index + at, ...describe(character) });
    }
  }
  return [...found.values()];
}

function describe(character: string): Omit<ShellSlip, "offset"> {
  const code = toCodePoint(character);
  if (blank.test(character)) return { subject: code, instead: undefined };
  return { subject: `${character} (${code})`, instead: toAscii(character) };
}

/** The sign of ASCII that a character looks like. */
export function toAscii(character: string): string {
  if (/[‘’]/.test(character)) return "'";
  if (/[“”„]/.test(character)) return '"';
  const code = character.charCodeAt(0);
  return code >= 0xff00 ? String.fromCharCode(code - 0xfee0) : "-";
}

const blankLineEnd = /\\(?:(?![\r\n])[\s\u200b])+\r?\n/y;
// Lines that are empty or a comment, and an option below them.
const cutLineEnd = /\\\n(?:[ \t]*(?:#[^\n]*)?\n)+[ \t]*-/y;

/** The offset of a backslash that a blank keeps from joining its line with the next. */
export function findBlankAfterBackslash(shell: ShellText): number | undefined {
  return findBackslash(shell, blankLineEnd);
}

/** The offset of a backslash that joins its line with an empty one or a comment, which ends the command. */
export function findCutContinuation(shell: ShellText): number | undefined {
  return findBackslash(shell, cutLineEnd);
}

/** A backslash that is a sign of the shell and begins a text of this form. */
function findBackslash({ command, masked, escapes }: ShellText, form: RegExp): number | undefined {
  const text = command.slice(0, masked.length);
  return escapes.find((offset) => {
    form.lastIndex = offset;
    return form.test(text);
  });
}
