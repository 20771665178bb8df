import { openIo } from "../open-io.ts";
import { complete } from "./complete.ts";

/** Answers a completion script on this process's stdout; see {@link complete}. */
export async function completeLine(words: readonly string[]): Promise<void> {
  complete(words, await openIo([]));
}
