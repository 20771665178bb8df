import { findOpenQuote } from "../command/shell-mask.ts";

// Longer commands are not checked, because the check of a line reads all those before it.
const mostLines = 200;

const header = /^(?:[&!]\S+[ \t]+){0,2}>[-+\d]{0,2}[ \t]*(?:#.*)?\r?$/;
const hasOperatorAtEnd = /(?:[|&;({\\]|\b(?:then|do|else))$/;
const isContinued = /^(?:[-|&;<>)}\\]|$)/;

/** Commands that take all their arguments on their line as a rule. */
const whole = new Set(
  "set cd export source . mkdir echo printf pip pip3 conda apt apt-get rm cp mv ln ls git sleep unset ulimit umask trap exit wait date hostname nvidia-smi cat".split(
    " ",
  ),
);
/** Commands that begin a line of their own as a rule. */
const starters = new Set([
  ...whole,
  ..."python python3 torchrun accelerate deepspeed bash sh exec if for while case uv make nohup srun mpirun".split(
    " ",
  ),
]);
/** Commands that run the command behind them. */
const wrappers = new Set(
  "env srun mpirun nohup timeout time exec nice numactl sudo stdbuf taskset torchrun accelerate deepspeed python python3 uv xargs bash sh".split(
    " ",
  ),
);

/**
 * Whether a command, as written at an offset of a YAML text, is several commands that `>` joins into one line.
 * Lines that go on with options or behind an operator are one command on several lines.
 */
export function isFoldedCommands(text: string, offset: number): boolean {
  const [first = "", ...rest] = text.slice(offset, offset + 65_536).split("\n", mostLines);
  if (!header.test(first)) return false;
  const indent = rest.find((line) => line.trim() !== "")?.search(/\S/) ?? 0;
  if (indent <= 0) return false;
  let joined = "";
  let before = "";
  for (const written of rest) {
    const line = written.trim();
    const depth = written.search(/\S/);
    if (line !== "" && depth < indent) return false;
    // A blank line and a deeper one keep their line breaks.
    const isJoined = before !== "" && line !== "" && depth === indent;
    if (isJoined && findOpenQuote(joined) === undefined && isOfItsOwn(line, before)) return true;
    joined = isJoined ? `${joined} ${line}` : `${joined}\n${line}`;
    before = depth === indent ? line : "";
  }
  return false;
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
    word === earlier ||
    (whole.has(word) && word !== ".") ||
    (!isWrapped && starters.has(word))
  );
}

/** The first word of a line behind its variables; none of a line of variables alone. */
function firstWord(line: string): string {
  return line.split(/\s+/, 20).find((word) => !/^\w+=/.test(word)) ?? "";
}
