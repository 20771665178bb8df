import { countOf } from "../../text/text.ts";
/** What a name of a spec is of. */
export type NamedKind = "workspace" | "project" | "group" | "node";

/** What {@link overrideRules.name_unknown} tells. */
export interface UnknownName {
  idKind: NamedKind;
  name: string;
  known: readonly string[];
  meant?: string | undefined;
  /** Whether the group of the spec is known, and others that it has. */
  inGroup: boolean;
}

/** Rules about what is put into a spec from outside its file, in English words. */
export const overrideRules = {
  profile_none: ({ name }: { name: string }) =>
    `there is no profile "${name}": no file of defaults has profiles (.qizhi/defaults.yaml in this folder or above it, or your own)`,
  profile_unknown: (params: {
    name: string;
    known: readonly string[];
    meant?: string | undefined;
  }) => {
    const advice = params.meant ? `; did you mean ${params.meant}?` : "";
    return `there is no profile "${params.name}"${advice} (profiles: ${params.known.join(", ")})`;
  },
  profile_loop: ({ names }: { names: readonly string[] }) =>
    `extends itself: ${names.join(" → ")}; take one extends out`,
  name_unknown: ({ idKind, name, known, meant, inGroup }: UnknownName) => {
    const advice = meant ? `; did you mean ${meant}?` : "";
    const names = known.length > 0 ? `known: ${known.join(", ")}` : `no ${idKind} was seen yet`;
    return `no ${idKind} "${name}" was seen ${inGroup ? "in this group" : "on this platform"}${advice} (${names}); look at a job that has it with qizhi status, or use qizhi ids add, or write the id`;
  },
  name_ambiguous: (params: { idKind: NamedKind; name: string; ids: readonly string[] }) =>
    `"${params.name}" is the name of more than one ${params.idKind}: ${params.ids.join(", ")}; write one of these ids, or name one with qizhi ids add`,
  named_twice: ({ field }: { field: string }) =>
    `stands beside ${field}, which says the same; keep one of the two`,
  confirm_over_form: () =>
    "is not a number of GPUs, nor gpus and cost, such as {gpus: 32, cost: 500}",
  log_via_form: () => "is not the name of a host, as ssh takes it",
  set_form: () => "is not path=value, such as task_priority=5 or framework_config[0].shm_gi=64",
  set_extends: () => "comes too late in a setting; name the profile with --profile",
  set_matrix: () =>
    "comes too late in a setting; give the values with --matrix or the input matrix",
  env_form: () => "is not NAME=value",
  not_a_list: ({ name }: { name?: string | undefined }) => `${name ?? "the spec"} is not a list`,
  is_a_list: ({ name, entry }: { name: string; entry: string }) =>
    `${name} is a list: write ${name}${entry}`,
  no_fields: ({ name }: { name?: string | undefined }) =>
    `${name ?? "the spec"} has no fields of its own`,
  list_in_the_way: ({ key }: { key: string }) => `a list stands where ${key} would go`,
  value_in_the_way: ({ key }: { key: string }) => `a single value stands where ${key} would go`,
  no_list_there: ({ index }: { index: number }) => `no list stands where [${index}] would go`,
  next_index: ({ entries }: { entries: number }) => {
    const count = countOf(entries, "entry", "entries");
    return `the list has ${count}, so the next one is [${entries}]`;
  },
};
