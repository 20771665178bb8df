import type { SweepSettings } from "../record/records.ts";
import type { RunStatus } from "../record/run-status.ts";

/** Who takes part of what a sweep may have at once: jobs, and creates that may have made one. */
export interface Places {
  /** A job of the run is there, or may be; `key` is its id or that of the attempt. */
  take(key: string, status: RunStatus): void;
  /** It is not there any more, and holds no nodes. */
  free(key: string): void;
  /** Whether a run may start now; `never` where it needs more than is allowed at all. */
  canTake(status: RunStatus): "yes" | "later" | "never";
  /** Learns how many GPUs a node of a spec has. */
  learn(specId: string, gpusPerNode: number): void;
  /** How many are taken. */
  readonly taken: number;
}

/**
 * Counts places. GPUs are counted once the platform has told how many a node of the spec has; until then,
 * where GPUs are limited, one job at a time goes ahead.
 */
export function createPlaces(
  { maxActive = Infinity, maxGpus = Infinity }: SweepSettings,
  gpusPerNode: ReadonlyMap<string, number>,
): Places {
  const known = new Map(gpusPerNode);
  const holders = new Map<string, RunStatus>();

  function gpusOf({ run, facts }: RunStatus): number | undefined {
    const [config] = run.spec.framework_config;
    const perNode = known.get(config?.spec_id ?? "");
    if (perNode !== undefined) return perNode * (config?.instance_count ?? 1);
    return facts?.gpus;
  }

  return {
    get taken() {
      return holders.size;
    },
    take: (key, status) => void holders.set(key, status),
    free: (key) => void holders.delete(key),
    learn: (specId, count) => void known.set(specId, count),
    canTake(status) {
      const needed = gpusOf(status);
      if (needed !== undefined && needed > maxGpus) return "never";
      if (holders.size >= maxActive) return "later";
      if (maxGpus === Infinity) return "yes";
      const used = [...holders.values()].map(gpusOf);
      if (needed === undefined || used.includes(undefined))
        return used.length === 0 ? "yes" : "later";
      const sum = used.reduce<number>((total, gpus) => total + (gpus ?? 0), 0);
      return sum + needed <= maxGpus ? "yes" : "later";
    },
  };
}
