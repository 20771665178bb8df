import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";

/** A shell as the `sh` of a folder for PATH, where this machine has it. */
export interface Shell {
  readonly name: string;
  readonly folder: string;
  readonly isHere: boolean;
}

/** The shells that a pod's `sh` may be. */
export function findShells(root: string): Shell[] {
  return ["dash", "bash", "busybox"].map((name) => {
    const path = (process.env["PATH"] ?? "")
      .split(delimiter)
      .map((folder) => join(folder, name))
      .find((file) => isProgram(file));
    const folder = join(root, name);
    mkdirSync(folder);
    if (path !== undefined) symlinkSync(path, join(folder, "sh"));
    return { name, folder, isHere: path !== undefined };
  });
}

function isProgram(file: string): boolean {
  try {
    execFileSync(file, ["--help"], { stdio: "ignore" });
    return true;
  } catch (error) {
    return error instanceof Error && !("code" in error && error.code === "ENOENT");
  }
}
