/** The most that one character may cost, in scans of it. */
const most = 400;

/**
 * The pieces of which a text of 1 MB costs more than its length explains, each with its cost in plain scans of
 * that text. All are tried in texts of 10 kB, and the worst of them in texts of 1 MB. A run of one character is
 * tried with another one behind it, too.
 */
export function findSlow(
  use: (text: string) => unknown,
  pieces: readonly string[],
): [piece: string, ratio: number][] {
  const costs = pieces.map((piece) => costOf(use, piece, 10_000));
  const worst = costs.toSorted(([, a], [, b]) => b - a).slice(0, 3);
  return worst.map(([piece]) => costOf(use, piece, 1_000_000)).filter(([, ratio]) => ratio >= most);
}

function costOf(
  use: (text: string) => unknown,
  piece: string,
  length: number,
): [piece: string, ratio: number] {
  const whole = piece.repeat(length / piece.length);
  const scanMs = Math.max(
    length / 200_000,
    cpuMsOf(() => scan(whole)),
  );
  const texts = piece.length === 1 ? [whole, `${whole}!`] : [whole];
  return [piece, Math.max(...texts.map((text) => cpuMsOf(() => use(text)))) / scanMs];
}

/** The plainest thing to do with every character. */
function scan(text: string): void {
  for (const char of text) if (char === "\0") throw new Error("not there");
}

// Of this process alone: others on the machine slow both.
function cpuMsOf(run: () => unknown): number {
  const began = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}
