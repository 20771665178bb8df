import type { JournalView, KnownId } from "@qizhi/core/journal";
import type { SweepPlan } from "@qizhi/core/sweep";
import { type NodeFacts, readNodeFacts } from "@qizhi/core/internal";

/** What is known of the nodes of a plan: by the jobs that ran, else by what the ids say. */
export function findNodeFacts(
  view: JournalView,
  platform: string,
  { runs }: { readonly runs: readonly Pick<SweepPlan["runs"][number], "spec">[] },
  ids: readonly KnownId[] = [],
): Map<string, NodeFacts> {
  const facts = readNodeFacts(view, platform);
  const group = runs[0]?.spec.logic_compute_group_id;
  const nodes = ids.filter(({ kind }) => kind === "node");
  // One resource spec has a price in each group.
  const sorted = nodes.toSorted((a, b) => isOf(b, group) - isOf(a, group));
  for (const { id, gpus, pricePerHour } of sorted) {
    const ran = facts.get(id);
    facts.set(id, {
      gpusPerNode: ran?.gpusPerNode ?? gpus,
      pricePerNodeHour: ran?.pricePerNodeHour ?? pricePerHour,
    });
  }
  return facts;
}

/** The GPUs of a node of each resource spec of which they are known. */
export function toGpusPerNode(facts: ReadonlyMap<string, NodeFacts>): Map<string, number> {
  return new Map(
    [...facts].flatMap(([specId, { gpusPerNode }]) =>
      gpusPerNode === undefined ? [] : [[specId, gpusPerNode] as const],
    ),
  );
}

function isOf(known: KnownId, group: string | undefined): number {
  return known.group === group ? 1 : 0;
}
