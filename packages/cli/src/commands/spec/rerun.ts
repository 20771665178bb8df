import type { Client, JobSpec } from "@qizhi/core";
import type { Attempt } from "@qizhi/core/journal";
import { parseJobSpec, readJobSpec, visibleText } from "@qizhi/core";
import { toPlatformKey } from "@qizhi/core/internal";
import { findAccess } from "../../access/access.ts";
import { warnOfShellLine } from "../../spec/check-spec.ts";
import { inputError } from "../../errors/cli-error.ts";
import type { CommandInput, Run } from "../../context/command.ts";
import { connect } from "../../access/connect.ts";
import { openHistory } from "../../history/history.ts";
import { resolveJobs } from "../../history/job-reference.ts";
import { readOverrides } from "../../spec/read-spec.ts";
import { readWaitSettings } from "../../jobs/wait-for-jobs.ts";
import { dryRun, submitTo } from "./submit.ts";

/** `qizhi rerun`: submits again what was submitted from here, with changes where they are given. */
export const rerun: Run = async (input) => {
  const { options, rest, io } = input;
  readWaitSettings(options);
  warnOfShellLine(rest, io);
  // A dry run sends nothing, so it needs no login.
  if (options.flag("dryRun")) {
    return dryRun(await readSent({ client: findAccess(options, io) }, input), options, io);
  }
  const connection = await connect(options, io);
  const spec = await readSent(connection, input);
  // A spec that was accepted once is sent as it was, also with keys newer than this version.
  return submitTo(connection, spec, input, { allowUnknown: true });
};

type Platform = { readonly client: Pick<Client, "baseUrl"> };

/** The spec that was sent for a job of the history, with the changes of the command line. */
export async function readSent(platform: Platform, input: CommandInput): Promise<JobSpec> {
  const [jobId = ""] = resolveJobs([input.args[0] ?? ""], platform, input.io);
  return toSpec(findAttempt(platform, jobId, input), jobId, input);
}

function findAttempt({ client }: Platform, jobId: string, { io }: CommandInput): Attempt {
  const platform = toPlatformKey(client.baseUrl);
  const { jobs } = openHistory(io).read();
  const job = jobs.find((each) => each.platform === platform && each.jobId === jobId);
  if (job?.attempt !== undefined) return job.attempt;
  const shown = visibleText(jobId);
  throw inputError(["clone.notFromHere", shown], ["clone.cloneInstead", shown]);
}

async function toSpec({ spec }: Attempt, jobId: string, input: CommandInput): Promise<JobSpec> {
  const { options, rest } = input;
  const isChanged =
    rest.length > 0 || ["set", "env", "name"].some((name) => options.list(name).length > 0);
  if (!isChanged) return parseJobSpec(spec, { allowUnknown: true });
  const source = { name: visibleText(jobId), text: JSON.stringify(spec, undefined, 2) };
  return (await readJobSpec(source, readOverrides(options, rest))).spec;
}
