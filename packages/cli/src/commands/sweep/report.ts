import { visibleText } from "@qizhi/core/internal";
import { chineseWords, englishWords, toHtmlReport, toResultRows } from "@qizhi/core/sweep";
import type { Run } from "../../context/command.ts";
import { exitCode } from "../../errors/exit-code.ts";
import { printNote, printResult } from "../../terminal/io.ts";
import { chooseLanguage } from "../../messages/language.ts";
import { refreshSweeps } from "../../sweep/refresh-sweeps.ts";
import { writeText } from "../../sweep/sweep-output.ts";
import { mayWrite } from "../../spec/write-spec.ts";
import { requireSweep } from "../../sweep/show-sweeps.ts";

/** `qizhi report`: writes a sweep as one HTML page. */
export const report: Run = async (input) => {
  const { args, options, io } = input;
  const [id = "", given] = args;
  const sweep = requireSweep(id, input);
  const { id: sweepId, plan, runs, platform } = sweep;
  const file = given ?? `${sweepId}.html`;
  if (!(await mayWrite(file, options.flag("force"), io))) {
    printNote(io, io.t.write.left);
    return exitCode.ok;
  }
  const code = await refreshSweeps([sweep], input);
  const lang = options.text("lang");
  const argv = lang === undefined ? [] : ["--lang", lang];
  const words = chooseLanguage(argv, io.env) === "zh" ? chineseWords : englishWords;
  const rows = toResultRows(runs);
  const { name, variables } = plan;
  const page = toHtmlReport({ name, sweepId, platform, variables, rows, nowMs: Date.now() }, words);
  await writeText(file, page, io);
  printResult(io, visibleText(file));
  return code;
};
