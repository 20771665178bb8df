import { spawnSync } from "node:child_process";

/** A command to be timed. */
export interface TimedCommand {
  /** What the table calls it. */
  readonly name: string;
  readonly node: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The exit code of a run that did its work. @default 0 */
  readonly exitCode?: number;
  /** What its stdout holds when it did its work. */
  readonly prints?: RegExp;
}

/** The wall times of one command. */
export interface Timing {
  readonly name: string;
  /** In ms. */
  readonly medianMs: number;
  readonly minMs: number;
}

/**
 * Times commands from start to exit: one round to warm up, then `rounds` rounds in which each runs once,
 * in a new order each time, so that what else the machine does falls on all of them alike.
 * @throws a command ended otherwise than it should.
 */
export function timeInterleaved(commands: readonly TimedCommand[], rounds: number): Timing[] {
  const times = new Map<string, number[]>(commands.map(({ name }) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const command of shuffle(commands)) {
      const ms = timeOnce(command);
      if (round >= 0) times.get(command.name)?.push(ms);
    }
  }
  return commands.map(({ name }) => {
    const all = times.get(name) ?? [];
    return { name, medianMs: median(all), minMs: Math.min(...all) };
  });
}

function timeOnce(command: TimedCommand): number {
  const { name, node, args, env, cwd, exitCode = 0, prints = /(?:)/ } = command;
  const start = performance.now();
  const ended = spawnSync(node, args, { env: { ...cleanEnv(), ...env }, cwd, encoding: "utf8" });
  const ms = performance.now() - start;
  if (ended.status !== exitCode || !prints.test(ended.stdout)) {
    throw new Error(`${name} ended with ${ended.status}:\n${ended.stdout}\n${ended.stderr}`);
  }
  return ms;
}

/**
 * The least a command needs. NODE_EXTRA_CA_CERTS above all is not in it: it alone adds some 50 ms to
 * every start of Node (measured).
 */
export function cleanEnv(): Record<string, string> {
  return { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent", LANG: "C.UTF-8", CI: "1" };
}

/** The middle of the values; of two middle ones their mean. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] = [sorted[sorted.length - 1 - half], sorted[half]];
  return (low + high) / 2;
}

function shuffle<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, rank: Math.random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
