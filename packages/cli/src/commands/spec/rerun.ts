import { findAccess } from "../../access/access.ts";
import { warnOfShellLine } from "../../spec/check-spec.ts";
import { confirmPlan, toPlanOf } from "../../spec/confirm-plan.ts";
import { readBelow } from "../../spec/read-spec.ts";
import { inputError } from "../../errors/cli-error.ts";
import { exitCode } from "../../errors/exit-code.ts";
import type { Run } from "../../context/command.ts";
import { connect } from "../../access/connect.ts";
import type { Options } from "../../context/options.ts";
import { findOrigin, withOrigin } from "../../history/origin.ts";
import { jobsOf, selectTargets } from "../../history/selection.ts";
import { readWaitSettings } from "../../jobs/wait-settings.ts";
import { dryRun, submitTo } from "./submit.ts";
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
  const references = args.length > 0 ? args : isSet(options) ? [] : ["@last"];
  const { jobIds, sweeps } = selectTargets(references, platform, io);
  const [sweep] = sweeps;
  const isSeveral = jobIds.length + sweeps.length > 1;
  if (isSeveral && options.flag("failed")) {
    options.checkTerms("jobs");
    const { rerunSeveral } = await import("./rerun-several.ts");
    return rerunSeveral(jobsOf({ jobIds, sweeps }, io), input);
  }
  if (sweep !== undefined) {
    if (isSeveral) throw inputError("rerun.oneSweep");
    options.checkTerms("sweep");
    if (rest.length > 0) throw inputError(["flagOfKind", "--", ["jobs"], "sweep", "rerun"]);
    const { requireSweep } = await import("../../sweep/show-sweeps.ts");
    const { resume } = await import("../../sweep/submit-sweep.ts");
    return resume(requireSweep(sweep.id, input), options.flag("failed"), input);
  }
  options.checkTerms("jobs");
  if (jobIds.length !== 1 || options.flag("failed")) {
    const { rerunSeveral } = await import("./rerun-several.ts");
    return rerunSeveral(jobIds, input);
  }
  const spec = await readSentOf(platform, jobIds[0]!, input);
  // A dry run sends nothing, so it needs no login.
  if (options.flag("dryRun")) return dryRun([spec], options, io);
  const below = await readBelow(options, io);
  const isWanted = await confirmPlan({ plan: toPlanOf(spec), below }, options, io);
  if (!isWanted) return exitCode.usage;
  const origin = await findOrigin(undefined, options.text("note"), io);
  const connection = withOrigin(await connect(options, io), origin);
  // A spec that was accepted once is sent as it was, also with keys newer than this version.
  return submitTo(connection, spec, input, { allowUnknown: true });
};

function isSet(options: Options): boolean {
  return options.list("since").length > 0;
}
