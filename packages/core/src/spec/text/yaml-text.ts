import type { Alias } from "yaml";
import { isNode, Lexer, LineCounter, parseDocument, visit } from "yaml";
import { finding, type SpecFinding } from "../../errors/rules/spec-rules.ts";
import { maskedExcerpt } from "../../text/masked-text.ts";
import { withoutLineSecrets } from "./line-secrets.ts";
import { findLineSlip, isShifting } from "./line-slip.ts";
import { findLineEnd, findLookalikes, type Lookalikes } from "./lookalikes.ts";
import { brokenText, mostTokens, type ParsedText, type TextProblem } from "./place.ts";
import {
  countValues,
  findDoubleKeys,
  locate,
  mergeKeys,
  startOf,
  startOfQuote,
  type YamlDocument,
} from "./yaml-tree.ts";

// YAML 1.2 core whatever a %YAML line says, so that `no` and `on` stay text; no tags. Merge keys are read
// by mergeKeys, which keeps places.
const options = {
  version: "1.2",
  schema: "core",
  merge: false,
  resolveKnownTags: false,
  uniqueKeys: false,
  stringKeys: true,
  prettyErrors: false,
  logLevel: "error",
} as const;

const mostTextProblems = 5;
const mostAliases = 100;
// Only aliases and merges yield more values than the text itself could hold.
const mostRepeatedValues = 100_000;
const tooManyAliases = finding("yaml_aliases");

const followUps: ReadonlySet<string> = new Set(["MULTILINE_IMPLICIT_KEY", "BLOCK_AS_IMPLICIT_KEY"]);

const reworded: Partial<Record<string, SpecFinding>> = {
  BLOCK_AS_IMPLICIT_KEY: finding("yaml_two_colons"),
  TAB_AS_INDENT: finding("yaml_tab"),
  MULTIPLE_DOCS: finding("yaml_second_document"),
  RESOURCE_EXHAUSTION: finding("yaml_too_deep"),
};

/** Reads YAML 1.2: the value, what is wrong with the text, and where each value stands. */
export function parseYamlText(text: string): ParsedText {
  if (isTooMuch(text)) {
    return brokenText({ offset: 0, ...finding("too_many_tokens", { most: mostTokens }) });
  }
  const document: YamlDocument = parseDocument(text, options);
  const errors = listErrors(document, text);
  const lines = new LineCounter();
  lines.lineStarts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
  const lookalikes = findLookalikes(document, text, { isBroken: errors.length > 0, lines });
  const syntax = explainErrors(text, errors, lookalikes, lines);
  const problems = [...lookalikes.problems, ...syntax].slice(0, mostTextProblems);
  if (errors.length > 0 || lookalikes.isKeyWrong) return brokenText(...problems);
  const aliasProblems = findAliasProblems(document, text);
  if (aliasProblems.length > 0) return brokenText(...aliasProblems);
  const doubleKeys = findDoubleKeys(document);
  const mergeProblems = mergeKeys(document);
  if (countValues(document) > text.length + mostRepeatedValues) {
    return brokenText({ offset: 0, ...tooManyAliases });
  }
  try {
    const value: unknown = document.toJS({ maxAliasCount: mostAliases });
    return {
      value,
      problems: [...problems, ...doubleKeys, ...mergeProblems],
      // What a merge should have brought is not there.
      broken: mergeProblems.length > 0,
      locate: (path) => locate(document, path),
    };
  } catch {
    // Aliases of aliases that would grow without bound throw here.
    return brokenText({ offset: 0, ...tooManyAliases });
  }
}

/** Whether a text has so many words and signs that reading them would take long. */
function isTooMuch(text: string): boolean {
  if (text.length <= mostTokens) return false;
  const lexemes = new Lexer().lex(text);
  let count = 0;
  while (count <= mostTokens && lexemes.next().done !== true) count += 1;
  return count > mostTokens;
}

interface RefusedText {
  readonly offset: number;
  readonly code: string;
  readonly message: string;
}

/** What the parser refused. A quote that is never closed stands where it was opened, and hides what is behind it. */
function listErrors(document: YamlDocument, text: string): RefusedText[] {
  const errors = [...document.errors, ...document.warnings].map(
    ({ pos: [offset], code, message }) => ({ offset, code, message }),
  );
  const open = errors.find(({ message }) => message.startsWith("Missing closing"));
  if (open === undefined) return errors;
  const end = open.offset;
  open.offset = startOfQuote(document, end) ?? end;
  return text.slice(end).trim() === ""
    ? errors.filter((each) => each === open || each.offset < end)
    : errors;
}

function explainErrors(
  text: string,
  errors: readonly RefusedText[],
  lookalikes: Lookalikes,
  lines: LineCounter,
): TextProblem[] {
  const explained = new Set(lookalikes.lines);
  let hasSlip = lookalikes.lines.size > 0;
  let hasShift = lookalikes.problems.some(isShifting);
  return errors.flatMap((error): TextProblem[] => {
    const { code, offset } = error;
    // One slip makes several errors on its line, and of the lines below it a mapping in a word.
    const isShifted = hasShift && (code === "BAD_INDENT" || text.startsWith("- ", offset));
    const isFollowUp = isShifted || (hasSlip && followUps.has(code));
    const { line: number, col } = lines.linePos(offset);
    if (explained.has(number) || isFollowUp) return [];
    explained.add(number);
    const end = text.indexOf("\n", offset);
    const line = { start: offset - col + 1, end: end < 0 ? text.length : end };
    const lineEnd = findLineEnd(text, line);
    if (lineEnd !== undefined) return [lineEnd];
    const slip = findLineSlip(text, offset, line);
    hasSlip ||= slip !== undefined;
    hasShift ||= slip !== undefined && isShifting(slip);
    return [slip ?? { offset, ...explainError(text, error) }];
  });
}

function explainError(text: string, { offset, code, message }: RefusedText): SpecFinding {
  if (isTemplate(text, offset)) return finding("matrix_key_quotes");
  return (
    reworded[code] ??
    finding("yaml_syntax", {
      reason: code,
      said: maskedExcerpt(withoutLineSecrets(message, text, offset), 500),
    })
  );
}

/** `{{ matrix.x }}` without quotes is a mapping in a mapping. */
function isTemplate(text: string, offset: number): boolean {
  return /^\{?\{\s*matrix\b/.test(text.slice(offset, offset + 40));
}

function findAliasProblems(document: YamlDocument, text: string): TextProblem[] {
  const aliases: Alias[] = [];
  visit(document, { Alias: (_key, alias) => void aliases.push(alias) });
  if (aliases.length > mostAliases)
    return [{ offset: startOf(aliases[mostAliases]) ?? 0, ...tooManyAliases }];
  return aliases.flatMap((alias) => {
    const offset = startOf(alias) ?? 0;
    const target = alias.resolve(document);
    const name = maskedExcerpt(withoutLineSecrets(alias.source, text, offset), 60);
    if (!target) return [{ offset, ...finding("yaml_alias_unknown", { name }) }];
    // Each look-up walks the document, in which merged keys stand elsewhere than they were written.
    alias.resolve = () => target;
    alias.toJSON = (_arg, context) => target.toJSON(undefined, context);
    const [start, end] = isNode(target) ? (target.range ?? [0, 0]) : [0, 0];
    return start <= offset && offset < end
      ? [{ offset, ...finding("yaml_alias_in_itself", { name }) }]
      : [];
  });
}
