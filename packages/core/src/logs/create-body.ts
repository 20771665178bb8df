import type { JobSpec } from "../schemas/job-spec.ts";
import { toLogFolder } from "./log-folder.ts";
import { wrapCommand } from "./wrapper.ts";

/**
 * The body of a create: the fields of `extra` stand beside those of the page, and with a `log_dir` the command is
 * wrapped.
 * @param runId name of the job's folder in it.
 */
export function toCreateBody(
  { extra, log_dir: logDir, ...fields }: JobSpec,
  runId: string = crypto.randomUUID(),
): JobSpec {
  const body = { ...fields, ...extra };
  if (logDir === undefined) return body;
  return { ...body, command: wrapCommand(fields.command, toLogFolder(logDir, runId)) };
}
