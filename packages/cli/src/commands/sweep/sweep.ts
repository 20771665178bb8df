import { visibleText } from "@qizhi/core/internal";
import { inputError } from "../../errors/cli-error.ts";
import type { Run } from "../../context/command.ts";
import { printNote, printResult } from "../../terminal/io.ts";
import { resume } from "../../sweep/resume-sweep.ts";
import { listSweeps, requireSweep, showSweep } from "../../sweep/show-sweeps.ts";
import { chineseWords, englishWords, toHtmlReport, toResultRows } from "@qizhi/core/sweep";
import { exitCode } from "../../errors/exit-code.ts";
import { chooseLanguage } from "../../messages/language.ts";
import { refreshSweeps } from "../../sweep/show-sweeps.ts";
import { writeText } from "../../sweep/sweep-output.ts";
import { mayWrite } from "../../spec/write-spec.ts";

/** The commands that do what the actions of `qizhi sweep` did. */
const replacements = new Map([
  ["list", "qizhi list --sweeps"],
  ["show", "qizhi status <sweep>"],
  ["resume", "qizhi rerun <sweep>"],
]);

/** `qizhi sweep`: earlier forms of `list --sweeps`, `status <sweep>` and `rerun <sweep>`. */
export const sweep: Run = async (input) => {
  const { options, io } = input;
  const [action = "", id] = input.args;
  const replacement = replacements.get(action);
  if (replacement === undefined) throw inputError(["sweep.action", visibleText(action)]);
  if (action !== "list" && id === undefined) {
    throw inputError(["sweep.needsId", action], "sweep.seeList");
  }
  if (action === "list" && id !== undefined) {
    throw inputError(["takesNotThat", "sweep list", visibleText(id)], "sweep.seeList");
  }
  printNote(io, io.t.deprecated(`qizhi sweep ${action}`, replacement));
  if (id === undefined) return listSweeps(input);
  const found = requireSweep(id, input);
  return action === "show" ? showSweep(found, input) : resume(found, options.flag("failed"), input);
};

/** `qizhi report`: writes a sweep as one HTML page. */
export const report: Run = async (input) => {
  const { args, options, io } = input;
  const [id = "", given] = args;
  const found = requireSweep(id, input);
  const { id: sweepId, plan, runs, platform } = found;
  const file = given ?? `${sweepId}.html`;
  if (!(await mayWrite(file, options.flag("force"), io))) {
    printNote(io, io.t.write.left);
    return exitCode.ok;
  }
  const code = await refreshSweeps([found], input);
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
