import type { LineCounter, Pair, Scalar } from "yaml";
import { isCollection, isPair, isScalar, visit } from "yaml";
import { finding } from "../../errors/rules/spec-rules.ts";
import { toCodePoint } from "../../text/text.ts";
import { toAscii } from "../command/shell-slips.ts";
import type { TextProblem } from "./place.ts";
import type { YamlDocument } from "./yaml-tree.ts";

// What looks like punctuation of YAML, and like what closes something, where the parser found no end of it.
const signs = "：，“”＂‘’＇｜＞［｛－";
const anyMistaken = new RegExp(`[${signs}］｝]`);
const blank = String.raw`[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]`;
const anySign = new RegExp(`${blank}|[${signs}]`);
const atStart = new RegExp(`^(?:-?${blank}|[${signs}])`);
const atEnd = new RegExp(`(?<!${blank})${blank}+$`);
const afterKey = new RegExp(`^[\\w.$-]+ *(：|:${blank})`);
const glued = /^[A-Za-z_][\w-]*:(?=[^\s/])/;
const mayBeGlued = /(?:^[ \t]+|[{,]\s*)\w+:\S/m;
// Fields whose value is never a word, so that one can only be a key and its value in one.
const holders = new Set(["envs", "framework_config", "dataset_info", "matrix"]);

export interface Lookalikes {
  readonly problems: TextProblem[];
  /** Lines that their problems explain. */
  readonly lines: ReadonlySet<number>;
  /** Whether a key is among them, so that problems of the fields would mislead. */
  readonly isKeyWrong: boolean;
}

/**
 * Finds full-width and no-break punctuation that stands where YAML would have its own, and keys without a
 * space behind their colon. Text in quotes, blocks and comments may hold any character.
 * @param context whether the parser refused the text, and where its lines begin.
 */
export function findLookalikes(
  document: YamlDocument,
  text: string,
  { isBroken, lines: counter }: { isBroken: boolean; lines: LineCounter },
): Lookalikes {
  const lineOf = (offset: number) => counter.linePos(offset).line;
  const problems = new Map<number, TextProblem>();
  const lines = new Set<number>();
  let isKeyWrong = false;
  if (!isBroken && !anySign.test(text) && !mayBeGlued.test(text)) {
    return { problems: [], lines, isKeyWrong };
  }
  visit(document, {
    Scalar(key, node, parents) {
      const [start, end] = node.range ?? [0, 0];
      if (node.type !== "PLAIN" || end <= start) return;
      const parent = parents.at(-1);
      const isHeld = isPair(parent) && key === "value" && isHolder(parent);
      const isFlow = parents.some((each) => isCollection(each) && each.flow === true);
      const isLoneKey = isFlow && key === "key" && isOfSpec(parents);
      const isGlued = isBroken || isHeld || isLoneKey;
      const found = findInScalar(text, node, { isFlow, isBroken, isGlued, isLoneKey });
      for (const problem of found) {
        const line = lineOf(problem.offset);
        if (!problems.has(line)) problems.set(line, problem);
      }
      if (found.length === 0) return;
      isKeyWrong ||= key === "key" || isHeld;
      for (let line = lineOf(start); line <= lineOf(end); line++) lines.add(line);
    },
  });
  return { problems: [...problems.values()], lines, isKeyWrong };
}

// To write out a key that is a mapping of mappings would take long.
const isHolder = ({ key }: Pair) => isScalar(key) && holders.has(String(key.value));

/** Whether a key without a value is one of a spec, whose keys have values and no colons. */
function isOfSpec(parents: readonly unknown[]): boolean {
  const pairs = parents.filter(isPair);
  const [first, own] = [pairs[0], pairs.at(-1)];
  if (first === undefined || own === undefined || own.value !== null) return false;
  return first === own || isHolder(first);
}

interface Context {
  readonly isFlow: boolean;
  readonly isBroken: boolean;
  /** Whether a word with a colon in it was meant as a key and its value. */
  readonly isGlued: boolean;
  /** Whether it is a key of a spec in `{ }` that has no value. */
  readonly isLoneKey: boolean;
}

function findInScalar(text: string, { range }: Scalar, context: Context): TextProblem[] {
  const [start, end] = range ?? [0, 0];
  let next = start;
  // A parser that has lost its way takes several lines for one word.
  const lines = text.slice(start, end).split("\n");
  return lines.flatMap((part) => {
    const line = part.replace(/^ +/, "");
    const offset = next + part.length - line.length;
    const isFirst = next === start;
    next += part.length + 1;
    if (!isFirst && !context.isBroken) return [];
    const isKeyPlace = (isFirst && context.isLoneKey) || isAtLineStart(text, offset);
    const found = findSign(line.replace(/\r$/, ""), { ...context, isFirst, isKeyPlace });
    return found === undefined ? [] : toProblem(text, offset + found);
  });
}

interface LineContext extends Context {
  readonly isFirst: boolean;
  readonly isKeyPlace: boolean;
}

/** Where the first lookalike of a line of a plain word is. */
function findSign(
  line: string,
  { isFlow, isBroken, isGlued, isFirst, isKeyPlace }: LineContext,
): number | undefined {
  const begin = isFirst || isKeyPlace ? atStart.exec(line)?.[0] : undefined;
  if (begin !== undefined) return begin.length - 1;
  const colon = isKeyPlace ? afterKey.exec(line)?.[0] : undefined;
  if (colon !== undefined) return colon.length - 1;
  const word = isKeyPlace && isGlued ? glued.exec(line)?.[0] : undefined;
  if (word !== undefined) return word.length;
  const comma = isFlow ? line.search(isBroken ? /[，：］｝]/ : /[，：]/) : -1;
  if (comma >= 0) return comma;
  return atEnd.exec(line)?.index;
}

function toProblem(text: string, offset: number): TextProblem {
  const character = text.charAt(offset);
  if (anyMistaken.test(character)) return signAt(text, offset);
  if (/\s|\u200b/.test(character)) {
    const isEnd = isAtEnd(text, offset);
    return { offset, ...finding("yaml_blank", { code: toCodePoint(character), isEnd }) };
  }
  const [key = ""] = /[\w-]*(?=:$)/.exec(text.slice(Math.max(0, offset - 60), offset)) ?? [];
  return { offset, ...finding("yaml_no_space", { key }) };
}

/** The problem of a character that looks like the one that YAML wants. */
export function signAt(text: string, offset: number): TextProblem {
  const character = text.charAt(offset);
  const params = { character, code: toCodePoint(character), wanted: toAscii(character) };
  return { offset, ...finding("yaml_sign", params) };
}

/** Whether the rest of its line is blank. */
function isAtEnd(text: string, offset: number): boolean {
  return /^(?:(?!\n)[\s\u200b])*(?:\n|$)/.test(text.slice(offset, offset + 200));
}

/** Finds a character in a line that ends lines elsewhere, not in YAML. */
export function findLineEnd(
  text: string,
  line: { start: number; end: number },
): TextProblem | undefined {
  const found = /\r(?!\n|$)|[\u0085\u2028\u2029]/.exec(text.slice(line.start, line.end));
  if (found === null) return undefined;
  const code = toCodePoint(found[0]);
  return { offset: line.start + found.index, ...finding("yaml_line_end", { code }) };
}

/** Whether only blanks and the dashes of lists stand before it on its line. */
function isAtLineStart(text: string, offset: number): boolean {
  const before = text.slice(Math.max(0, offset - 200), offset);
  const [line = ""] = /[^\n]*$/.exec(before) ?? [];
  return (line.length < before.length || offset <= 200) && /^[ \t]*(?:- +)*$/.test(line);
}
