import { describeWarning, specWarningRules } from "@qizhi/core/internal";

const list = (words: string) => words.split(" ");

/** Facts that stand in every message where it names them; what has other branches has more than one. */
const alternatives: Readonly<Record<string, readonly unknown[]>> = {
  action: ["no_home", "make_folder", "write", "write_journal", "read"],
  came: list(
    "text empty integer number not_finite boolean list mapping fields variables duration something_else",
  ),
  choices: [["a", "b"]],
  error: [{ rule: "cut", summary: "no" }],
  fields: [["job_id", "status"]],
  fix: ["without_quotes", "in_quotes", "true", "false", "one_line", "list_of_one"],
  flag: ["--flag"],
  found: ["}", "word"],
  hasCaFile: [false, true],
  idKind: list("workspace project group node"),
  ids: [["lcg-1", "lcg-2"]],
  inGroup: [false, true],
  isAfterLogin: [false, true],
  isHalted: [false, true],
  isPositive: [false, true],
  isRemembering: [false, true],
  isRoot: [false, true],
  isSweep: [false, true],
  isTop: [false, true],
  kind: ["job", "show"],
  kinds: [["resume", "show"], ["show"]],
  known: [["lr", "seed"], []],
  field: list(
    "command dataset_id env_name framework framework_config image image_type instance_count logic_compute_group_id name path project_id shm_gi spec_id task_priority value version_id workspace_id",
  ),
  missing: ["username", "password"],
  names: [["a.cn", "b.cn"], []],
  needs: [["--one", "--other"], ["--one"]],
  place: ["address_bar", "detail"],
  problem: list(
    "scheme host quotes encoding url length missing unreadable folder special large der binary key none damaged cut_off number_too_large too_deep prototype_key",
  ),
  reason: ["EIO"],
  refusal: [
    { kind: "words", status: 401, said: "no" },
    { kind: "redirect", status: 302 },
    { kind: "status", status: 403 },
    { kind: "status", status: 400, platformCode: 7 },
  ],
  operation: ["create", "token", "detail", "stop", "hpc"],
  sentAt: ["2026-03-04T05:00:00Z"],
  source: ["SOURCE", "stdin"],
  subject: ["SUBJECT", "command"],
  takesText: [false, true],
  wanted: ["a thing"],
  warning: [{ message: "of a rule" }],
};

/** Facts that are counts, in this message or in all. */
const counts: ReadonlySet<string> = new Set(
  list(
    "count jobs runs nodes gpus waiting active unknown lines records shown all errors warnings left tries times least processId owner length wholeLength most entries combinations ms maxBytes perNode total round node atOnce status port longestMs index value",
  ),
);

/** What differs for one message, or what only one language reads of it. */
const ofOne: Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>> = {
  base_url_form: { wanted: ["https://qz.sii.edu.cn"] },
  json_syntax: {
    wanted: list(
      "end_of_file comma_or_brace comma_or_bracket entry key colon value closing_quote closing_quote_in_line escape",
    ),
  },
  wrong_kind: {
    wanted: [
      ["integer", "number"],
      ["text", "boolean"],
      ["mapping", "fields"],
      ["variables", "duration"],
      ["something_else", "not_finite"],
    ],
  },
  matrix_value_twice: { value: ["1e-3"] },
  not_a_choice: { value: ["c"] },
  yaml_syntax: {
    reason: list(
      "BAD_ALIAS BAD_DIRECTIVE BAD_DQ_ESCAPE BAD_INDENT BAD_SCALAR_START BLOCK_IN_FLOW KEY_OVER_1024_CHARS MISSING_CHAR MULTILINE_IMPLICIT_KEY NON_STRING_KEY TAG_RESOLVE_FAILED UNEXPECTED_TOKEN OF_A_LATER_VERSION",
    ),
  },
  yaml_blank: { code: ["U+00A0", "U+3000", "U+200B", "U+2003"] },
  yaml_line_end: { code: ["U+000D", "U+0085", "U+2028", "U+2029", "U+000A"] },
  state_file: { reason: ["EIO", "ELOOP", "EISDIR", "ENXIO", "NOT_A_FILE"] },
  file_unreadable: { reason: ["EIO", "ENOENT", "ENOTDIR", "EISDIR", "EACCES", "EPERM", "ELOOP"] },
  local_port: { reason: ["EIO", "EADDRINUSE", "ERR_SOCKET_BAD_PORT"] },
  duration: { ms: [98_000, 3 * 86_400_000] },
  "doctor.from": { value: ["VALUE"] },
  "spec.warn": {
    warning: specWarningRules.flatMap((rule) =>
      [
        { rule, subject: "" },
        { rule, subject: "command", instead: "OTHER" },
        { rule, subject: "60000", instead: "OTHER" },
      ].map((facts) => ({ ...facts, message: describeWarning(facts) })),
    ),
  },
};

function valuesOf(message: string, fact: string): readonly unknown[] {
  const values = ofOne[message]?.[fact] ?? alternatives[fact];
  if (values !== undefined) return values;
  return counts.has(fact) ? [3, 1] : [fact.toUpperCase()];
}

/**
 * What a message says with its facts as they are and, one at a time, as they may also be. A fact that a
 * message cannot do without is not left out.
 */
export function variantsOf(message: string, say: (facts: object) => string): string[] {
  const facts = namedFacts(message, say);
  const texts = [say(facts)];
  for (const fact of Object.keys(facts)) {
    for (const value of [...valuesOf(message, fact), undefined]) {
      const { [fact]: _left, ...others } = facts;
      try {
        texts.push(say(value === undefined ? others : { ...others, [fact]: value }));
      } catch {
        // It cannot do without what was left out.
      }
    }
  }
  const complete = texts.filter((text) => !/undefined|NaN/.test(text));
  if (complete.length === 0) throw new Error(`"${message}" says nothing: give it facts that fit.`);
  return complete;
}

/** The facts that a message reads, each with its first value. */
function namedFacts(message: string, say: (facts: object) => string): Record<string, unknown> {
  const own = Object.entries(ofOne[message] ?? {}).map(([fact, [first]]) => [fact, first]);
  const facts: Record<string, unknown> = Object.fromEntries(own);
  const get = (_target: object, fact: string | symbol) =>
    typeof fact === "string" && fact !== "toJSON"
      ? (facts[fact] ??= valuesOf(message, fact)[0])
      : undefined;
  try {
    say(new Proxy(facts, { get }));
  } catch {
    // One language may have stopped at a copy of the facts; the other has read them.
  }
  return facts;
}
