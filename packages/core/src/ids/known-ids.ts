import type { Job } from "../schemas/job-types.ts";
import { cut } from "../text/text.ts";
import { textOf } from "../text/json-value.ts";

/** What an id of the platform is of; a `node` is what one node has, as `spec_id` names it. */
export const idKinds = ["workspace", "project", "group", "node"] as const;

/** What an id is of. */
export type IdKind = (typeof idKinds)[number];

/** An id of the platform with what is known of it. A node has an entry for each group that it was seen in. */
export interface KnownId {
  readonly kind: IdKind;
  readonly id: string;
  /** The platform's names for it, the usual one first. */
  readonly names?: readonly string[] | undefined;
  /** The name that a person gave it. */
  readonly given?: string | undefined;
  /** Workspace of a group. */
  readonly workspace?: string | undefined;
  /** Group in which a node was seen. */
  readonly group?: string | undefined;
  /** GPUs of one node. */
  readonly gpus?: number | undefined;
  /** Type of its GPUs, as the platform writes it. */
  readonly gpuType?: string | undefined;
  readonly cpus?: number | undefined;
  readonly memoryGib?: number | undefined;
  /** Price of one node for one hour, in the platform's unit (wire 7). */
  readonly pricePerHour?: number | undefined;
  /** The day on which the platform last named it, such as `2026-11-28`. */
  readonly seenOn?: string | undefined;
  /** The day on which the platform refused a job because of this group; empty once it took one again. */
  readonly refusedOn?: string | undefined;
}

const mostName = 200;

/** What a job's detail, or the answer of its create, teaches about ids. */
export function readIds(job: Job, seenOn: string): KnownId[] {
  const { workspace_id: workspace, logic_compute_group_id: group } = job;
  const found: KnownId[] = [];
  const add = (kind: IdKind, id: string | undefined, facts: Omit<KnownId, "kind" | "id">) => {
    if (id) found.push({ kind, id, ...facts, seenOn });
  };
  const workspaceName = textOf(Reflect.get(job, "workspace_name"));
  const [workspaces, groups] = [toNames(workspaceName), toNames(job.logic_compute_group_name)];
  const projects = toNames(job.project_name, job.project_en_name);
  if (workspaces.length > 0) add("workspace", workspace, { names: workspaces });
  if (projects.length > 0) add("project", job.project_id, { names: projects });
  if (groups.length > 0) add("group", group, { names: groups, workspace });
  const [config] = job.framework_config ?? [];
  const price = config?.instance_spec_price_info;
  const gpus = price?.gpu_count ?? config?.gpu_count;
  if (gpus !== undefined) {
    add("node", price?.quota_id, {
      group,
      gpus,
      gpuType: price?.gpu_info?.gpu_type ?? price?.gpu_info?.gpu_type_display,
      cpus: price?.cpu_count,
      memoryGib: price?.memory_size_gib,
      pricePerHour: price?.total_price_per_hour,
    });
  }
  return found;
}

function toNames(...names: (string | undefined)[]): string[] {
  return [...new Set(names.flatMap((name) => (name?.trim() ? cut(name.trim(), mostName) : [])))];
}

/** What a person calls an id: its own name, the platform's, or the shape of a node such as `8xH100`. */
export function nameOfId(known: KnownId): string | undefined {
  return known.given ?? known.names?.[0] ?? shapeOf(known);
}

/** The shape of a node: `8xH100`, or `160cpu` where it has no GPU. */
function shapeOf({ kind, gpus, gpuType, cpus }: KnownId): string | undefined {
  if (kind !== "node" || gpus === undefined) return undefined;
  if (gpus === 0) return cpus === undefined ? undefined : `${cpus}cpu`;
  return `${gpus}x${toShortGpu(gpuType)}`;
}

// `NVIDIA_H100_SXM_80G` is an H100: letters and a number, in a word of its own.
function toShortGpu(type = "GPU"): string {
  const words = type.split(/[_\s-]+/);
  return words.find((word) => /^(?:[a-z]{1,3}\d{2,4}[a-z]*|\d{4})$/i.test(word)) ?? type;
}

/**
 * The ids that a name may mean: exactly that name, whatever its capitals. A shape means no id that is of another shape
 * in the group of the spec.
 */
export function findIds(
  ids: readonly KnownId[],
  kind: IdKind,
  name: string,
  within: { workspace?: string | undefined; group?: string | undefined } = {},
): KnownId[] {
  const wanted = toPlain(name);
  const named = ids.filter((known) => {
    if (known.kind !== kind) return false;
    const names = [known.id, known.given, ...(known.names ?? []), shapeOf(known)];
    return names.some((each) => each !== undefined && toPlain(each) === wanted);
  });
  const isNear = ({ workspace, group }: KnownId) =>
    kind === "group" ? workspace === within.workspace : group === within.group;
  const near = kind === "group" || kind === "node" ? named.filter(isNear) : [];
  const here = ids.filter((known) => known.group === within.group && shapeOf(known) !== undefined);
  const isOther = (known: KnownId) =>
    toPlain(shapeOf(known) ?? "") === wanted && here.some(({ id }) => id === known.id);
  const found = near.length > 0 ? near : named.filter((known) => !isOther(known));
  return [...new Map(found.map((known) => [known.id, known])).values()];
}

function toPlain(name: string): string {
  return name
    .normalize("NFKC")
    .trim()
    .toLowerCase()
    .replaceAll(/\s*[×*]\s*/g, "x");
}

/** Puts new knowledge over old: what is not said again stays. */
export function mergeIds(old: readonly KnownId[], found: readonly KnownId[]): KnownId[] {
  const all = new Map(old.map((known) => [keyOf(known), known]));
  for (const each of found) {
    const key = keyOf(each);
    const said = Object.entries(each).filter(([, value]) => value !== undefined);
    all.set(key, { ...(all.get(key) ?? each), ...Object.fromEntries(said) });
  }
  return [...all.values()];
}

function keyOf({ kind, id, group }: KnownId): string {
  return `${kind} ${id} ${group ?? ""}`;
}
