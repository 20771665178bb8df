import { visibleText } from "@qizhi/core/internal";
import { inputError } from "../../errors/cli-error.ts";
import type { Run } from "../../context/command.ts";
import { printNote } from "../../terminal/io.ts";
import { resume } from "../../sweep/submit-sweep.ts";
import { listSweeps, requireSweep, showSweep } from "../../sweep/show-sweeps.ts";

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
