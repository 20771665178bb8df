import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The largest step summary the runner uploads, in bytes. */
export const SUMMARY_LIMIT_BYTES = 1024 * 1024;

/** The files an action writes to, each named after its `GITHUB_*` variable. */
export type CommandFileName = "OUTPUT" | "STATE" | "ENV" | "PATH" | "STEP_SUMMARY";

/** Paths of the files of one stage, or their texts. */
export type CommandFiles = Record<CommandFileName, string>;

/** What a `name=value` file holds: the pairs before the first mistake, and the mistake. */
export type FilePairs = { pairs: [name: string, value: string][]; error?: string };

/** Makes new empty command files for one stage in `directory`. */
export async function createCommandFiles(directory: string): Promise<CommandFiles> {
  await mkdir(directory, { recursive: true });
  const files: CommandFiles = {
    OUTPUT: join(directory, "set_output"),
    STATE: join(directory, "save_state"),
    ENV: join(directory, "set_env"),
    PATH: join(directory, "add_path"),
    STEP_SUMMARY: join(directory, "step_summary"),
  };
  await Promise.all(Object.values(files).map((path) => writeFile(path, "")));
  return files;
}

/** The text of a command file; empty if the action removed it. */
export function readCommandFile(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8").replace(/^\uFEFF/, "") : "";
}

/** The texts of all files of a stage. */
export function readCommandFiles(files: CommandFiles): CommandFiles {
  return {
    OUTPUT: readCommandFile(files.OUTPUT),
    STATE: readCommandFile(files.STATE),
    ENV: readCommandFile(files.ENV),
    PATH: readCommandFile(files.PATH),
    STEP_SUMMARY: readCommandFile(files.STEP_SUMMARY),
  };
}

/**
 * Reads `name=value` and `name<<DELIMITER` lines as the runner on Linux does: lines end at `\n`
 * only, a heredoc ends at the first line equal to the delimiter, the first mistake ends the reading
 * and the pairs before it stay (README 5).
 */
export function parsePairs(text: string): FilePairs {
  const pairs: [string, string][] = [];
  // A text that ends in a line feed has no further line.
  const lines = text.endsWith("\n") ? text.slice(0, -1).split("\n") : text.split("\n");
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (line === "") continue;
    const equals = line.indexOf("=");
    const heredoc = line.indexOf("<<");
    if (equals === 0) return { pairs, error: `Invalid format '${line}': name must not be empty` };
    if (equals > 0 && (heredoc < 0 || equals < heredoc)) {
      pairs.push([line.slice(0, equals), line.slice(equals + 1)]);
      continue;
    }
    if (heredoc < 0) return { pairs, error: `Invalid format '${line}'` };
    const name = line.slice(0, heredoc);
    const delimiter = line.slice(heredoc + 2);
    if (name === "" || delimiter === "") {
      return { pairs, error: `Invalid format '${line}': name and delimiter must not be empty` };
    }
    const end = lines.indexOf(delimiter, at + 1);
    if (end < 0) return { pairs, error: `Matching delimiter not found '${delimiter}'` };
    pairs.push([name, lines.slice(at + 1, end).join("\n")]);
    at = end;
  }
  return { pairs };
}
