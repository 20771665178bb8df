import {
  findLocalLogFolder,
  findLogFolder,
  jobUrl,
  openFolder,
  readFailedNode,
  untilAborted,
  visibleText,
} from "@qizhi/core/internal";
import type { Ending, FailedNode } from "../report/outcome.ts";
import type { RunParts } from "../inputs/inputs.ts";

// Of a sweep; whoever looks at more looks at the folder.
const mostRuns = 3;
// A disk that does not answer must not keep the step from its outcome; the runner ends a cancelled one after 10 s.
const mostMs = 5_000;

/**
 * Adds the last lines of the node that failed first to the ending of a failed job, where the runner can read its
 * logs. What cannot be read changes no ending.
 */
export async function withFailedNode(ending: Ending, parts: RunParts): Promise<Ending> {
  const { job, outcome } = ending;
  if (outcome !== "failed" || job === undefined) return ending;
  const failed = await readFailed(job.job_id, findLogFolder(job), parts);
  if (!failed) return ending;
  const { name, exitCode } = failed;
  const cause = `${ending.cause} ${name.replace("node", "Node")} failed first, with exit code ${exitCode}.`;
  return { ...ending, cause, failedNodes: [failed] };
}

/**
 * {@link withFailedNode} of a sweep: of the first runs that failed.
 * @param folders where jobs keep their logs, by id.
 */
export async function withFailedNodes(
  ending: Ending,
  folders: ReadonlyMap<string, string>,
  parts: RunParts,
): Promise<Ending> {
  const rows = (ending.sweep?.rows ?? []).filter(({ state }) => state === "failed");
  const found = await Promise.all(
    rows.slice(0, mostRuns).map(async ({ name: run, jobId }) => {
      const failed = jobId && (await readFailed(jobId, folders.get(jobId), parts));
      return failed ? [{ ...failed, run }] : [];
    }),
  );
  return { ...ending, failedNodes: found.flat() };
}

async function readFailed(
  jobId: string,
  known: string | undefined,
  { inputs, log }: RunParts,
): Promise<FailedNode | undefined> {
  const { connection, logLines } = inputs;
  if (logLines === 0) return undefined;
  const end = AbortSignal.timeout(mostMs);
  try {
    const folder = known ?? (await findLocalLogFolder(jobUrl(connection.baseUrl, jobId)));
    const failed =
      folder && (await untilAborted(readFailedNode(openFolder(folder), logLines), end));
    if (!failed) return undefined;
    const { run, exitCode, lines } = failed;
    const where = run.host === undefined ? "" : ` on ${visibleText(run.host)}`;
    const shown = lines.length > 0 ? lines : ["(nothing was printed)"];
    return { name: `node ${visibleText(run.node)}${where}`, exitCode, lines: shown };
  } catch (error) {
    log.line(`The logs of ${visibleText(jobId)} could not be read: ${String(error)}`);
    return undefined;
  }
}
