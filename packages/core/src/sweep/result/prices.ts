import type { JournalView } from "../../journal/view.ts";
import { toPlatformKey } from "../../journal/platform-key.ts";
import type { SweepPlan, SweepRun } from "../define/runs.ts";
import { readRecords, type SweepSettings } from "../record/records.ts";
import { textOf } from "../../text/json-value.ts";
import { multiply } from "../../jobs/report.ts";

/** What one node of a resource spec has and costs, as earlier jobs have shown. */
export interface NodeFacts {
  /** GPUs. */
  gpusPerNode: number | undefined;
  /** Price for one hour, in the platform's unit (wire 7). */
  pricePerNodeHour: number | undefined;
}

const hourMs = 3_600_000;
// As floats, 3 × 8.8 is more than 26.4.
const roundingError = 1e-9;

/** Whether a cost is over a limit. */
export function isOverCost(cost: number, most: number): boolean {
  return cost > most * (1 + roundingError);
}

/** What this machine's history knows about resource specs of a platform, by `spec_id`; the latest counts. */
export function readNodeFacts(view: JournalView, platform: string): Map<string, NodeFacts> {
  const key = toPlatformKey(platform);
  const known = new Map<string, NodeFacts>();
  const note = (specId: string | undefined, facts: NodeFacts) => {
    if (specId === undefined) return;
    const before = known.get(specId);
    known.set(specId, {
      gpusPerNode: facts.gpusPerNode ?? before?.gpusPerNode,
      pricePerNodeHour: facts.pricePerNodeHour ?? before?.pricePerNodeHour,
    });
  };
  for (const { attempt, seen } of view.jobs) {
    if (attempt === undefined || attempt.platform !== key || seen === undefined) continue;
    const { specId, nodes } = readNode(attempt.spec);
    const nodeHours = ((seen.runMs ?? 0) / hourMs) * nodes;
    if (nodeHours === 0) continue;
    // Rounded times of a run of seconds would give a wrong price.
    const isLong = nodeHours >= 60_000 / hourMs;
    note(specId, {
      gpusPerNode: seen.gpuHours === undefined ? undefined : Math.round(seen.gpuHours / nodeHours),
      pricePerNodeHour:
        isLong && seen.cost !== undefined ? toPrice(seen.cost / nodeHours) : undefined,
    });
  }
  // A sweep keeps the price itself.
  const specIds = new Map<string, Map<number, string | undefined>>();
  for (const record of readRecords(view).records) {
    if (record.kind === "sweep:begin" && record.platform === key) {
      const ids = record.runs.map(({ index, own }): [number, string | undefined] => {
        return [index, readNode({ ...record.common, ...own }).specId];
      });
      specIds.set(record.sweep, new Map(ids));
    } else if (record.kind === "sweep:ended" && record.facts !== undefined) {
      const { gpusPerNode, pricePerNodeHour } = record.facts;
      note(specIds.get(record.sweep)?.get(record.run), { gpusPerNode, pricePerNodeHour });
    }
  }
  return known;
}

function readNode(spec: Record<string, unknown>): { specId: string | undefined; nodes: number } {
  const configs = spec["framework_config"];
  const config: unknown = Array.isArray(configs) ? configs[0] : undefined;
  const { spec_id: specId, instance_count: nodes } = Object(config);
  return {
    specId: textOf(specId),
    nodes: typeof nodes === "number" && nodes > 0 ? nodes : 1,
  };
}

function toPrice(price: number): number {
  return Number(price.toPrecision(4));
}

/** A fact of the nodes of a run, added up. */
function ofNodes(
  { spec }: SweepRun,
  facts: ReadonlyMap<string, NodeFacts>,
  fact: keyof NodeFacts,
): number | undefined {
  const parts = spec.framework_config.map(({ spec_id, instance_count }) =>
    multiply(facts.get(spec_id)?.[fact], instance_count),
  );
  return sumAll(parts);
}

/** The totals of a plan; GPUs and prices only where they are known for every run. */
export function totalPlan(
  plan: Pick<SweepPlan, "runs">,
  facts: ReadonlyMap<string, NodeFacts>,
  { maxActive = Infinity, maxGpus = Infinity }: SweepSettings = {},
) {
  const gpus = plan.runs.map((run) => ofNodes(run, facts, "gpusPerNode"));
  const hourly = plan.runs.map((run) => ofNodes(run, facts, "pricePerNodeHour"));
  const most = plan.runs.map(({ spec }, index) => {
    const limit = spec.max_running_time_ms;
    return limit === undefined ? undefined : multiply(hourly[index], Number(limit) / hourMs);
  });
  const total = sumAll(gpus);
  const largest = gpus.toSorted((a, b) => (b ?? 0) - (a ?? 0)).slice(0, maxActive);
  const nodes = plan.runs.flatMap(({ spec }) =>
    spec.framework_config.map(({ instance_count }) => instance_count),
  );
  return {
    runs: plan.runs.length,
    /** Nodes of all runs. */
    nodes: nodes.reduce((all, count) => all + count, 0),
    /** GPUs of all runs. */
    gpus: total,
    /** GPUs that the sweep has in flight at most. */
    gpusAtOnce: total === undefined ? undefined : Math.min(maxGpus, sumAll(largest) ?? 0),
    /** Price of all runs together for each hour that they run. */
    costPerHour: sumAll(hourly),
    /** Price when every run runs to its `max_running_time_ms`, with no try again; known where all have one. */
    costAtMost: sumAll(most),
  };
}

/** The sum of numbers; none where one of them is not known. */
export function sumAll(values: readonly (number | undefined)[]): number | undefined {
  let total = 0;
  for (const value of values) {
    if (value === undefined) return undefined;
    total += value;
  }
  return total;
}
