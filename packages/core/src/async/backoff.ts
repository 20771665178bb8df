/** Pauses that double with each failure in a row, in ms. @returns the pause after that many failures. */
export function backoff(firstMs: number, longestMs: number): (failures: number) => number {
  return (failures) => Math.min(firstMs * 2 ** (failures - 1), longestMs);
}
