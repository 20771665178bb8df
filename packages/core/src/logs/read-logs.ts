import { setTimeout as pause } from "node:timers/promises";
import { findTail, LogReader } from "./log-reader.ts";
import { lastRuns, toNodeRuns, type NodeRun, findFirstFailed } from "./node-runs.ts";
import type { LogSource } from "./source.ts";

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
