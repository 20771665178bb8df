/** Pauses that double with each failure in a row, from the first to the longest, in ms. @returns that after so many. */
export function backoff(firstMs: number, longestMs: number): (failures: number) => number {
  return (failures) => Math.min(firstMs * 2 ** (failures - 1), longestMs);
}
