// Controls other than line ends and tabs, format and direction characters, line and paragraph separators.
const unsafe = /(?![\n\r\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|\p{Surrogate}/gu;

/** Whether a text holds a character that could move a terminal, or hide or reorder text. */
export function isUnsafe(text: string): boolean {
  return text.search(unsafe) >= 0;
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
