import { findEscapes, findOpenDocument, type HereDocument } from "./shell-mask.ts";

// Longer commands are not checked.
const longest = 65_536;

const blankLineEnd = /\\(?:(?![\r\n])[\s\u200b])+\r?\n/y;
// Lines that are empty or a comment, and an option below them.
const cutLineEnd = /\\\n(?:[ \t]*(?:#[^\n]*)?\n)+[ \t]*-/y;

/** The offset of a backslash that a blank keeps from joining its line with the next. */
export function findBlankAfterBackslash(command: string): number | undefined {
  return findBackslash(command, blankLineEnd);
}

/** The offset of a backslash that joins its line with an empty one or a comment, which ends the command. */
export function findCutContinuation(command: string): number | undefined {
  return findBackslash(command, cutLineEnd);
}

function findBackslash(command: string, form: RegExp): number | undefined {
  const text = command.slice(0, longest);
  return findEscapes(text).find((offset) => {
    form.lastIndex = offset;
    return form.test(text);
  });
}

/** The first here-document that no line ends. */
export function findEndlessDocument(command: string): HereDocument | undefined {
  return command.length > longest ? undefined : findOpenDocument(command);
}
