/** The most that one character may cost, in scans of it. */
const most = 400;

/**
 * The pieces of which a text of 1 MB costs more than its length explains, each with its cost in plain scans of
 * that text. A run of one character is tried with another one behind it, too.
 */
export function findSlow(
  use: (text: string) => unknown,
  pieces: readonly string[],
): [piece: string, ratio: number][] {
  return pieces.flatMap((piece): [string, number][] => {
    const whole = piece.repeat(1_000_000 / piece.length);
    const scanMs = Math.max(
      5,
      cpuMsOf(() => scan(whole)),
    );
    const texts = piece.length === 1 ? [whole, `${whole}!`] : [whole];
    const ratios = texts.map((text) => cpuMsOf(() => use(text)) / scanMs);
    const ratio = Math.max(...ratios);
    return ratio < most ? [] : [[piece, ratio]];
  });
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
