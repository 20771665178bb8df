import { findAccess } from "../../access/access.ts";
import { warnOfShellLine } from "../../spec/check-spec.ts";
import { readBelow } from "../../spec/read-spec.ts";
import { inputError } from "../../errors/cli-error.ts";
import type { Run } from "../../context/command.ts";
import { jobsOf, selectTargets } from "../../history/selection.ts";
import { readWaitSettings } from "../../jobs/wait-settings.ts";
import { confirmAndSubmit, dryRun } from "./submit.ts";
import { readSentOf } from "./sent-spec.ts";

/**
 * `qizhi rerun`: submits again what was submitted from here, with changes where they are given; of a sweep what is
 * left of it.
 */
export const rerun: Run = async (input) => {
  const { args, options, rest, io } = input;
  readWaitSettings(options);
  warnOfShellLine(rest, io);
  const platform = { client: findAccess(options, io) };
  const references = args.length > 0 || options.list("since").length > 0 ? args : ["@last"];
  const { jobIds, sweeps } = selectTargets(references, platform, io);
  const [sweep] = sweeps;
  const isSeveral = jobIds.length + sweeps.length > 1;
  const isFailed = options.flag("failed");
  if (sweep !== undefined && !(isSeveral && isFailed)) {
    if (isSeveral) throw inputError("rerun.oneSweep");
    options.checkTerms("sweep");
    if (rest.length > 0) throw inputError(["flagOfKind", "--", ["jobs"], "sweep", "rerun"]);
    const { requireSweep } = await import("../../sweep/show-sweeps.ts");
    const { resume } = await import("../../sweep/resume-sweep.ts");
    return resume(requireSweep(sweep.id, input), isFailed, input);
  }
  options.checkTerms("jobs");
  if (isFailed || jobIds.length !== 1) {
    const { rerunSeveral } = await import("./rerun-several.ts");
    return rerunSeveral(jobsOf({ jobIds, sweeps }, io), input);
  }
  const spec = await readSentOf(platform, jobIds[0]!, input);
  // A dry run sends nothing, so it needs no login.
  if (options.flag("dryRun")) return dryRun([spec], options, io);
  // A spec that was accepted once is sent as it was, also with keys newer than this version.
  return confirmAndSubmit(spec, await readBelow(options, io), input, true);
};
