/** A field that {@link fieldNotes} has a note on. */
export type NotedField = keyof typeof fieldNotes;

// Said when a required field is missing, so that a person need not look it up.
const fieldNotes = {
  command: "the shell command that each node runs",
  dataset_id: "the dataset's code in the web console",
  env_name: "the variable's name",
  framework: "write pytorch",
  framework_config: "a list with one entry: image, image_type, instance_count, shm_gi, spec_id",
  image: "the whole image address, host/namespace/name:tag",
  image_type:
    "SOURCE_OFFICIAL, SOURCE_PUBLIC or SOURCE_PRIVATE, as the web console files the image",
  instance_count: "the number of nodes",
  logic_compute_group_id: "lcg-…, in any job's detail",
  name: "the job's name",
  path: "the path that the web console's check returned",
  project_id: "project-…, in any job's detail",
  shm_gi: "GiB of shared memory per node; 0 asks for none",
  spec_id: "what one node has; it is quota_id in the detail of a job made in the web console",
  task_priority: "1 to 10, larger is more urgent; 1 to 3 can be pre-empted",
  value: 'the variable\'s text; write "" for an empty one',
  version_id: "the version's code in the web console",
  workspace_id: "ws-…, in the web console's address bar as spaceId",
};

/** The note on a field of a spec, by the last step of its path. */
export function noteOn(path: readonly (string | number)[]): NotedField | undefined {
  const last = String(path.at(-1));
  if (path[0] === "envs" && last === "name") return "env_name";
  return isNoted(last) ? last : undefined;
}

function isNoted(name: string): name is NotedField {
  return Object.hasOwn(fieldNotes, name);
}

const nouns = {
  empty: "empty",
  text: "text",
  integer: "a whole number",
  number: "a number",
  not_finite: "not a finite number",
  boolean: "true or false",
  list: "a list",
  mapping: "a mapping",
  fields: "a mapping of fields",
  variables: "a mapping of names to values",
  duration: "a duration such as 30m or 2h, or milliseconds",
  something_else: "something else",
};

/** A kind of value, as rules speak of it. */
export type ValueNoun = keyof typeof nouns;

const fixes = {
  without_quotes: (shown: string) => `write ${shown} without quotes`,
  in_quotes: () => "put it in quotes",
  true: () => "write true",
  false: () => "write false",
  one_line: () => "write it as one line of text",
  list_of_one: () => "make it a list with one entry",
};

/** What puts a value of a wrong kind right. */
export type ValueFix = keyof typeof fixes;

/** What {@link valueRules.wrong_kind} tells. */
export interface WrongKind {
  readonly came: ValueNoun;
  /** The value itself, where it is short and may be shown. */
  readonly shown?: string | undefined;
  /** The kinds that are taken. */
  readonly wanted: readonly ValueNoun[];
  readonly fix?: ValueFix | undefined;
}

function sayWrongKind({ came, shown, wanted, fix }: WrongKind): string {
  const what = shown === undefined ? nouns[came] : came === "text" ? `the text "${shown}"` : shown;
  const how = fix ? `: ${fixes[fix](shown ?? "")}` : "";
  return `is ${what}, wanted ${wanted.map((kind) => nouns[kind]).join(" or ")}${how}`;
}

/** Rules about keys and values, in English words. */
export const valueRules = {
  missing: ({ field }: { field?: NotedField | undefined }) =>
    field ? `is missing: ${fieldNotes[field]}` : "is missing",
  empty_spec: () => "is empty: a job spec has fields such as name and command",
  empty_value: ({ field }: { field?: NotedField | undefined }) =>
    `is empty: ${field ? fieldNotes[field] : "give a value, or leave the key out"}`,
  not_a_choice: (params: {
    value: string;
    choices: readonly string[];
    meant?: string | undefined;
  }) => {
    const advice = params.meant ? `; did you mean ${params.meant}?` : "";
    return `is "${params.value}", wanted one of ${params.choices.join(", ")}${advice}`;
  },
  wrong_kind: sayWrongKind,
  too_large: () => "is too large",
  too_small: () => "is too small",
  not_allowed: () => "is not allowed here",
  not_a_key: () => "is not allowed as a key",
  merge_key: () => "merge keys (<<) are not read; write the fields out",
  unknown_key: () => "unknown key",
  unknown_key_near: ({ meant }: { meant: string }) => `unknown key; did you mean ${meant}?`,
  unknown_key_elsewhere: ({ meant, isTop }: { meant: string; isTop: boolean }) =>
    `unknown key here; did you mean ${meant}${isTop ? " at the top level" : ""}?`,
  unknown_key_extra: ({ key }: { key: string }) =>
    `is not on the platform's page; to send it as it stands, write it under extra: (extra.${key})`,
  more: ({ count }: { count: number }) => `and ${count} more problems`,
  unreadable: ({ reason }: { reason: string }) => `cannot be read as a job spec: ${reason}`,
  masked: () => "holds *** in the place of a secret; put the secret itself there",
  not_json_value: () =>
    "cannot be written as JSON: it is a function, a symbol, a bigint, a number that is not finite or an object such as a Map, refers to itself or is too deep",
  inexact_number: () => "cannot be sent as this number; put it in quotes",
};
