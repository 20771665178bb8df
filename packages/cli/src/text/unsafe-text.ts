// Controls other than line ends and tabs, format and direction characters, line and paragraph separators.
const unsafe = /(?![\n\r\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|\p{Surrogate}/gu;

/** Whether a text holds a character that could move a terminal, or hide or reorder text. */
export function isUnsafe(text: string): boolean {
  return text.search(unsafe) >= 0;
}

// A runner of CI takes a line that begins like this for a command. The blanks are on the same line, or many empty
// lines would take quadratic time.
const commands = /^([^\S\r\n\u2028\u2029]*)(?:(:):|(#)#\[)/gm;

/** Whether a line of a text is a command for a runner of CI. */
export function hasCommand(text: string): boolean {
  return text.search(commands) >= 0;
}

/** Escapes the first character of such lines. */
export function escapeCommands(text: string): string {
  return text.replaceAll(commands, (start, blanks: string, colon?: string) =>
    colon ? `${blanks}\\x3a:` : start.replace("#", "\\x23"),
  );
}

/** Escapes such characters as JSON and the quoted texts of YAML write them. */
export function escapeUnsafe(text: string): string {
  return text.replaceAll(unsafe, (char) =>
    char
      .split("")
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}
