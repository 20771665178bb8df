import {
  type BrokenRule,
  fieldRules,
  type RuleArguments,
  type RuleParams,
} from "../schemas/spec-rules.ts";
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
/** The facts in the words of a rule, so that a front end can say it in another language. */
export type SpecRuleParams<Rule extends SpecRule> = RuleParams<typeof specRules, Rule>;
/** A rule with its facts. */
export type BrokenSpecRule = BrokenRule<typeof specRules>;

/** A broken rule with its English words. */
export type SpecFinding = BrokenSpecRule & { readonly message: string };

/** Words a broken rule. */
export function finding<Rule extends SpecRule>(
  rule: Rule,
  ...args: RuleArguments<typeof specRules, Rule>
): SpecFinding {
  return sayRule({ rule, params: args[0] ?? {} } as BrokenSpecRule);
}

/** Words a broken rule that is at hand as data. */
export function sayRule(broken: BrokenSpecRule): SpecFinding {
  // The type ties each rule to its own params; TypeScript cannot follow that through the table.
  const word = specRules[broken.rule] as (params: BrokenSpecRule["params"]) => string;
  return { ...broken, message: word(broken.params) };
}
