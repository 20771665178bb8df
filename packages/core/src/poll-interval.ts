const longestMs = 60_000;

/**
 * The pause before the next look at a job, in ms: a twentieth of the time waited, but at least a
 * steady 5 s rhythm once warm and never over a minute; quick again right after a change, because a
 * job that fails soon after its start is the one that people watch.
 * @param waitedMs how long the wait has lasted.
 * @param unchangedMs how long nothing has changed.
 */
export function pollIntervalMs(
  waitedMs: number,
  unchangedMs: number,
  { minIntervalMs = 1_000 }: { minIntervalMs?: number | undefined } = {},
): number {
  const warm = Math.max(
    Math.min(minIntervalMs + waitedMs * 0.25, minIntervalMs * 5),
    waitedMs / 20,
  );
  const quick = Math.max(minIntervalMs, unchangedMs / 2);
  const pause = Math.min(warm, quick, longestMs);
  // Jitter only shortens, so that no look comes later than promised.
  return pause * (1 - Math.random() * 0.1);
}
