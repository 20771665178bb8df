import { openIo } from "../terminal/open-io.ts";
import { complete } from "./complete.ts";

/** Answers a completion script on this process's stdout; see {@link complete}. */
export async function completeLine(words: readonly string[]): Promise<number> {
  complete(words, await openIo([]));
  return 0;
}
