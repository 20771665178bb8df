import { maskSecrets } from "../text/looks-secret.ts";
import { visibleText } from "../text/text.ts";
import {
  type BrokenInputRule,
  type InputRule,
  type InputRuleArguments,
  inputRules,
  type Said,
} from "./input-rules.ts";
import { QizhiError } from "./qizhi-error.ts";
import type { SpecRule } from "./spec-rules.ts";

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
  /** Line in the file, from 1. */
  line?: number;
  /** Column in the file, from 1. */
  column?: number;
}

/** The job spec is unreadable or wrong; nothing was sent. Holds **all** problems found. */
export class SpecError extends QizhiError {
  override readonly name = "SpecError";
  readonly code = "spec";
  /** Every problem, in the order of the file. */
  readonly issues: readonly SpecIssue[];
  /** The file, `-` for stdin, `undefined` for a spec given as an object. */
  readonly file: string | undefined;

  constructor(issues: readonly SpecIssue[], file?: string) {
    const safe = issues.map(withoutSecrets);
    const count = issues.length === 1 ? "1 problem" : `${issues.length} problems`;
    const lines = safe.map((issue) => `  ${formatSpecIssue(issue, file)}`);
    super([`The job spec has ${count}:`, ...lines].join("\n"));
    this.issues = safe;
    this.file = file;
  }

  protected override details() {
    return { issues: this.issues, ...(this.file !== undefined && { file: this.file }) };
  }
}

/** A problem as it may be shown: keys, overrides and values in it may be where somebody put a token. */
function withoutSecrets(issue: SpecIssue): SpecIssue {
  return JSON.parse(JSON.stringify(issue), (_key, value: unknown) =>
    typeof value === "string" ? maskSecrets(value) : value,
  );
}

/** One problem on one line: `file:line:column path message`. */
export function formatSpecIssue(issue: SpecIssue, file?: string): string {
  const place = [file, issue.line, issue.column].filter((part) => part !== undefined).join(":");
  const path = issue.path.map((key, index) =>
    typeof key === "number" ? `[${key}]` : index === 0 ? key : `.${key}`,
  );
  const by = issue.override === "--" ? "the command after --" : issue.override;
  const notes = [by, issue.run].filter((note) => note !== undefined);
  const said = notes.length === 0 ? issue.message : `${issue.message} (${notes.join(", ")})`;
  return visibleText([place, path.join(""), said].filter(Boolean).join(" "));
}

/** An option or argument is wrong: a bad base URL, half of the credentials, a cut-off job id. Nothing was sent. */
export class InputError extends QizhiError {
  override readonly name = "InputError";
  readonly code = "input";
  declare readonly rule?: InputRule;
  declare readonly params?: BrokenInputRule["params"];

  constructor(summary: string, hint?: string, broken?: BrokenInputRule) {
    super(summary, hint);
    if (broken !== undefined) Object.assign(this, broken);
  }
}

/** The error of a broken rule. */
export function inputError<Rule extends InputRule>(
  rule: Rule,
  ...args: InputRuleArguments<Rule>
): InputError {
  // TypeScript cannot see that a rule's own arguments fit it.
  const say = inputRules[rule] as (...given: InputRuleArguments<Rule>) => Said;
  const { summary, hint } = say(...args);
  return new InputError(summary, hint, { rule, params: args[0] ?? {} } as BrokenInputRule);
}
