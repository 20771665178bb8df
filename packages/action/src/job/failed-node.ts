import { visibleText } from "@qizhi/core";
import {
  findLocalLogFolder,
  findLogFolder,
  jobUrl,
  openFolder,
  readFailedNode,
} from "@qizhi/core/internal";
import type { Ending } from "../report/outcome.ts";
import type { RunParts } from "./run-parts.ts";

/**
 * Adds the last lines of the node that failed first to the ending of a failed job, where the runner can read its
 * logs. What cannot be read changes no ending.
 */
export async function withFailedNode(ending: Ending, { inputs, log }: RunParts): Promise<Ending> {
  const { job, outcome } = ending;
  const { connection, logLines } = inputs;
  if (outcome !== "failed" || job === undefined || logLines === 0) return ending;
  const page = jobUrl(connection.baseUrl, job.job_id);
  try {
    const folder = findLogFolder(job) ?? (await findLocalLogFolder(page));
    const failed = folder && (await readFailedNode(openFolder(folder), logLines));
    if (!failed) return ending;
    const { run, exitCode, lines } = failed;
    const where = run.host === undefined ? "" : ` on ${visibleText(run.host)}`;
    const name = `node ${visibleText(run.node)}${where}`;
    const cause = `${ending.cause} ${name[0]?.toUpperCase()}${name.slice(1)} failed first, with exit code ${exitCode}.`;
    return { ...ending, cause, failedNode: { name, exitCode, lines } };
  } catch (error) {
    log.line(`The logs of the job could not be read: ${String(error)}`);
    return ending;
  }
}
