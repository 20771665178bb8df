import { wordSet } from "../../text/text.ts";
import { longestRead, readShellText, type ShellWord, toShellWords } from "./shell-text.ts";

const mostShells = 2;

const quick = wordSet(
  ": true wait echo printf disown exit sleep date cd export set unset trap jobs ps pwd ls mkdir touch hostname cat head df free grep pgrep tee rm cp mv chmod wc which",
);
const settings = wordSet(": true cd export set unset umask ulimit");
const structure = wordSet(
  "; & | ( ) { } if then else elif fi for do done while until case esac ! time",
);
structure.add("\n");
const shells = new Set(["bash", "sh", "dash", "zsh"]);

/**
 * The offset of what starts a process in the background at the end of a command: the job ends with its
 * command. Nothing is found where a `wait` follows, or a command that runs in the foreground.
 */
export function findLastInBackground(command: string, depth = 0): number | undefined {
  // Of a long command, its end.
  const start = Math.max(0, command.length - longestRead);
  const text = command.slice(start);
  // What reads from a pipe of a name lasts as long as what writes to it.
  if (/\bmkfifo\b/.test(text)) return undefined;
  const words = readWords(text);
  const last = words.findLastIndex((_word, at) => isDetaching(words, at, text, depth));
  const found = words[last];
  if (found === undefined) return undefined;
  const isSign = found.word === "&";
  const end = isSign
    ? last
    : words.findIndex(({ word }, at) => at > last && /^[\n;&|)}]$/.test(word));
  const after = end < 0 ? [] : words.slice(end + 1);
  const waits = findWaits(words);
  const isEnd = (each: ShellWord, at: number) => !waits.has(each) && isQuick(after, at, text);
  return after.every(isEnd) ? start + found.index : undefined;
}

/** The `wait`s that wait: a shell knows the processes that it started itself, not those of a shell within it. */
function findWaits(words: readonly ShellWord[]): ReadonlySet<ShellWord> {
  const waits = new Set<ShellWord>();
  const started = new Set<number>();
  let depth = 0;
  for (const found of words) {
    if (found.word === "(") started.delete((depth += 1));
    else if (found.word === ")") depth -= 1;
    else if (found.word === "&") started.add(depth);
    else if (found.word === "wait" && found.isCommand && started.has(depth)) waits.add(found);
  }
  return waits;
}

/** Whether a command is nothing but comments, settings and `true`. */
export function doesNothing(command: string): boolean {
  // An expansion may run anything.
  if (command.length > longestRead || command.trim() === "" || /\$\(|`/.test(command)) return false;
  const words = readWords(command);
  return words.every(
    (found) => !isName(found, command) || settings.has(found.word) || structure.has(found.word),
  );
}

/** The words of a command, without redirections such as `2>&1` and with `&` for the background alone. */
function readWords(text: string): ShellWord[] {
  const masked = readShellText(text)
    .masked.replaceAll(/[<>]&[\d-]*|&>+|\|&/g, (sign) =>
      sign === "|&" ? "| " : "_".repeat(sign.length),
    )
    .replaceAll("&&", "||")
    // A line that goes on in the next one.
    .replaceAll("_", (sign, at: number) =>
      text.startsWith("\\\n", at) || (at > 0 && text.startsWith("\\\n", at - 1)) ? " " : sign,
    );
  let isAssigned = false;
  return toShellWords(masked).map((found) => {
    // `A=1 command`: the name is the word behind the variables.
    const isCommand = found.isCommand || (isAssigned && !structure.has(found.word));
    isAssigned = isCommand && /^\w+=/.test(found.word);
    return { ...found, isCommand };
  });
}

function isDetaching(
  words: readonly ShellWord[],
  at: number,
  text: string,
  depth: number,
): boolean {
  const { word, isCommand } = words[at]!;
  if (word === "&") return true;
  if (!isCommand) return false;
  const next = words.slice(at + 1, at + 8);
  const end = next.findIndex((each) => structure.has(each.word));
  const args = end < 0 ? next : next.slice(0, end);
  const has = (form: RegExp) => args.some((each) => form.test(each.word));
  if (word === "setsid") return /^(?:-f|--fork)$/.test(args[0]?.word ?? "");
  if (word === "tmux") return has(/^new(?:-session)?$/) && has(/^-[A-Za-z]*d[A-Za-z]*$/);
  if (word === "screen") return has(/^-[A-Za-z]*dm/) || (has(/^-d$/) && has(/^-m$/));
  const script = args[args.findIndex((each) => /^-\w*c$/.test(each.word)) + 1];
  if (!shells.has(word) || script === undefined || depth >= mostShells) return false;
  const quoted = text.slice(script.index, script.index + script.word.length);
  const isQuoted = /^(["'])[^]*\1$/.test(quoted);
  return isQuoted && findLastInBackground(quoted.slice(1, -1), depth + 1) !== undefined;
}

/** Whether a word is the name of a command, not a comment or a variable that is set. */
function isName({ word, index, isCommand }: ShellWord, text: string): boolean {
  return isCommand && !/^\w+=/.test(word) && !(/^_+$/.test(word) && text.charAt(index) === "#");
}

/** Whether a word after the `&` keeps the job for no longer than a moment. */
function isQuick(words: readonly ShellWord[], at: number, text: string): boolean {
  const found = words[at]!;
  if (!isName(found, text)) return true;
  if (/^(?:for|while|until)$/.test(found.word)) return false;
  // `sleep infinity`, or of hours, is there to wait.
  if (found.word === "sleep") {
    return /^(?:\d{1,3}(?:\.\d+)?s?|\d(?:\.\d+)?m)$/.test(words[at + 1]?.word ?? "");
  }
  if (/^(?:tail|nvidia-smi)$/.test(found.word)) {
    const rest = words.slice(at + 1, at + 8);
    return !rest.some(({ word }) => /^-\w*[fFl]|^--(?:follow|loop|pid)|mon$/.test(word));
  }
  return quick.has(found.word) || structure.has(found.word);
}
