const longestMs = 59_000;
// A poll takes its time, and the first retries are no outage.
const patienceMs = 5_000;

/**
 * The longest pause before the next poll of a job, in ms. It keeps the end of a job from being seen later than
 * 5 s or a twentieth of its age, whichever is more, and never over a minute, with room for the poll
 * itself. Right after a change it is short again, because a job that fails soon after its start is the
 * one that people watch.
 * @param waitedMs how long the wait has lasted.
 * @param unchangedMs how long the job's status has not changed.
 */
export function longestPauseMs(
  waitedMs: number,
  unchangedMs: number,
  { minIntervalMs = 1_000 }: { minIntervalMs?: number | undefined } = {},
): number {
  // A pause of 0 would be a busy loop.
  const shortest = Math.max(10, minIntervalMs);
  const warm = Math.min(shortest + waitedMs / 2, shortest * 4.75);
  const byAge = Math.max(warm, waitedMs / 20.5);
  const byChange = Math.max(shortest * 3, unchangedMs * 3);
  return Math.min(byAge, byChange, Math.max(longestMs, shortest));
}

/** The pause before the next poll of a job, in ms: {@link longestPauseMs} with jitter. */
export function pollIntervalMs(...given: Parameters<typeof longestPauseMs>): number {
  // Jitter only shortens, so that no poll comes later than promised.
  return longestPauseMs(...given) * (1 - Math.random() * 0.05);
}

/** Whether an answer that was due at a time, after the pause of {@link pollIntervalMs}, is overdue. */
export function isOverdue(dueAt: number | undefined, now: number): boolean {
  return dueAt !== undefined && now > dueAt + patienceMs;
}
