import {
  type BrokenRule,
  fieldRules,
  type RuleArguments,
  sayBy,
} from "../../schemas/spec-rules.ts";
import { overrideRules } from "./override-rules.ts";
import { sweepRules } from "./sweep-rules.ts";
import { textRules } from "./text-rules.ts";
import { valueRules } from "./value-rules.ts";

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
