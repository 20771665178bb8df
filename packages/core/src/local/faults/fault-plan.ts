import { inputError } from "../../errors/input-errors.ts";
import { nearest, visibleText } from "../../text/text.ts";
import { type Fault, type FaultAction, faultKinds, type LocalCall } from "./faults.ts";

/** Decides for each call which fault strikes. */
export class FaultPlan {
  #entries: { fault: Fault; calls: number }[] = [];

  constructor(faults: readonly Fault[]) {
    this.set(faults);
  }

  /** Replaces all faults; their calls count from here. @throws {InputError} there is no fault of such a name. */
  set(faults: readonly Fault[]): void {
    for (const { fault } of faults) [fault].flat().forEach(checkKind);
    this.#entries = faults.map((fault) => ({ fault, calls: 0 }));
  }

  /** The fault of the next call of an operation; of several that strike, the first in the list. */
  pick(operation: LocalCall): FaultAction | undefined {
    let picked: FaultAction | undefined;
    for (const entry of this.#entries) {
      const { fault } = entry;
      if (fault.operation !== "any" && fault.operation !== operation) continue;
      entry.calls += 1;
      picked ??= strikes(fault, entry.calls) ? toAction(fault, entry.calls) : undefined;
    }
    return picked;
  }
}

function checkKind({ kind }: FaultAction): void {
  if (Object.hasOwn(faultKinds, kind)) return;
  const known = Object.keys(faultKinds);
  const name = visibleText(String(kind));
  throw inputError("fault_unknown", { name, meant: nearest(name, known), known });
}

function strikes(fault: Fault, call: number): boolean {
  const { calls, probability = 1, seed = 1 } = fault;
  if (Array.isArray(calls) && !calls.includes(call)) return false;
  if (isRange(calls) && (call < calls.from || call > (calls.to ?? Infinity))) return false;
  return probability >= 1 || toRandom(seed, call, 0) < probability;
}

function isRange(calls: Fault["calls"]): calls is { from: number; to?: number } {
  return calls !== undefined && "from" in calls;
}

function toAction({ fault, seed = 1 }: Fault, call: number): FaultAction | undefined {
  if ("kind" in fault) return fault;
  return fault[Math.floor(toRandom(seed, call, 1) * fault.length)];
}

/** A number from 0 to 1 that depends on its arguments alone (mulberry32), so that a soak is repeatable. */
function toRandom(seed: number, call: number, draw: number): number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(call * 2 + draw, 0x85ebca6b)) >>> 0;
  state = (state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}
