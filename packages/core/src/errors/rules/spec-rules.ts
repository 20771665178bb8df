import { countOf } from "../../text/text.ts";
import {
  type BrokenRule,
  fieldRules,
  type RuleArguments,
  sayBy,
} from "../../schemas/spec-rules.ts";
import { textRules } from "./text-rules.ts";
import { valueRules } from "./value-rules.ts";

/** Rules about the matrix of a sweep, in English words. */
const sweepRules = {
  matrix_kind: () => "is not a mapping of names to lists of values",
  matrix_name: () => "is not a name for a variable: letters, digits, _ and -, not a digit first",
  matrix_list: ({ name }: { name: string }) =>
    `is not a list of values, such as ${name}: [1e-3, 1e-4]`,
  matrix_no_value: () => "is empty; give one value at least",
  matrix_scalar: () => "is neither text nor a number nor true or false",
  matrix_value_twice: ({ value }: { value: string }) => `"${value}" is in the list twice`,
  matrix_unused: ({ name }: { name: string }) =>
    `is used nowhere; write {{ matrix.${name} }} into a text of the spec`,
  matrix_unknown: ({ name, near, known }: { name: string; near?: string; known: string[] }) => {
    const meant =
      near === undefined ? `the matrix has ${known.join(", ")}` : `did you mean ${near}?`;
    return known.length === 0
      ? `{{ matrix.${name} }} needs a matrix; there is none`
      : `{{ matrix.${name} }} is not in the matrix; ${meant}`;
  },
  matrix_template: ({ shown }: { shown: string }) =>
    `"${shown}" is not of the form {{ matrix.NAME }}`,
  matrix_entries: () => "is not a list of mappings of names to values",
  matrix_entry: () => "is not a mapping of names to values",
  matrix_entry_name: ({ known }: { known: string[] }) =>
    `is not in the matrix, which has ${known.join(", ")}`,
  matrix_include_missing: ({ names }: { names: string[] }) =>
    `leaves out ${names.join(", ")}; an included run gives every value`,
  matrix_run_twice: () => "equals another run",
  matrix_excludes_nothing: () => "matches no combination of the matrix",
  matrix_sample_form: () =>
    "is neither a number of runs nor a mapping with runs and seed, whole numbers from 1 and 0 on",
  matrix_sample_too_many: ({ combinations }: { combinations: number }) =>
    `is more than the ${combinations} combinations that there are`,
  matrix_no_run: () => "leaves no run",
  matrix_too_many: ({ runs, most }: { runs: number; most: number }) =>
    `makes ${runs} combinations, more than ${most}; take a sample or fewer values`,
  matrix_too_long: () => "is over 1 MiB long with the values of the matrix in it",
  matrix_setting_form: () => "is not NAME=value,value, such as lr=1e-3,1e-4",
  matrix_key_quotes: () => 'a text that begins with {{ needs quotes: "{{ matrix.NAME }}"',
};

/** What a name of a spec is of. */
type NamedKind = "workspace" | "project" | "group" | "node";

/** What {@link overrideRules.name_unknown} tells. */
interface UnknownName {
  idKind: NamedKind;
  name: string;
  known: readonly string[];
  meant?: string | undefined;
  /** Whether the group of the spec is known, and others that it has. */
  inGroup: boolean;
}

/** Rules about what is put into a spec from outside its file, in English words. */
const overrideRules = {
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

/** Every rule of a job spec in English words, by its stable name. */
export const specRules = {
  ...fieldRules,
  ...valueRules,
  ...textRules,
  ...overrideRules,
  ...sweepRules,
};

/** Stable name of what a problem of a job spec is about, such as `missing`. */
export type SpecRule = keyof typeof specRules;
/** A rule with its facts. */
export type BrokenSpecRule = BrokenRule<typeof specRules>;

/** A broken rule with its English words. */
export type SpecFinding = BrokenSpecRule & { readonly message: string };

/** One problem of a job spec. */
export interface SpecIssue {
  /** Where in the spec: keys and indexes from the top. */
  path: (string | number)[];
  /** What is wrong and what is wanted, in English. */
  message: string;
  /** Stable name of the broken rule, for tools and other languages. */
  rule?: SpecRule;
  /** The facts in the message; which ones depends on the rule. */
  params?: object;
  /** The override that brought it in, as typed: `--set task_priority=99`, `--env TOKEN`, `--` for a command. */
  override?: string;
  /** The first run of a sweep that it is about, by its values: `lr=1e-3 seed=1`. */
  run?: string;
  /** The file in which it stands, where that is not the spec's own: one of defaults. */
  file?: string | undefined;
  /** Line in the file, from 1. */
  line?: number;
  /** Column in the file, from 1. */
  column?: number;
}

/** Words a broken rule. */
export function finding<Rule extends SpecRule>(
  rule: Rule,
  ...args: RuleArguments<typeof specRules, Rule>
): SpecFinding {
  return sayRule({ rule, params: args[0] ?? {} } as BrokenSpecRule);
}

/** Words a broken rule that is at hand as data. */
export function sayRule(broken: BrokenSpecRule): SpecFinding {
  return { ...broken, message: sayBy(specRules, broken) };
}
