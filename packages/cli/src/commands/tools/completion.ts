import { visibleText } from "@qizhi/core";
import { inputError } from "../../errors/cli-error.ts";
import type { Run } from "../../context/command.ts";
import { scripts, shells } from "./scripts.ts";
import { exitCode } from "../../errors/exit-code.ts";
import { printResult } from "../../terminal/io.ts";

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
