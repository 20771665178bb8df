import { minimalSpec } from "../spec/spec.fixture.ts";
import type { LocalJobView, RecordedRequest } from "../local/index.ts";
import { readSweep } from "./define/read-spec.ts";
import { type SweepPlan } from "./define/runs.ts";
import type { SweepEvent, SweepResult } from "./record/events.ts";
import type { Sweep } from "./sweep.ts";

/** A plan of `count` runs with names of their own; for tests. */
export async function planRuns(count: number, change: object = {}): Promise<SweepPlan> {
  const spec = {
    ...minimalSpec,
    command: "true {{ matrix.n }}",
    ...change,
    matrix: { n: Array.from({ length: count }, (_, index) => index + 1) },
  };
  return (await readSweep({ name: "sweep.json", text: JSON.stringify(spec) })).plan;
}

/** Runs a sweep to its end. */
export async function runToEnd(
  sweep: Sweep,
  onEvent: (event: SweepEvent) => void = () => {},
): Promise<{ result: SweepResult; events: SweepEvent[] }> {
  const events: SweepEvent[] = [];
  const running = sweep.events();
  for (;;) {
    const next = await running.next();
    if (next.done) return { result: next.value, events };
    events.push(next.value);
    onEvent(next.value);
  }
}

/** How many of the jobs were not over at any instant, at most; and how many GPUs they had. */
export function mostAtOnce(all: readonly LocalJobView[]): { jobs: number; gpus: number } {
  const changes = all.flatMap(({ createdAt, finishedAt, gpus }) => [
    { at: createdAt, jobs: 1, gpus },
    { at: finishedAt ?? Infinity, jobs: -1, gpus: -gpus },
  ]);
  // Of one moment, the ends come first.
  changes.sort((a, b) => a.at - b.at || a.jobs - b.jobs);
  const most = { jobs: 0, gpus: 0 };
  let [jobs, gpus] = [0, 0];
  for (const change of changes) {
    jobs += change.jobs;
    gpus += change.gpus;
    most.jobs = Math.max(most.jobs, jobs);
    most.gpus = Math.max(most.gpus, gpus);
  }
  return most;
}

/** The most requests of a log in any stretch of time. */
export function mostWithin(requests: readonly RecordedRequest[], windowMs: number): number {
  let [most, first] = [0, 0];
  for (const [index, { at }] of requests.entries()) {
    while (requests[first]!.at <= at - windowMs) first++;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
