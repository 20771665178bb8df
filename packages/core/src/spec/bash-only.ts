import { maskQuoted } from "./shell-mask.ts";

// A command of this length is read by nobody; beyond it only time is lost.
const longest = 65_536;

/** Something in a command that bash knows and sh does not. */
export interface BashOnly {
  /** The construct, as written or in short. */
  subject: string;
  /** What sh knows instead, if there is something as short. */
  instead: string | undefined;
  /** Where it stands in the command. */
  offset: number;
}

// Where a command may begin.
const begin = String.raw`(?<=^|[\n;&|(){}]\s*|\b(?:then|do|else|elif|if|while|until|time)\s+|!\s+)`;
const at = (rest: string) => new RegExp(begin + rest);

const constructs: readonly (readonly [form: RegExp, subject: string, instead?: string])[] = [
  [at(String.raw`source(?=\s)`), "source", ". file"],
  [at(String.raw`\[\[(?=\s)`), "[[ ]]", "[ ]"],
  [at(String.raw`\[\s[^\]\n]*\s(==)(?=\s)`), "[ a == b ]", "[ a = b ]"],
  [/(?<![\w$])[A-Za-z_]\w*\+?=\(/, "name=(…)"],
  [/\$\{[!#]?\w+\[/, "${name[…]}"],
  [/(?<![\w$])[<>]\((?!\()/, "<( ) or >( )"],
  [/\bset\s+(?:-\w+\s+){0,9}-\w*o\s+pipefail\b/, "set -o pipefail"],
  [at(String.raw`function\s+\w`), "function", "name() { }"],
  [/<<</, "<<<", "<<EOF"],
  [/&>/, "&>", "> file 2>&1"],
  [/\|&/, "|&", "2>&1 |"],
  [/(?<!\$)\{-?\w+\.\.-?\w+(?:\.\.-?\d+)?\}/, "{1..3}", "seq"],
  [at(String.raw`(?:for\s+)?\(\((?!.*\)\s*\)\s*;?\s*\})`), "(( ))", "$(( ))"],
  [/\$\{\w+(?:\/|\^|,|:(?=[\s\d]))/, "${name//a/b} and its like", "sed"],
  [/\$(?=_)/, ""],
  [at(String.raw`(?:shopt|declare|typeset|mapfile|readarray|pushd|popd)(?=\s|$)`), ""],
];

/** Finds what only bash knows, each kind once, in the order of the command. */
export function findBashOnly(command: string): BashOnly[] {
  const masked = maskQuoted(command.slice(0, longest));
  const found: BashOnly[] = [];
  const shebang = /^\s*#!.*\b(?:bash|zsh)\b/.exec(command);
  if (shebang) {
    found.push({ subject: shebang[0].trim(), instead: undefined, offset: command.indexOf("#!") });
  }
  for (const [form, name, instead] of constructs) {
    const hit = form.exec(masked);
    if (hit === null) continue;
    const isAnsiQuote = hit[0] === "$";
    if (isAnsiQuote && command.charAt(hit.index + 1) !== "'") continue;
    const subject = isAnsiQuote ? "$'…'" : name || hit[0];
    if (found.some((each) => each.subject === subject)) continue;
    found.push({ subject, instead, offset: hit.index });
  }
  return found.toSorted((a, b) => a.offset - b.offset);
}

/** Where a pipe into tee hides that the command before it failed; `undefined` where it does no harm. */
export function findHidingTee(command: string): number | undefined {
  const masked = maskQuoted(command.slice(0, longest));
  if (/\bpipefail\b/.test(masked)) return undefined;
  const stopsAtErrors = at(String.raw`set\s+(?:-\w+\s+){0,9}-\w*e`).test(masked);
  const pipes = [...masked.matchAll(/(?<!\|)\|&?(?!\|)\s*tee\b/g)];
  if (stopsAtErrors) return pipes[0]?.index;
  // Without set -e only the last command's status counts.
  const index = pipes.at(-1)?.index;
  const after = index === undefined ? "" : masked.slice(index + 1).replaceAll(/[<>]&\d?|&>/g, "");
  return /[;\n&|]\s*[^\s;_]/.test(after) ? undefined : index;
}
