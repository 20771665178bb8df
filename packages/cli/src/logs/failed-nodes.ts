import type { Phase } from "@qizhi/core";
import {
  type FailedNode,
  openFolder,
  readFailedNode,
  untilAborted,
  visibleText,
} from "@qizhi/core/internal";
import type { KnownJob } from "@qizhi/core/journal";
import type { Messages } from "../messages/en.ts";
import { type Connection, toCommand } from "../terminal/connection.ts";
import { type Io, printNote } from "../terminal/io.ts";
import type { SeenJob } from "../view/job-output.ts";
import { findFolder } from "./open-logs.ts";
import { createNotePrinter, nameOf } from "./print-logs.ts";

const shownLines = 20;
// Of more jobs the node and its exit code alone.
const mostWithLines = 3;
const mostRead = 50;
const failedPhases: ReadonlySet<Phase> = new Set(["failed", "ended"]);

/** Jobs that failed and keep logs, by their ids, with the node that failed first, where it is known. */
type Failures = ReadonlyMap<string, FailedNode | undefined>;

/**
 * Reads why jobs failed, of the first 50 that did, where they keep logs. Logs that cannot be read end no command, and
 * keep none from its verdict: the reading ends with the signal, and after a time for all jobs together.
 */
export async function readFailures(
  connection: Connection,
  seen: readonly SeenJob[],
  known: ReadonlyMap<string, KnownJob>,
  { signal, mostMs = 10_000 }: { signal?: AbortSignal | undefined; mostMs?: number } = {},
): Promise<Failures> {
  const failures = new Map<string, FailedNode | undefined>();
  const failed = seen.filter(({ report }) => failedPhases.has(report.phase)).slice(0, mostRead);
  if (failed.length === 0) return failures;
  const end = AbortSignal.any([AbortSignal.timeout(mostMs), ...(signal ? [signal] : [])]);
  try {
    for (const { job, report } of failed) {
      const { jobId } = report;
      const folder = await untilAborted(findFolder(connection, jobId, job, known), end);
      if (folder === undefined) continue;
      const reading = readFailedNode(openFolder(folder), shownLines).catch(() => undefined);
      failures.set(jobId, undefined);
      failures.set(jobId, await untilAborted(reading, end));
    }
  } catch (error) {
    if (!end.aborted) throw error;
  }
  return failures;
}

/** A failed node as `--json` gives it. */
export function toFailureJson(failed: FailedNode | undefined): Record<string, unknown> {
  if (failed === undefined) return {};
  const { run, exitCode, lines } = failed;
  const { node, host = null } = run;
  return { failed_node: { node, host, exit_code: exitCode, lines } };
}

/** Says which node failed first, and with which exit code. */
export function sayFailedNode({ run, exitCode }: FailedNode, t: Messages): string {
  return t.logs.failedNode(nameOf(run.node, t), visibleText(run.host ?? ""), exitCode);
}

/** Prints the last lines of the node that failed first; where they are elsewhere, the command that shows them. */
export function printFailures(failures: Failures, connection: Connection, io: Io): void {
  for (const [jobId, failed] of failures) {
    if (failed === undefined) {
      printNote(io, io.t.logs.seeLogs(toCommand(connection, "logs", visibleText(jobId))));
      continue;
    }
    const { run, lines } = failed;
    const about = failures.size > 1 ? `${visibleText(jobId)}: ` : "";
    printNote(io, about + sayFailedNode(failed, io.t));
    if (lines.length > 0 && failures.size <= mostWithLines) createNotePrinter(io)({ run, lines });
  }
}
