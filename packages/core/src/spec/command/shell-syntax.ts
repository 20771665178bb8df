import { readShellText } from "./shell-text.ts";

/** Where the syntax of a command is wrong, and whether it is a quote that is never closed. */
interface ShellError {
  readonly offset: number;
  readonly isOpenQuote: boolean;
}

/** Reads a command as `sh -n` does and gives what that says on stderr; `undefined` where nothing is wrong or nothing is known. */
export type ReadShell = (command: string) => string | undefined;

const reserved = /\b(?:if|then|elif|else|fi|for|do|done|while|until|case|esac|in)\b/;

/** Finds where `sh` would give up on a command. Words and plain variables alone are never asked about. */
export function findShellError(command: string, readShell: ReadShell): ShellError | undefined {
  const isPlain = /^(?:[\w \t./:=,@%+-]|\$(?=\w))*$/.test(command.trim());
  if (isPlain && !reserved.test(command)) return undefined;
  const said = readShell(command);
  if (said === undefined) return undefined;
  const quote = readShellText(command).openQuote;
  if (quote !== undefined) return { offset: quote, isOpenQuote: true };
  return { offset: startOfLine(command.trimEnd(), lineOf(said)), isOpenQuote: false };
}

/** The line that a shell names: `sh: 2: Syntax error` of dash, `sh: line 2: syntax error` of others. */
function lineOf(said: string): number {
  return Number(/^[^:\n]{0,200}:(?: line)? (\d{1,9}):/.exec(said)?.[1] ?? 1);
}

/** Where a line begins, from 1; the last one where there are not as many. */
function startOfLine(text: string, line: number): number {
  const lines = text.split("\n");
  const before = lines.slice(0, Math.min(line, lines.length) - 1);
  const start = before.reduce((length, each) => length + each.length + 1, 0);
  return start + Math.max(0, (lines[before.length] ?? "").search(/\S/));
}

// The limit holds for all commands of a spec together: a sweep may have many.
const mostMs = 1_000;
const mostSaid = 65_536;

/**
 * Creates a check of commands by `sh -n`, which runs nothing, and gives its message about a wrong one.
 * Without sh, or with no time left, it gives nothing.
 */
export function createShellReader(): ReadShell {
  const said = new Map<string, string | undefined>();
  let leftMs = mostMs;
  return (command) => {
    if (!said.has(command) && leftMs >= 1) {
      const began = performance.now();
      said.set(command, readWithShell(command, leftMs));
      leftMs = Math.floor(leftMs - (performance.now() - began));
    }
    return said.get(command);
  };
}

function readWithShell(command: string, timeout: number): string | undefined {
  // Most commands need no shell, so its module is loaded here.
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  const { status, stderr } = spawnSync("/bin/sh", ["-n"], {
    input: command,
    encoding: "utf8",
    env: { LC_ALL: "C" },
    timeout,
    killSignal: "SIGKILL",
    maxBuffer: mostSaid,
    windowsHide: true,
  });
  return status === null || status === 0 || status > 2 ? undefined : stderr;
}
