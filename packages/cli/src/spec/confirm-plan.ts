import type { JobSpec, ReadSpecOptions } from "@qizhi/core";
import type { JournalView, KnownId } from "@qizhi/core/journal";
import { isOverCost, type NodeFacts, readNodeFacts, totalPlan } from "@qizhi/core/internal";
import type { SweepPlan, SweepRun, SweepSettings } from "@qizhi/core/sweep";
import { platformOf } from "../access/known-ids.ts";
import type { Options } from "../context/options.ts";
import { inputError } from "../errors/cli-error.ts";
import { openHistory } from "../history/history.ts";
import { askYesOrNo, canAsk } from "../terminal/ask.ts";
import { type Io, printNote } from "../terminal/io.ts";

const hourMs = 3_600_000;
/** GPUs of a node of which nothing is known: no node has more (wire 3.5). */
const mostPerNode = 8;
const fewestSeen = 3;

export interface Planned {
  readonly plan: Pick<SweepPlan, "runs">;
  readonly settings?: SweepSettings;
  readonly below: Pick<ReadSpecOptions, "defaults" | "ids">;
}

export function toPlanOf(spec: JobSpec): Planned["plan"] {
  return { runs: [{ index: 1, name: spec.name, parameters: {}, spec }] };
}

/**
 * Says in a terminal what is about to be sent: its size, the longest time, GPU-hours and cost, and how long such jobs
 * queued before. Asks where it is more than the defaults let pass without a question.
 * @returns whether it may be sent.
 * @throws {InputError} a question is due, and there is nobody to ask.
 */
export async function confirmPlan(planned: Planned, options: Options, io: Io): Promise<boolean> {
  const { confirmOver } = planned.below.defaults?.settings ?? {};
  const mustAsk = confirmOver !== undefined && !options.flag("yes");
  const isShown = io.stderr.isTTY === true && !options.flag("json");
  if (options.flag("local") || (!mustAsk && !isShown)) return true;
  const view = openHistory(io).read();
  const platform = platformOf(options, io);
  const facts = findNodeFacts(view, platform, planned.plan, planned.below.ids?.());
  const tries = (options.integer("retries", 0) ?? 0) + 1;
  const once = totalPlan(planned.plan, facts, planned.settings);
  // Each try may run to its limit before it fails.
  const totals = { ...once, tries, costAtMost: once.costAtMost && once.costAtMost * tries };
  const size = saySize(totals, facts, planned, io);
  const text = [...sayTotals(size, totals, planned, io), ...sayQueue(view, platform, planned, io)];
  if (isShown) printNote(io, text.join(io.t.comma));
  const { gpusAtOnce = guessGpusAtOnce(facts, planned), costAtMost = 0 } = totals;
  const { gpus = Infinity, cost = Infinity } = confirmOver ?? {};
  const isWithin = gpusAtOnce <= gpus && !isOverCost(costAtMost, cost);
  if (!mustAsk || isWithin) return true;
  if (!canAsk(io)) throw inputError(["plan.needsYes", text.join(io.t.comma)], "plan.yesHint");
  const isWanted = await askYesOrNo(io, io.t.plan.ask);
  if (!isWanted) printNote(io, io.t.nothingSent);
  return isWanted;
}

/** GPUs in flight at most, where a node of which nothing is known counts as the largest. */
function guessGpusAtOnce(
  facts: ReadonlyMap<string, NodeFacts>,
  { plan, settings }: Planned,
): number {
  const guessed = specIdsOf(plan).map((id): [string, NodeFacts] => {
    const gpusPerNode = facts.get(id)?.gpusPerNode ?? mostPerNode;
    return [id, { gpusPerNode, pricePerNodeHour: undefined }];
  });
  const atOnce = (limits?: SweepSettings) =>
    totalPlan(plan, new Map(guessed), limits).gpusAtOnce ?? 0;
  // `maxGpus` lets through one job whose size is not known.
  return Math.max(atOnce(settings), atOnce({ maxActive: 1 }));
}

