import { findFirstFailed, toNodeRuns, type NodeRun } from "./node-runs.ts";
import { readTail } from "./read-logs.ts";
import type { LogSource } from "./source.ts";

/** The node that failed first, and what it printed last. */
export interface FailedNode {
  readonly run: NodeRun;
  readonly exitCode: number;
  /** Its last lines, safe to print. */
  readonly lines: readonly string[];
}

/** Finds the node that failed first; `undefined` when no log says so, or none can be read here. */
export async function readFailedNode(
  source: LogSource,
  count: number,
): Promise<FailedNode | undefined> {
  const run = findFirstFailed(toNodeRuns((await source.list()) ?? []));
  if (run?.end === undefined) return undefined;
  return { run, exitCode: run.end.exitCode, lines: await readTail(source, run, count) };
}
