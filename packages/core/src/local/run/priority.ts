/** How a submitted priority is kept (wire 3.4, measured over 1494 jobs). */
export interface StoredPriority {
  /** 11 to 35; larger is more urgent. */
  weight: number;
  /** In words. */
  level: "LOW" | "NORMAL" | "HIGH";
  /** `"1"` to `"10"`. */
  name: string;
}

/** The stored priority of a `task_priority` of 0 to 10; 0 counts as 4. The weights of 2, 6, 7, 8 are inferred. */
export function toStoredPriority(submitted: number): StoredPriority {
  const value = submitted === 0 ? 4 : submitted;
  const name = String(value);
  if (value <= 3) return { weight: 10 + value, level: "LOW", name };
  if (value === 4) return { weight: 20, level: "NORMAL", name };
  return { weight: 25 + value, level: "HIGH", name };
}
