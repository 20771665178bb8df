import { finding, type SpecFinding } from "../../errors/rules/spec-rules.ts";
import { nearest } from "../../text/text.ts";
import type { SpecPath } from "./place.ts";
import { shapeAt } from "./shape.ts";

// Names that other tools and the platform's answers use for the same thing.
const otherNames: Readonly<Record<string, string>> = {
  args: "command",
  cmd: "command",
  entrypoint: "command",
  environment: "envs",
  job_name: "name",
  lcg_id: "logic_compute_group_id",
  max_retry: "fault_tolerance_max_retry",
  node_count: "instance_count",
  nodes: "instance_count",
  num_nodes: "instance_count",
  predef_id: "spec_id",
  priority_name: "task_priority",
  quota_id: "spec_id",
  replicas: "instance_count",
  shm: "shm_gi",
  shm_size: "shm_gi",
  timeout: "max_running_time_ms",
};

// Fields that the platform's newer interface takes and its page does not list (wire 2.1).
const newerFields = new Set([
  "description",
  "exclude_nodes",
  "is_publicpath_readonly",
  "pre_check_items",
  "runtime_attributes",
  "specified_nodes",
]);

/** The problem of an unknown key, and the field that was probably meant. */
type UnknownKey = SpecFinding & {
  meant?: string | undefined;
};

/** Explains an unknown key of the mapping at `parent`. */
export function explainUnknownKey(parent: SpecPath, key: string): UnknownKey {
  if (key === "<<") return finding("merge_key");
  if (parent.length === 0 && newerFields.has(key)) return finding("unknown_key_extra", { key });
  const here = shapeAt(parent)?.keys ?? [];
  // Longer words cost time to compare and mean no field.
  if (key.length > 60) return finding("unknown_key");
  const exact = findExact(key, here);
  const elsewhere = exact === undefined ? findElsewhere(key, here) : undefined;
  if (elsewhere) return finding("unknown_key_elsewhere", elsewhere);
  const meant = exact ?? findNear(key, here);
  return meant ? { ...finding("unknown_key_near", { meant }), meant } : finding("unknown_key");
}

function findNear(key: string, known: readonly string[]): string | undefined {
  const plain = toSnakeCase(key);
  const near = nearest(plain, known);
  if (near) return near;
  const holding = known.filter((name) => key.length > 2 && `_${name}_`.includes(`_${plain}_`));
  return holding.length === 1 ? holding[0] : undefined;
}

function findExact(key: string, known: readonly string[]): string | undefined {
  const plain = toSnakeCase(key);
  return known.find((name) => name === plain || name === otherNames[plain]);
}

function toSnakeCase(key: string): string {
  const words = key.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`);
  return words.replaceAll("-", "_").toLowerCase();
}

function findElsewhere(
  key: string,
  here: readonly string[],
): { meant: string; isTop: boolean } | undefined {
  const levels = [
    { parent: [], prefix: "" },
    { parent: ["framework_config", 0], prefix: "framework_config[0]." },
  ];
  for (const { parent, prefix } of levels) {
    const known = shapeAt(parent)?.keys ?? [];
    const meant = findExact(key, known);
    if (meant && !here.includes(meant)) return { meant: prefix + meant, isTop: prefix === "" };
  }
  return undefined;
}
