import { wordSet } from "../../text/text.ts";
import type { ShellSlip } from "./shell-slips.ts";
import { type ShellText, type ShellWord, toShellWords } from "./shell-text.ts";

const constructs: readonly (readonly [form: RegExp, subject: string, instead?: string])[] = [
  [/(?<![\w$])[A-Za-z_]\w*\+?=\(/, "name=(…)"],
  [/\$\{[!#]?\w+\[/, "${name[…]}"],
  [/(?<![\w$])[<>]\((?!\()/, "<( ) or >( )"],
  [/\bset\s+(?:-\w+\s+){0,9}-\w*o\s+pipefail\b/, "set -o pipefail"],
  [/<<</, "<<<", "<<EOF"],
  [/&>/, "&>", "> file 2>&1"],
  [/\|&/, "|&", "2>&1 |"],
  [/(?<!\$)\{-?\w+\.\.-?\w+(?:\.\.-?\d+)?\}/, "{1..3}", "seq"],
  [/\$\{\w+(?:\/|\^|,|:(?=[\s\d]))/, "${name//a/b} and its like", "sed"],
  [/\$(?=_)/, ""],
];

const builtins = wordSet("shopt declare typeset mapfile readarray pushd popd");

function findBashWords({ masked }: ShellText): ShellSlip[] {
  const words = toShellWords(masked);
  return words.flatMap(({ word, index, isCommand }, at): ShellSlip[] => {
    const next = words[at + 1];
    const isDouble = word === "(" && masked.charAt(index + 1) === "(";
    const isLoop = isDouble && words[at - 1]?.word === "for";
    if (isDouble && (isCommand || isLoop) && closesTwice(masked, index)) {
      return [{ subject: "(( ))", instead: "$(( ))", offset: index }];
    }
    if (!isCommand) return [];
    if (word === "source") return [{ subject: "source", instead: ". file", offset: index }];
    if (word === "[[") return [{ subject: "[[ ]]", instead: "[ ]", offset: index }];
    if (word === "function" && next !== undefined) {
      return [{ subject: "function", instead: "name() { }", offset: index }];
    }
    if (builtins.has(word)) return [{ subject: word, instead: undefined, offset: index }];
    const isEqual = word === "[" && words[at + 2]?.word === "==";
    return isEqual ? [{ subject: "[ a == b ]", instead: "[ a = b ]", offset: index }] : [];
  });
}

/** Whether `((` ends with `))` on its line, and not with a brace behind, as nested groups do. */
function closesTwice(masked: string, index: number): boolean {
  const line = masked.slice(index, index + 2000).split("\n", 1)[0] ?? "";
  return !/\)\s{0,9}\)\s{0,9};?\s{0,9}\}/.test(line);
}

function findConstructs({ command, masked }: ShellText): ShellSlip[] {
  return constructs.flatMap(([form, name, instead]): ShellSlip[] => {
    const hit = form.exec(masked);
    if (hit === null) return [];
    const isAnsiQuote = hit[0] === "$";
    if (isAnsiQuote && command.charAt(hit.index + 1) !== "'") return [];
    return [{ subject: isAnsiQuote ? "$'…'" : name || hit[0], instead, offset: hit.index }];
  });
}

function findShebang({ command }: ShellText): ShellSlip[] {
  const shebang = /^\s*#!.*\b(?:bash|zsh)\b/.exec(command)?.[0].trim();
  if (shebang === undefined) return [];
  return [{ subject: shebang, instead: undefined, offset: command.indexOf("#!") }];
}

/** Finds what only bash knows, each kind once, in the order of the command. */
export function findBashOnly(shell: ShellText): ShellSlip[] {
  const kinds = new Map<string, ShellSlip>();
  for (const each of [...findShebang(shell), ...findBashWords(shell), ...findConstructs(shell)]) {
    if (!kinds.has(each.subject)) kinds.set(each.subject, each);
  }
  return [...kinds.values()].toSorted((a, b) => a.offset - b.offset);
}

/** A command whose failure nobody misses, up to the pipe behind it. */
const harmless =
  /(?:^|[\n;&|({])[ \t]*(?:(?:echo|printf|date|hostname|nvidia-smi|ps)(?=\s)(?:[^\n;&|)}]|>&)*|env[ \t]+(?:2?>&1[ \t]*)?)$/;

/** The offset of a pipe into tee that hides a failure of the command before it. */
export function findHidingTee({ masked }: ShellText): number | undefined {
  if (/\bpipefail\b/.test(masked)) return undefined;
  const words = toShellWords(masked);
  const stopsAtErrors = words.some(({ word, isCommand }, at) => {
    const next = words.slice(at + 1, at + 10);
    const end = next.findIndex(({ word: flag }) => !flag.startsWith("-"));
    const flags = end < 0 ? next : next.slice(0, end);
    return isCommand && word === "set" && flags.some(({ word: flag }) => /^-\w*e/.test(flag));
  });
  const pipes = [...masked.matchAll(/(?<!\|)\|&?(?!\|)\s*tee\b/g)].filter(
    ({ index }) => !harmless.test(masked.slice(Math.max(0, index - 200), index)),
  );
  if (stopsAtErrors) return pipes[0]?.index;
  // Without set -e only the last command's status counts.
  const index = pipes.at(-1)?.index;
  if (index === undefined) return undefined;
  const after = toShellWords(masked.slice(index + 1).replaceAll(/[<>]&\d?|&>/g, ""));
  const isFollowed = after.some(({ word, isCommand }, at) => {
    return at > 0 && isCommand && !/^[\n;&|_]/.test(word);
  });
  return isFollowed ? undefined : index;
}

// The script beside conda's own program defines its command as well.
const condaSetup =
  /conda\.sh|shell\.\w+ hook|(?:^|[\s;&|(])(?:\.|source)[ \t]+\S*\/bin\/activate(?![\w.-])/;

/** The offset of a `conda activate` in a command that does not set conda up. */
export function findBareConda({ command, masked }: ShellText): number | undefined {
  if (condaSetup.test(command)) return undefined;
  const words = toShellWords(masked);
  const isActivate = ({ word, isCommand }: ShellWord, at: number) =>
    isCommand && word === "conda" && words[at + 1]?.word === "activate";
  return words.find(isActivate)?.index;
}
