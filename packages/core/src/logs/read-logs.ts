import { setTimeout as pause } from "node:timers/promises";
import { findTail, LogReader } from "./log-reader.ts";
import type { LogFile, LogSource } from "./source.ts";

/** What of a folder of logs is read. */
export interface ReadLogsOptions {
  /** Rank or host name of the one node that is read. @default all nodes */
  node?: string | undefined;
  /** The last lines of each node alone. @default all */
  tail?: number | undefined;
  /** Also the rounds before the last one. @default false */
  allRounds?: boolean | undefined;
  /** Leaves out what was last written before this time, epoch ms. */
  since?: number | undefined;
  /** Goes on with what is written until this settles; then reads what is left. */
  until?: Promise<unknown> | undefined;
  /** Ends a reading that goes on, at once. */
  signal?: AbortSignal | undefined;
  /** Time between two looks at the folder, in ms. @default 1000 */
  pollMs?: number | undefined;
  /** Time between two states of a progress bar that no newline ends, in ms. @default 10000 */
  progressMs?: number | undefined;
}

export interface LogChunk {
  readonly run: NodeRun;
  readonly lines: readonly string[];
}

/** Reads the logs of a job, node by node; with `until` as they are written. */
export async function* readLogs(
  source: LogSource,
  options: ReadLogsOptions = {},
): AsyncGenerator<LogChunk> {
  const { node, allRounds = false, until, signal, pollMs = 1000 } = options;
  const { progressMs = 10_000 } = options;
  const past = new Set<string | undefined>();
  const readers = new Map<string, LogReader>();
  let isOver = until === undefined;
  const noteEnd = () => (isOver = true);
  const over = until?.then(noteEnd, noteEnd);
  for (let isFirst = true, quiet = 0; ; isFirst = false) {
    const wasOver = isOver;
    let isQuiet = true;
    const runs = toNodeRuns(await source.list());
    const wanted = isFirst && !allRounds ? lastRuns(runs) : runs;
    for (const run of isFirst ? runs : []) if (!wanted.includes(run)) past.add(run.file);
    for (const run of wanted) {
      const { file } = run;
      if (file === undefined || past.has(file) || !isOfNode(run, node)) continue;
      const start = isFirst ? await findStart(source, run, options) : 0;
      const reader = readers.get(file) ?? new LogReader(source, file, start);
      readers.set(file, reader);
      for await (const lines of reader.read(run.size)) {
        isQuiet = false;
        yield { run, lines };
      }
      const rest = until === undefined ? reader.rest() : reader.progress(progressMs);
      if (rest) yield { run, lines: [rest] };
    }
    quiet = isQuiet && wasOver ? quiet + 1 : 0;
    if (until === undefined) return;
    // New content of a shared disk can come late.
    if (quiet >= 2) break;
    const ms = isOver ? Math.min(pollMs, 300) : pollMs;
    const paused = pause(ms, undefined, { signal }).catch(() => {});
    await (isOver ? paused : Promise.race([over, paused]));
    if (signal?.aborted) return;
  }
  for (const run of toNodeRuns(await source.list())) {
    const rest = run.file && readers.get(run.file)?.rest();
    if (rest) yield { run, lines: [rest] };
  }
}

export async function readTail(source: LogSource, run: NodeRun, count: number): Promise<string[]> {
  const { file, size } = run;
  if (file === undefined) return [];
  const reader = new LogReader(source, file, await findTail(source, file, size, count));
  let found: string[] = [];
  for await (const lines of reader.read(size)) found = [...found, ...lines].slice(-count);
  const rest = reader.rest();
  return rest ? [...found, rest].slice(-count) : found;
}

function isOfNode(run: NodeRun, node: string | undefined): boolean {
  return node === undefined || run.node === node || run.host === node;
}

async function findStart(
  source: LogSource,
  { file = "", size, changedAt }: NodeRun,
  { tail, since = 0 }: ReadLogsOptions,
): Promise<number> {
  if (changedAt < since) return size;
  return tail === undefined ? 0 : findTail(source, file, size, tail);
}

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
  const run = findFirstFailed(toNodeRuns(await source.list()));
  if (run?.end === undefined) return undefined;
  return { run, exitCode: run.end.exitCode, lines: await readTail(source, run, count) };
}

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
