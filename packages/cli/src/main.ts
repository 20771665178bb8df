import { findHelp, toHelpText } from "./help.ts";
import { openIo } from "./open-io.ts";
import { saveMemory } from "./save-memory.ts";

/**
 * Runs a command line on this process's streams and environment.
 * @param argv the words after the program's name.
 * @param keepCompiledCode see `Io`.
 * @returns the exit code.
 */
export async function main(argv: readonly string[], keepCompiledCode: () => void): Promise<number> {
  const io = await openIo(argv, keepCompiledCode);
  // So many words are jobs: the loops over them alone would wake the compilers up, 5 MB (measured).
  if (argv.length > 100) saveMemory(io);
  const help = findHelp(argv);
  if (help !== undefined) {
    io.stdout.write(`${toHelpText(help.command, io.stdout, io)}\n`);
    return 0;
  }
  const { runCli } = await import("./cli.ts");
  return runCli(argv, io);
}
