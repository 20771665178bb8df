import { data, Evaluator, Lexer, Parser } from "@actions/expressions";

/** What expressions read: `github`, `secrets`, `vars`, `steps`, `env`. */
export type Contexts = Readonly<Record<string, unknown>>;

const statusFunctions = ["success", "failure", "cancelled", "always"];

/**
 * Evaluates an expression as GitHub does, with GitHub's own library.
 * @param hasFailed whether a step before has failed.
 */
export function evaluateExpression(text: string, contexts: Contexts, hasFailed = false): unknown {
  const state = { success: !hasFailed, failure: hasFailed, cancelled: false, always: true };
  const functions = statusFunctions.map((name) => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(Reflect.get(state, name) === true),
  }));
  const { tokens } = new Lexer(text).lex();
  const tree = new Parser(tokens, Object.keys(contexts), functions).parse();
  const context: unknown = JSON.parse(JSON.stringify(contexts), data.reviver);
  if (!(context instanceof data.Dictionary)) throw new Error("the contexts are no object");
  const named = new Map(functions.map((each) => [each.name, each]));
  const value = new Evaluator(tree, context, named).evaluate();
  return JSON.parse(JSON.stringify(value, data.replacer) ?? "null");
}

/** Whether an `if:` holds; without one, and without a word about the status, no step before may have failed. */
export function evaluateIf(
  condition: string | undefined,
  contexts: Contexts,
  hasFailed = false,
): boolean {
  const text = /^\s*\$\{\{(.*)\}\}\s*$/s.exec(condition ?? "")?.[1] ?? condition ?? "success()";
  const asks = statusFunctions.some((name) => text.includes(`${name}()`));
  const whole = asks ? text : `success() && (${text})`;
  return Boolean(evaluateExpression(whole, contexts, hasFailed));
}

/** Fills in the `${{ … }}` of a text. */
export function fill(text: unknown, contexts: Contexts): string {
  return String(text).replaceAll(/\$\{\{(.*?)\}\}/gs, (_whole, expression: string) => {
    const value = evaluateExpression(expression, contexts);
    return typeof value === "object" && value !== null
      ? JSON.stringify(value)
      : String(value ?? "");
  });
}

/** Fills in the `${{ … }}` of a map's values. */
export function fillAll(
  map: Readonly<Record<string, unknown>> = {},
  contexts: Contexts = {},
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(map).map(([name, text]) => [name, fill(text, contexts)]),
  );
}
