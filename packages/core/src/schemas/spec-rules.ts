import type * as z from "zod/mini";

/** Where a person finds an id of the platform. */
export type IdPlace = "address_bar" | "detail";

const idPlaces: Readonly<Record<IdPlace, string>> = {
  address_bar: "in the web console's address bar as spaceId",
  detail: "in any job's detail",
};

/** The rules that the schema itself checks, in English words; `params` are the facts in them. */
export const fieldRules = {
  empty: () => "is empty",
  no_entry: () =>
    "is empty; give one entry with image, image_type, instance_count, shm_gi and spec_id",
  control_characters: () => "holds control characters",
  image_blank: () => "holds a blank; an image is one word, such as host/namespace/name:tag",
  nul_character: () => "holds a NUL character",
  no_node: () => "is below 1; it is the number of nodes",
  negative_shm: () => "is negative; it is GiB of shared memory per node",
  negative: () => "is negative",
  too_many_restarts: () => "is over 10, the most restarts",
  restarts_missing: () => "is needed when auto_fault_tolerance is true: 1 to 10 restarts",
  priority_range: () => "is outside 1 to 10 (larger is more urgent)",
  capitals: () => "has capitals; the platform's names are lower case, such as pytorch",
  id_cut_off: (params: { length: number; wholeLength: number; place: IdPlace }) =>
    `is cut off: ${params.length} of ${params.wholeLength} characters; copy the whole id, it is ${idPlaces[params.place]}`,
  id_form: (params: { prefix: string; place: IdPlace }) =>
    `is not of the form ${params.prefix}xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx; it is ${idPlaces[params.place]}`,
  duration_form: () =>
    "is not a duration: write milliseconds or a number with a unit, such as 90s, 30m, 2h, 1d",
  duration_too_long: () => "is far too long for a duration",
  hold_zero: () =>
    'is 0, which the platform refuses ("retention time must be positive"); leave it out to hold nothing',
  run_zero: () => "is 0; leave it out for no limit of its own",
  run_too_long: (params: { longestMs: number }) =>
    `is over ${params.longestMs} ms (24 d 20 h), which the platform's database refuses (error 1264)`,
  field_of_page: () => "is a field of the spec itself; write it at the top level, not in extra",
  not_a_folder: () =>
    "is not an absolute path; write a folder on the shared disk, such as /inspire/hdd/project/demo/public/logs, or off",
  folder_variable: () => "is taken letter for letter, so $ stands for no variable; write it out",
  control_character: () => "holds a control character",
  variable_name: () => "is not a variable name: letters, digits and _, not a digit first",
};

/** Rules in words, by name. */
type RuleTable = Readonly<Record<string, (params: never) => unknown>>;
/** What a table says of a rule with its facts. */
export function sayBy<Words>(
  table: Readonly<Record<string, (params: never) => Words>>,
  { rule, params = {} }: { readonly rule: string; readonly params?: object | undefined },
): Words {
  // A rule has the facts of its own sentence; TypeScript cannot infer that through the table.
  const say = table[rule] as (params: object) => Words;
  return say(params);
}

/** The facts in the words of one rule of a table. */
type RuleParams<Table extends RuleTable, Rule extends keyof Table> =
  Parameters<Table[Rule]> extends [infer Params] ? Params : Readonly<Record<string, never>>;
/** A rule of a table that was broken, with its facts. */
export type BrokenRule<Table extends RuleTable> = {
  [Rule in keyof Table]: { readonly rule: Rule; readonly params: RuleParams<Table, Rule> };
}[keyof Table];
/** What must be given with a rule: nothing where its words hold no facts. */
export type RuleArguments<Table extends RuleTable, Rule extends keyof Table> =
  Parameters<Table[Rule]> extends [infer Params] ? [params: Params] : [];

type FieldRules = typeof fieldRules;

/** The words of a rule as zod's message, and the rule itself in the issue, see {@link brokenFieldRule}. */
export function byRule<Rule extends keyof FieldRules>(
  rule: Rule,
  ...args: RuleArguments<FieldRules, Rule>
): { error: (issue: object) => string } {
  return { error: (issue) => noteRule(issue, rule, ...args) };
}

/** {@link byRule} for a rule whose facts depend on the value. */
export function noteRule<Rule extends keyof FieldRules>(
  issue: object,
  rule: Rule,
  ...args: RuleArguments<FieldRules, Rule>
): string {
  const broken = { rule, params: args[0] ?? {} };
  Object.assign(issue, { broken });
  return sayBy(fieldRules, broken);
}

/** The schema's own rule that an issue is about; none for what zod itself refuses. */
export function brokenFieldRule(issue: z.core.$ZodIssue): BrokenRule<FieldRules> | undefined {
  // Only noteRule writes it.
  return "broken" in issue ? (issue.broken as BrokenRule<FieldRules>) : undefined;
}
