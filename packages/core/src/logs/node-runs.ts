import type { LogFile } from "./source.ts";

/** One run of a job's command on one of its nodes: a node has another one in each round. */
export interface NodeRun {
  /** The node's rank, or its host's name where the job had no rank. */
  readonly node: string;
  /** Name of the machine, where the file says it. */
  readonly host: string | undefined;
  /** Which run of this node, from 1. */
  readonly round: number;
  /** Name of the file with what it printed. */
  readonly file: string | undefined;
  /** Bytes in that file. */
  readonly size: number;
  /** When that file was last written, epoch ms. */
  readonly changedAt: number;
  /** How the command ended; none while it runs, or when its machine was ended with it. */
  readonly end: { readonly exitCode: number; readonly at: number } | undefined;
}

// The names that the wrapper gives, and those of the local platform.
const form = /^(?:(.+)\.(\d{9,12})|worker-(\d+))\.(?:log|running|exit-(\d{1,3})-(\d{9,12}))$/;

/** The runs that a folder of logs shows, by node and round. Files of other names do not count. */
export function toNodeRuns(files: readonly LogFile[] = []): NodeRun[] {
  const runs = new Map<string, Omit<NodeRun, "round"> & { start: number }>();
  for (const { name, size, changedAt } of files) {
    const [, place = "", start = "0", worker, exitCode, endedAt] = form.exec(name) ?? [];
    const who = worker === undefined ? toNode(place) : { node: worker, host: undefined };
    if (who === undefined) continue;
    const key = `${worker ?? place}.${start}`;
    const run = runs.get(key) ?? { ...who, ...empty, start: Number(start) };
    const isLog = name.endsWith(".log");
    const end = exitCode !== undefined && { exitCode: Number(exitCode), at: Number(endedAt) };
    runs.set(key, { ...run, ...(isLog && { file: name, size, changedAt }), ...(end && { end }) });
  }
  const sorted = [...runs.values()].toSorted((a, b) => a.start - b.start);
  const rounds = new Map<string, number>();
  const numbered = sorted.map(({ start: _start, ...run }) => {
    const round = (rounds.get(run.node) ?? 0) + 1;
    rounds.set(run.node, round);
    return { ...run, round };
  });
  return numbered.toSorted((a, b) => a.round - b.round || compareNodes(a.node, b.node));
}

const empty = { file: undefined, size: 0, changedAt: 0, end: undefined };

/** `RANK.HOST`, where either may hold dots; without a rank the host stands twice. */
function toNode(place: string): Pick<NodeRun, "node" | "host"> | undefined {
  const [, rank, host] = /^(\d+)\.(.+)$/.exec(place) ?? /^(.+)\.(\1)$/.exec(place) ?? [];
  return rank === undefined ? undefined : { node: rank, host };
}

function compareNodes(a: string, b: string): number {
  return Number(a) - Number(b) || (a < b ? -1 : Number(a > b));
}

export function lastRuns(runs: readonly NodeRun[]): NodeRun[] {
  const last = new Map(runs.map((run) => [run.node, run]));
  return [...last.values()].toSorted((a, b) => compareNodes(a.node, b.node));
}

/**
 * The run that failed first in the last round: the others often end for its sake. Of those of one second one
 * that no signal ended counts first.
 */
export function findFirstFailed(runs: readonly NodeRun[]): NodeRun | undefined {
  const failed = lastRuns(runs).filter(({ end }) => end !== undefined && end.exitCode !== 0);
  const isLate = ({ end }: NodeRun) => Number((end?.exitCode ?? 0) > 128);
  const at = ({ end }: NodeRun) => end?.at ?? 0;
  return failed.toSorted((a, b) => at(a) - at(b) || isLate(a) - isLate(b))[0];
}
