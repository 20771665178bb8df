import { chooseLanguage, loadMessages } from "../language.ts";
import { complete } from "./complete.ts";

/** Answers a completion script on this process's stdout; see {@link complete}. */
export async function completeLine(words: readonly string[]): Promise<void> {
  const { env, stdin, stdout, stderr } = process;
  const t = await loadMessages(chooseLanguage([], env));
  complete(words, { env, stdin, stdout, stderr, t });
}
