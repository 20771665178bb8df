// A runner of CI compares by culture, which skips these characters.
const unseen = String.raw`(?:(?![\r\n])[\p{Default_Ignorable_Code_Point}\p{Cc}])*`;
// It takes ##[name] for a command anywhere in a line.
const oldCommand = `#(?=${unseen}#${unseen}\\[)`;

// Controls other than line ends and tabs, format and direction characters, line and paragraph separators.
const control = String.raw`(?![\n\r\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|\p{Surrogate}`;
// These, and what begins a command in the middle of a line.
const unsafe = `${control}|${oldCommand}`;

/** Whether a text holds a character that could move a terminal, hide or reorder text, or begin a command within a line. */
export function isUnsafe(text: string): boolean {
  return new RegExp(unsafe, "u").test(text);
}

// ::name:: is a command at the start of a line. The blanks are on the same line, or many empty lines would take
// quadratic time.
const commands = new RegExp(
  String.raw`^((?:(?![\r\n\u2028\u2029])[\s\p{Default_Ignorable_Code_Point}\p{Cc}])*):(?=${unseen}:)|${oldCommand}`,
  "gmu",
);

/** Whether a line of a text holds a command for a runner of CI. */
export function hasCommand(text: string): boolean {
  return text.search(commands) >= 0;
}

/** Escapes the first character of such commands. */
export function escapeCommands(text: string): string {
  return text.replaceAll(commands, (_start, blanks?: string) =>
    blanks === undefined ? String.raw`\x23` : String.raw`${blanks}\x3a`,
  );
}

/** Escapes such characters as JSON and the quoted texts of YAML write them. */
export function escapeUnsafe(text: string): string {
  return escapeAll(text, unsafe);
}

/** {@link escapeUnsafe} for a file: no runner looks for commands in it, and `##[` may begin a comment of its own. */
export function escapeControls(text: string): string {
  return escapeAll(text, control);
}

function escapeAll(text: string, pattern: string): string {
  return text.replaceAll(new RegExp(pattern, "gu"), (char) =>
    char
      .split("")
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}
