import { toCodePoint } from "../../text/text.ts";
import { maskStart } from "./shell-mask.ts";

const most = 5;

/** A character outside quotes that looks like one of the shell's own. */
export interface LookalikeSign {
  readonly offset: number;
  /** The character and its code; the code alone of a blank. */
  readonly subject: string;
  /** What it looks like; `undefined` for a blank or a line break. */
  readonly instead: string | undefined;
}

const blanks = String.raw`\u0085\u00a0\u00ad\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff`;
// Full-width parentheses, commas, colons and marks are text, as a rule.
const runs = new RegExp(`[${blanks}‐-―−‘’“”„＂＃＄％＆＇＊＋－．／；＜＝＞＠＼＿｀｛｜｝～]+`, "g");
const blank = new RegExp(`[${blanks}]`);
const chinese = /[\p{Script=Han}\u3001\u3002\u3008-\u301f]/u;

/** Finds such characters, each once. Punctuation beside Chinese words is text. */
export function findLookalikeSigns(command: string): LookalikeSign[] {
  const masked = maskStart(command);
  const found = new Map<string, LookalikeSign>();
  // Also in quotes and behind a backslash, where a line would not go on.
  const lineEnd = /\r(?=\n|$)/.exec(command.slice(0, masked.length));
  if (lineEnd) {
    const { index: offset } = lineEnd;
    found.set("\r", { offset, subject: String.raw`\r\n (U+000D)`, instead: String.raw`\n` });
  }
  for (const { 0: run, index } of masked.matchAll(runs)) {
    const isText =
      chinese.test(masked.charAt(index - 1)) || chinese.test(masked.charAt(index + run.length));
    for (let at = 0; at < run.length && found.size < most; at += 1) {
      const character = run.charAt(at);
      if (found.has(character) || (isText && !blank.test(character))) continue;
      found.set(character, { offset: index + at, ...describe(character) });
    }
  }
  return [...found.values()];
}

function describe(character: string): Omit<LookalikeSign, "offset"> {
  const code = toCodePoint(character);
  if (blank.test(character)) return { subject: code, instead: undefined };
  return { subject: `${character} (${code})`, instead: toAscii(character) };
}

function toAscii(character: string): string {
  if (/[‘’]/.test(character)) return "'";
  if (/[“”„]/.test(character)) return '"';
  const code = character.charCodeAt(0);
  return code >= 0xff00 ? String.fromCharCode(code - 0xfee0) : "-";
}
