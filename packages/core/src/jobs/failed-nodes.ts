import type { JobReport } from "./report.ts";

const mostNodes = 50;

/**
 * The nodes of a job that failed, as JSON for `extra.exclude_nodes` (wire 2.1); nothing of another job, and where a
 * name is no plain word.
 */
export function listFailedNodes({ phase, nodeNames }: JobReport): string | undefined {
  const names = [...new Set(nodeNames)];
  const isPlain = names.every((name) => /^[\w.-]{1,100}$/.test(name));
  const isList = isPlain && names.length > 0 && names.length <= mostNodes;
  return phase === "failed" && isList ? JSON.stringify(names) : undefined;
}
