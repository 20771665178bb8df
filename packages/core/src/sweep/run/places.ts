import type { SweepSettings } from "../record/records.ts";
import { sumAll } from "../result/prices.ts";
import type { RunStatus } from "../record/run-status.ts";

/**
 * The places of a sweep, held by jobs and by creates that may have created one. GPUs are counted
 * once the platform has reported how many a node of the spec has; until then, where GPUs are limited, one job at
 * a time is created.
 */
export class Places {
  readonly #maxActive: number;
  readonly #maxGpus: number;
  readonly #gpusPerNode: Map<string, number>;
  readonly #holders = new Map<string, RunStatus>();

  constructor(
    { maxActive = Infinity, maxGpus = Infinity }: SweepSettings,
    gpusPerNode: ReadonlyMap<string, number>,
  ) {
    this.#maxActive = maxActive;
    this.#maxGpus = maxGpus;
    this.#gpusPerNode = new Map(gpusPerNode);
  }

  /** How many are taken. */
  get taken(): number {
    return this.#holders.size;
  }

  /** Takes a place for a job that exists or may exist; `key` is its id or that of the attempt. */
  take(key: string, status: RunStatus): void {
    this.#holders.set(key, status);
  }

  /** Frees the place of a job that holds no nodes any more. */
  free(key: string): void {
    this.#holders.delete(key);
  }

  /** Sets how many GPUs a node of a spec has. */
  learn(specId: string, gpusPerNode: number): void {
    this.#gpusPerNode.set(specId, gpusPerNode);
  }

  /** Whether a run may start now; `never` where it needs more than is allowed at all. */
  canTake(status: RunStatus): "yes" | "later" | "never" {
    const needed = this.#gpusOf(status);
    if (needed !== undefined && needed > this.#maxGpus) return "never";
    if (this.taken >= this.#maxActive) return "later";
    if (this.#maxGpus === Infinity) return "yes";
    const used = [...this.#holders.values()].map((holder) => this.#gpusOf(holder));
    const total = sumAll([needed, ...used]);
    const fits = total === undefined ? used.length === 0 : total <= this.#maxGpus;
    return fits ? "yes" : "later";
  }

  #gpusOf({ run, facts }: RunStatus): number | undefined {
    const [config] = run.spec.framework_config;
    const perNode = this.#gpusPerNode.get(config?.spec_id ?? "");
    if (perNode !== undefined) return perNode * (config?.instance_count ?? 1);
    return facts?.gpus;
  }
}
