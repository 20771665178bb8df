import { visibleText } from "@qizhi/core";
import { inputError } from "../cli-error.ts";
import type { Run } from "../command.ts";
import { scripts, shells } from "../completion/scripts.ts";
import { exitCode } from "../exit-code.ts";
import { printResult } from "../io.ts";

/** `qizhi completion`: the script that makes a shell complete commands, flags, fields and jobs. */
export const completion: Run = async ({ args, io }) => {
  const shell = shells.find((each) => each === args[0]);
  if (shell === undefined) {
    const given = visibleText(args[0] ?? "");
    throw inputError((t) => t.noSuchShell(given, shells.join(t.comma)));
  }
  printResult(io, scripts[shell].trimEnd());
  return exitCode.ok;
};
