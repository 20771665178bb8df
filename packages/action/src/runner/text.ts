import { visibleText } from "@qizhi/core";
import { excerpt } from "@qizhi/core/internal";

// The runner compares by culture, which skips invisible characters (actions/runner, ActionCommand).
const unseen = String.raw`[\p{Default_Ignorable_Code_Point}\p{Cc}]*`;
const oldCommand = new RegExp(`#(?=${unseen}#${unseen}\\[)`, "gu");

/**
 * Makes untrusted text fit for the middle of a log line: nothing that moves a terminal, no `##[name]`
 * command, and none of the shapes that the problem matchers of setup-node look for.
 */
export function harmless(text: string): string {
  return visibleText(text)
    .replace(oldCommand, "# ")
    .replace(/\)\s*:/g, ") -")
    .replace(/:(?=\sline\s)/g, ";");
}

/** {@link harmless}, cut at `length` characters with a mark. */
export function harmlessExcerpt(text: string, length: number): string {
  return excerpt(text, length, harmless);
}
