import { data, Evaluator, Lexer, Parser } from "@actions/expressions";

/** What expressions read: `github`, `secrets`, `vars`, `steps`, `env`. */
export type Contexts = Readonly<Record<string, unknown>>;

/** How a job stands when a step is about to run. */
export type JobStatus = "success" | "failure" | "cancelled";

const statusFunctions = ["success", "failure", "cancelled", "always"];

/** Evaluates an expression as GitHub does, with GitHub's own library. */
function evaluateExpression(text: string, contexts: Contexts, status: JobStatus): unknown {
  const functions = statusFunctions.map((name) => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(name === status || name === "always"),
  }));
  const { tokens } = new Lexer(text).lex();
  const tree = new Parser(tokens, Object.keys(contexts), functions).parse();
  const context: unknown = JSON.parse(JSON.stringify(contexts), data.reviver);
  if (!(context instanceof data.Dictionary)) throw new Error("the contexts are no object");
  const named = new Map(functions.map((each) => [each.name, each]));
  const value = new Evaluator(tree, context, named).evaluate();
  return JSON.parse(JSON.stringify(value, data.replacer) ?? "null");
}

/** Whether an `if:` or `post-if` holds; without a word about the status it asks for `success()` too. */
export function evaluateIf(
  condition: string | undefined,
  contexts: Contexts,
  status: JobStatus = "success",
): boolean {
  const text = /^\s*\$\{\{(.*)\}\}\s*$/s.exec(condition ?? "")?.[1] ?? condition ?? "success()";
  const asks = /\b(?:always|success|failure|cancelled)\s*\(/i.test(text);
  const whole = asks ? text : `success() && (${text})`;
  return Boolean(evaluateExpression(whole, contexts, status));
}

/** Fills in the `${{ … }}` of a text. */
function fill(text: unknown, contexts: Contexts): string {
  return String(text).replaceAll(/\$\{\{(.*?)\}\}/gs, (_whole, expression: string) => {
    const value = evaluateExpression(expression, contexts, "success");
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
