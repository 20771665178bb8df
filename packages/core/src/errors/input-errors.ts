import { maskSecrets } from "../text/looks-secret.ts";
import type { RuleArguments } from "../schemas/spec-rules.ts";
import { type BrokenInputRule, type InputRule, type inputRules } from "./rules/input-rules.ts";
import { QizhiError } from "./qizhi-error.ts";
import type { SpecIssue } from "./rules/spec-rules.ts";
import { nearest, visibleText } from "../text/text.ts";

/** The job spec is unreadable or wrong; nothing was sent. Holds **all** problems found. */
export class SpecError extends QizhiError {
  override readonly name = "SpecError";
  declare readonly code: "spec";
  /** Every problem, in the order of the file. */
  declare readonly issues: readonly SpecIssue[];
  /** The file, `-` for stdin, `undefined` for a spec given as an object. */
  declare readonly file: string | undefined;

  constructor(issues: readonly SpecIssue[], file?: string) {
    super({ code: "spec", issues: issues.map(withoutSecrets), file });
  }
}

/** A problem as it may be shown: keys, overrides and values in it may be where somebody put a token. */
function withoutSecrets(issue: SpecIssue): SpecIssue {
  return JSON.parse(JSON.stringify(issue), (_key, value: unknown) =>
    typeof value === "string" ? maskSecrets(value) : value,
  );
}

/** An option or argument is wrong: a bad base URL, half of the credentials, a cut-off job id. Nothing was sent. */
export class InputError extends QizhiError {
  override readonly name = "InputError";
  declare readonly code: "input";
  declare readonly rule?: InputRule;
  declare readonly params?: BrokenInputRule["params"];

  /** @param said what is wrong: a rule with its facts, or words. */
  constructor(said: BrokenInputRule | string, hint?: string) {
    super({ code: "input", ...(typeof said === "string" ? { summary: said, hint } : said) });
  }
}

/** The error of a broken rule. */
export function inputError<Rule extends InputRule>(
  rule: Rule,
  ...args: RuleArguments<typeof inputRules, Rule>
): InputError {
  return new InputError({ rule, params: args[0] ?? {} } as BrokenInputRule);
}

/**
 * What a value of an option has to be: any, text, true or false, a number that is not below 0, one above it, or one above
 * it that is finite.
 * An `inner` one is any of this package's own, of which nobody else is told.
 */
type OptionKind = "any" | "inner" | "text" | "boolean" | "number" | "positive" | "finite";

/** Every option of a function. */
export type OptionKinds<Options> = Readonly<Record<keyof Options, OptionKind>>;

/**
 * Checks the names of options, which JavaScript does not: `baseURL` for `baseUrl` would send the password elsewhere.
 * @param of the function whose options they are.
 * @throws {InputError} it has no such option, or the value of one is of another kind.
 */
export function checkOptions<Options extends object>(
  of: string,
  options: Options,
  kinds: OptionKinds<Options>,
): void {
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(kinds, name)) {
      const known = Object.keys(kinds).filter((key) => Reflect.get(kinds, key) !== "inner");
      const meant = nearest(name, known);
      throw inputError("option_unknown", { of, name: visibleText(name), meant, known });
    }
    const kind = kinds[name as keyof Options];
    if (value === undefined || kind === "any" || kind === "inner") continue;
    if (kind === "text" || kind === "boolean") {
      const takesText = kind === "text";
      if (typeof value === (takesText ? "string" : "boolean")) continue;
      throw inputError("option_form", { of, name, takesText });
    }
    const isPositive = kind !== "number";
    const isEndless = kind === "finite" && value === Infinity;
    const fits = typeof value === "number" && (isPositive ? value > 0 : value >= 0);
    if (fits && !isEndless) continue;
    const facts = { of, name, value: visibleText(String(value)), isPositive };
    throw inputError("option_number", { ...facts, ...(isEndless && { isEndless }) });
  }
}
