import type { IdKind, KnownId } from "@qizhi/core/journal";
import { excerpt, nameOfId } from "@qizhi/core/internal";
import type { Messages } from "../messages/en.ts";
import type { AskedField } from "./answers.ts";

/** The fields that take an id, and of what. */
const kindOfField: Partial<Record<AskedField, IdKind>> = {
  workspace_id: "workspace",
  project_id: "project",
  logic_compute_group_id: "group",
  "framework_config[0].spec_id": "node",
};

/** The known ids for a field; of a node those that were seen in the chosen group, where there are some. */
export function idsFor(
  field: AskedField,
  known: readonly KnownId[],
  chosen: { readonly workspace?: string | undefined; readonly group?: string | undefined },
): KnownId[] {
  const kind = kindOfField[field];
  const fitting = known.filter((each) => each.kind === kind && nameOfId(each) !== undefined);
  const near = fitting.filter(({ group, workspace }) =>
    kind === "node" ? group === chosen.group : kind === "group" && workspace === chosen.workspace,
  );
  const found = near.length > 0 ? near : fitting;
  return [...new Map(found.map((each) => [each.id, each])).values()];
}

/** What is known of an id besides its name, on one line. */
export function describeId(known: KnownId, all: readonly KnownId[], t: Messages): string {
  const { kind, gpus, gpuType, cpus, memoryGib, pricePerHour, group, refusedOn, names } = known;
  const groupName = all.find((each) => each.kind === "group" && each.id === group);
  const seenIn = groupName === undefined ? group : nameOfId(groupName);
  const others = names?.filter((name) => name !== nameOfId(known)) ?? [];
  const parts = [
    ...others,
    gpus && gpuType && `${gpus} × ${gpuType}`,
    kind === "node" && cpus !== undefined && t.ids.cpus(cpus),
    memoryGib !== undefined && `${memoryGib} GiB`,
    pricePerHour !== undefined && t.ids.perHour(String(pricePerHour)),
    seenIn !== undefined && t.ids.seenIn(seenIn),
    Boolean(refusedOn) && t.ids.refusedOn(refusedOn ?? ""),
  ];
  return excerpt(parts.filter(Boolean).join(t.comma), 200);
}
