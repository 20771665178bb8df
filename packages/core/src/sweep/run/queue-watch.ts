import type { RunStatus } from "../record/run-status.ts";

/**
 * Makes a watch over the queue of a sweep. It is to be asked again and again, and counts the time of a job
 * in the queue from when it was first seen there.
 * @param limitMs how long a job may be queued; without it none is found.
 * @param now a clock that only grows, in ms.
 * @returns finds a run whose job has been queued for that long.
 */
export function createQueueWatch(
  limitMs: number | undefined,
  now: () => number,
): (runs: readonly RunStatus[]) => RunStatus | undefined {
  // By job: another try of a run queues anew.
  let since = new Map<string, number>();
  return (runs) => {
    if (limitMs === undefined) return undefined;
    const at = now();
    const queued = runs.filter(({ state, phase }) => state === "active" && phase === "queued");
    since = new Map(queued.map(({ jobId = "" }) => [jobId, since.get(jobId) ?? at]));
    return queued.find(({ jobId = "" }) => at - (since.get(jobId) ?? at) >= limitMs);
  };
}
