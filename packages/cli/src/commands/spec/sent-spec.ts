import { type Client, type JobSpec, parseJobSpec, readJobSpec } from "@qizhi/core";
import type { Attempt } from "@qizhi/core/journal";
import { visibleText } from "@qizhi/core/internal";
import { inputError } from "../../errors/cli-error.ts";
import type { CommandInput } from "../../context/command.ts";
import { findKnown, openHistory } from "../../history/history.ts";
import { selectJob } from "../../history/selection.ts";
import { readOverrides } from "../../spec/read-spec.ts";

type Platform = { readonly client: Pick<Client, "baseUrl"> };

/** The spec that was sent for the job of the command line, with its changes. */
export async function readSent(platform: Platform, input: CommandInput): Promise<JobSpec> {
  const jobId = selectJob(input.args[0] ?? "", platform, input.io);
  return readSentOf(platform, jobId, input);
}

/** The spec that was sent for a job of the history, with the changes of the command line. */
export async function readSentOf(
  platform: Platform,
  jobId: string,
  input: CommandInput,
): Promise<JobSpec> {
  return toSpec(findSent(platform, jobId, input.io), jobId, input);
}

/** The create of a job of the history. @throws {InputError} it was not submitted from here. */
export function findSent({ client }: Platform, jobId: string, io: CommandInput["io"]): Attempt {
  const job = findKnown({ client, journal: openHistory(io) }, [jobId]).get(jobId);
  if (job?.attempt !== undefined) return job.attempt;
  const shown = visibleText(jobId);
  throw inputError(["clone.notFromHere", shown], ["clone.cloneInstead", shown]);
}

async function toSpec({ spec }: Attempt, jobId: string, input: CommandInput): Promise<JobSpec> {
  const { options, rest } = input;
  const isChanged =
    rest.length > 0 ||
    ["set", "env", "name", "logDir"].some((name) => options.list(name).length > 0);
  if (!isChanged) return parseJobSpec(spec, { allowUnknown: true });
  const source = { name: visibleText(jobId), text: JSON.stringify(spec, undefined, 2) };
  return (await readJobSpec(source, readOverrides(options, rest))).spec;
}
