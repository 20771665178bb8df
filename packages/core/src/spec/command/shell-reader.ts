import type { ReadShell } from "./shell-syntax.ts";

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
