import { adviceRules } from "./advice.ts";
import { answerRules } from "./answer-rules.ts";
import { authRules } from "./auth-rules.ts";
import { connectionRules } from "./connection-rules.ts";
import { inputRules } from "./input-rules.ts";
import { sentences, unknownRules } from "./sentences.ts";
import { specRules } from "./spec-rules.ts";

/** The words of every error in one language: the rules of each kind, and the frames around them. */
export interface ErrorWords {
  readonly advice: typeof adviceRules;
  readonly answer: typeof answerRules;
  readonly auth: typeof authRules;
  readonly connection: typeof connectionRules;
  readonly input: typeof inputRules;
  readonly sentences: typeof sentences;
  readonly spec: typeof specRules;
  readonly unknown: typeof unknownRules;
}

/** The facts in the sentence of a rule. */
export type FactsOf<
  Kind extends keyof ErrorWords,
  Rule extends keyof ErrorWords[Kind],
> = ErrorWords[Kind][Rule] extends (facts: infer Facts) => unknown ? Facts : never;

/** The English words of every error. */
export const english: ErrorWords = {
  advice: adviceRules,
  answer: answerRules,
  auth: authRules,
  connection: connectionRules,
  input: inputRules,
  sentences,
  spec: specRules,
  unknown: unknownRules,
};