function specIdsOf({ runs }: Planned["plan"]): string[] {
  return runs.flatMap(({ spec }) => spec.framework_config.map(({ spec_id }) => spec_id));
}

function saySize(
  { nodes, gpus, gpusAtOnce }: ReturnType<typeof totalPlan>,
  facts: ReadonlyMap<string, NodeFacts>,
  { plan }: Planned,
  { t }: Io,
): string {
  if (!gpus || gpusAtOnce === undefined) return t.nodes(nodes);
  const perNode = new Set(specIdsOf(plan).map((id) => facts.get(id)?.gpusPerNode));
  if (perNode.size === 1) return t.size(nodes, gpus / nodes, gpus);
  return t.nodes(nodes) + t.comma + t.sweep.planGpus(gpus, gpusAtOnce);
}

function sayTotals(
  size: string,
  { gpus, tries, costAtMost }: ReturnType<typeof totalPlan> & { readonly tries: number },
  { plan: { runs } }: Planned,
  { t }: Io,
): string[] {
  const isOne = runs.length === 1;
  const limits = runs.map(({ spec }) => Number(spec.max_running_time_ms ?? Number.NaN));
  const longest = Math.max(...limits);
  // The longest limit stands for all, so that the figure is a bound.
  const hours = gpus && ((gpus * longest) / hourMs) * tries;
  return [
    isOne ? size : `${t.plan.runs(runs.length)}${t.comma}${size}`,
    ...(longest > 0 ? [t.plan.atMost(t.duration(longest))] : []),
    ...(tries > 1 ? [t.plan.tries(tries)] : []),
    ...(hours ? [t.plan.gpuHours(hours.toFixed(hours < 10 ? 1 : 0))] : []),
    ...(costAtMost ? [t.plan.cost(costAtMost.toFixed(2))] : []),
  ];
}

/** How long jobs of this group and size queued, where at least three were seen. */
function sayQueue(view: JournalView, platform: string, { plan }: Planned, { t }: Io): string[] {
  const [first] = plan.runs;
  if (first === undefined) return [];
  const wanted = toSize(first.spec);
  const waits = view.jobs
    .filter(({ attempt }) => attempt?.platform === platform && toSize(attempt.spec) === wanted)
    .flatMap(({ seen }) => seen?.queueMs ?? [])
    .toSorted((a, b) => a - b);
  if (waits.length < fewestSeen) return [];
  const at = (share: number) => t.duration(waits[Math.round((waits.length - 1) * share)]!);
  return [t.plan.queue(at(0.25), at(0.75), waits.length)];
}

function toSize(spec: Partial<JobSpec> | Readonly<Record<string, unknown>>): string {
  const { logic_compute_group_id: group, framework_config: config } = spec;
  const nodes = Array.isArray(config)
    ? config.map((each) => [each.spec_id, each.instance_count])
    : [];
  return JSON.stringify([group, nodes]);
}

/** What is known of the nodes of a plan: by the jobs that ran, else by what the ids say. */
export function findNodeFacts(
  view: JournalView,
  platform: string,
  { runs }: { readonly runs: readonly Pick<SweepRun, "spec">[] },
  ids: readonly KnownId[] = [],
): Map<string, NodeFacts> {
  const facts = readNodeFacts(view, platform);
  const group = runs[0]?.spec.logic_compute_group_id;
  const nodes = ids.filter(({ kind }) => kind === "node");
  // One resource spec has a price in each group.
  const isOther = (known: KnownId) => Number(known.group !== group);
  const sorted = nodes.toSorted((a, b) => isOther(a) - isOther(b));
  for (const { id, gpus, pricePerHour } of sorted) {
    const ran = facts.get(id);
    facts.set(id, {
      gpusPerNode: ran?.gpusPerNode ?? gpus,
      pricePerNodeHour: ran?.pricePerNodeHour ?? pricePerHour,
    });
  }
  return facts;
}
