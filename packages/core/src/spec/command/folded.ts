import { wordSet } from "../../text/text.ts";
import { readShellText } from "./shell-text.ts";

// Longer commands are not checked, because the check of a line reads all those before it.
const mostLines = 200;

const header = /^(?:[&!]\S+[ \t]+){0,2}>[-+\d]{0,2}[ \t]*(?:#.*)?\r?$/;
// Of a backslash there is more to know.
const hasOperatorAtEnd = /(?:[|&;({\\]|\b(?:then|do|else))$/;
const script = /^[^-=][^=]*\.(?:py|sh)$/;
const scriptPath = /^\.{0,2}\/\S*\.sh$/;
const commandOfShell = /\b(?:ba|da|z)?sh[ \t](?:[ \t]*-\S*[ \t])*[ \t]*-\w*c[ \t]+$/;
const isContinued = /^(?:[-|&;<>)}\\]|$)/;

/** Commands that take all their arguments on their line as a rule. */
const whole = wordSet(
  "set cd export source . mkdir echo printf pip pip3 conda apt apt-get rm cp mv ln ls git sleep unset ulimit umask trap exit wait date hostname nvidia-smi cat",
);
/** Commands that begin a line of their own as a rule. */
const starters = new Set([
  ...whole,
  ...wordSet(
    "python python3 torchrun accelerate deepspeed bash sh exec if for while case uv make nohup srun mpirun",
  ),
]);
/** Commands that run the command behind them. */
const wrappers = wordSet(
  "env srun mpirun nohup timeout time exec nice numactl sudo stdbuf taskset torchrun accelerate deepspeed python python3 uv xargs bash sh",
);

/** Those that run a script and nothing behind it. */
const interpreters = wordSet("bash sh python python3 torchrun accelerate deepspeed");

/**
 * What joins several commands into one line, in a command as written at an offset of a YAML text: `>`, or
 * that it is plain or quoted text on several lines. Lines that go on with options or behind an operator are
 * one command.
 */
export function findFolding(text: string, offset: number): ">" | "lines" | undefined {
  const [first = "", ...rest] = text.slice(offset, offset + 65_536).split("\n", mostLines);
  if (header.test(first)) return joinsCommands(rest, false) ? ">" : undefined;
  const quote = /^["']/.exec(first)?.[0];
  const lines = [first, ...rest].slice(0, endOfScalar([first, ...rest], quote));
  const held = lines.map((line, index) => (quote && index === 0 ? line.slice(1) : line).trim());
  return joinsCommands(held, true, quote === '"') ? "lines" : undefined;
}

/** How many lines a plain or quoted text has. */
function endOfScalar(lines: readonly string[], quote: string | undefined): number {
  if (/^[|[{&*!#]/.test(lines[0] ?? "")) return 0;
  const closing = quote === '"' ? /(?<!\\)(?:\\\\)*"/ : /(?<!')(?:'')*'(?!')/;
  const isEnd = (line: string, index: number) => {
    if (quote !== undefined) return closing.test(index === 0 ? line.slice(1) : line);
    return index > 0 && /^(?:\S|\s*#|\s*[\w.$-]+:(?:\s|$))/.test(line);
  };
  const end = lines.findIndex(isEnd);
  if (end < 0) return lines.length;
  return quote === undefined ? end : end + 1;
}

/** Whether lines that YAML folds, all of them or those of one depth, are several commands. */
function joinsCommands(lines: readonly string[], isAll: boolean, isEscaped = false): boolean {
  const indent = lines.find((line) => line.trim() !== "")?.search(/\S/) ?? 0;
  if (indent <= 0 && !isAll) return false;
  let joined = "";
  let before = "";
  for (const written of lines) {
    const line = written.trim();
    const depth = isAll ? indent : written.search(/\S/);
    if (line !== "" && depth < indent) return false;
    // A blank line and a deeper one keep their line breaks, as does one that ends in an escaped one.
    const isJoined =
      before !== "" && line !== "" && depth === indent && !(isEscaped && before.endsWith("\\n"));
    if (isJoined && (isCut(before, isEscaped) || beginsCommand(line, joined, before))) return true;
    joined = isJoined ? `${joined} ${line}` : `${joined}\n${line}`;
    before = depth === indent ? line : "";
  }
  return false;
}

/** Whether the backslash at the end of a line is one of the shell, before which no line break is left. */
function isCut(line: string, isEscaped: boolean): boolean {
  let count = 0;
  while (line.at(-1 - count) === "\\") count += 1;
  // In double quotes, YAML takes half of them, and the last of an odd number with the line break.
  return isEscaped ? count % 4 === 2 : count % 2 === 1;
}

/** Whether a line begins a command behind those joined so far, the last of which is `before`. */
function beginsCommand(line: string, joined: string, before: string): boolean {
  const quote = readShellText(joined).openQuote;
  if (quote === undefined) return isOfItsOwn(line, before);
  // What a shell is told to run is commands, too; their first one stands behind the quote.
  const isScript = commandOfShell.test(joined.slice(Math.max(0, quote - 100), quote));
  const earlier = joined.slice(Math.max(quote + 1, joined.length - before.length)).trim();
  const isEnd = line.startsWith(joined.charAt(quote));
  return isScript && earlier !== "" && !isEnd && isOfItsOwn(line, earlier);
}

/** Whether a line is a command of its own, not a continuation of the line before. */
function isOfItsOwn(line: string, before: string): boolean {
  if (before.startsWith("#")) return true;
  if (isContinued.test(line) || hasOperatorAtEnd.test(before)) return false;
  const earlier = firstWord(before);
  const isWrapped = earlier === "" || wrappers.has(earlier);
  const word = firstWord(line);
  return (
    line.startsWith("#") ||
    whole.has(earlier) ||
    (word !== "" && word === earlier) ||
    (whole.has(word) && word !== ".") ||
    ((!isWrapped || (interpreters.has(earlier) && runsScript(before))) && starters.has(word)) ||
    (scriptPath.test(earlier) && scriptPath.test(word))
  );
}

/** Whether a line has a script to run, which is no option's value. */
function runsScript(line: string): boolean {
  const words = line.split(/\s+/, 20);
  return words.some((word, at) => script.test(word) && !/^--[^=]*$/.test(words[at - 1] ?? ""));
}

/** The first word of a line behind its variables; none of a line of variables alone. */
function firstWord(line: string): string {
  return line.split(/\s+/, 20).find((word) => !/^\w+=/.test(word)) ?? "";
}
