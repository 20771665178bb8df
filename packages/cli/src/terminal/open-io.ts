import type { Io } from "./io.ts";
import { chooseLanguage, loadMessages } from "../messages/language.ts";
import { openOutput } from "./open-output.ts";
import { withCleanLogin } from "../text/secret-text.ts";

/** This process's streams and environment, and the texts in the language that the command line asks for. */
export async function openIo(argv: readonly string[]): Promise<Io> {
  const t = await loadMessages(chooseLanguage(argv, process.env));
  return {
    env: withCleanLogin(process.env),
    // Opened on use: few commands read stdin.
    get stdin() {
      return process.stdin;
    },
    stdout: openOutput(1),
    stderr: openOutput(2),
    t,
  };
}
