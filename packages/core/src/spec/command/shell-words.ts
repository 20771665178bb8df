/** A word of a masked command, and whether it stands where a command's name would. */
export interface ShellWord {
  readonly word: string;
  readonly index: number;
  readonly isCommand: boolean;
}

const openers = new Set(["then", "do", "else", "elif", "if", "while", "until", "time", "!"]);

/** The words and signs of a command that went through `maskQuoted`, in one pass. */
export function toShellWords(masked: string): ShellWord[] {
  let isCommand = true;
  return Array.from(masked.matchAll(/[\n;&|(){}]|[^\s;&|(){}]+/g), ({ 0: word, index }) => {
    const found = { word, index, isCommand };
    isCommand = /^[\n;&|(){}]$/.test(word) || (isCommand && openers.has(word));
    return found;
  });
}
