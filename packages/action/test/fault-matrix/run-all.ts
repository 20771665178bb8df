import type { Face, FaultCase, Observation } from "./case.ts";
import { runCase } from "./run-case.ts";

/** One face of one case. */
export interface Cell {
  readonly fault: FaultCase;
  readonly face: Face;
}

// Most cells wait, for a deadline or between two attempts; few need the processor.
const mostAtOnce = 24;
const longestMs = 150_000;

/** Runs all cells, many at a time, those that last long first. */
export async function runAll(cells: readonly Cell[]): Promise<Map<Cell, Observation>> {
  const observations = new Map<Cell, Observation>();
  const waiting = cells.toSorted((a, b) => toWeight(b) - toWeight(a));
  const work = async () => {
    for (let cell = waiting.shift(); cell !== undefined; cell = waiting.shift()) {
      observations.set(cell, await observe(cell));
    }
  };
  await Promise.all(Array.from({ length: mostAtOnce }, work));
  return observations;
}

function toWeight({ fault, face }: Cell): number {
  const isLong = fault.mode === "every call" && fault.ends[face] !== "works";
  // A stop is tried for as long as its time lasts.
  const isCancel = isLong && fault.operation === "stop" && face !== "library";
  return (isCancel ? 4 : 0) + (isLong ? 2 : 0) + (fault.isTimed ? 1 : 0);
}

async function observe({ fault, face }: Cell): Promise<Observation> {
  try {
    return await withDeadline(runCase(fault, face));
  } catch (error) {
    // The other cells shall still be judged.
    const text = error instanceof Error ? String(error.stack) : String(error);
    return { ends: "no end", word: text, left: "", creates: 0, faults: [text], ms: 0 };
  }
}

function withDeadline<Value>(work: Promise<Value>): Promise<Value> {
  const deadline = new Promise<never>((_resolve, reject) => {
    const late = () => reject(new Error(`no end within ${longestMs} ms`));
    setTimeout(late, longestMs).unref();
  });
  return Promise.race([work, deadline]);
}
