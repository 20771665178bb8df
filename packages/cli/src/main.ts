import { runCli } from "./cli.ts";
import { openIo } from "./open-io.ts";

/**
 * Runs a command line on this process's streams and environment.
 * @param argv the words after the program's name.
 * @returns the exit code.
 */
export async function main(argv: readonly string[]): Promise<number> {
  return runCli(argv, await openIo(argv));
}
