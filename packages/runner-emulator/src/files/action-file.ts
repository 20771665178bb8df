import { data, Evaluator, Lexer, Parser } from "@actions/expressions";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** What the runner reads from action.yml of a JavaScript action. */
export type ActionFile = {
  /** Such as `node24`. */
  using: string;
  main: string;
  post?: string;
  /** The expression of `post-if`; `always()` if none is written. */
  postIf: string;
  inputs: { name: string; default: string }[];
  outputs: string[];
};

/**
 * Reads action.yml (or action.yaml) of `actionDir`.
 *
 * @throws an `Error` if the file is missing or is not that of a JavaScript action with files that
 * exist
 */
export function readActionFile(actionDir: string): ActionFile {
  const path = ["action.yml", "action.yaml"]
    .map((name) => join(actionDir, name))
    .find((candidate) => existsSync(candidate));
  if (!path) throw new Error(`no action.yml in ${actionDir}`);
  const root = asRecord(parse(readFileSync(path, "utf8")), "action.yml");
  const runs = asRecord(root["runs"], "runs");
  const using = textOf(runs["using"]);
  if (!/^node\d+$/.test(using)) throw new Error(`runs.using is "${using}", not a Node runtime`);
  if (runs["pre"] !== undefined) throw new Error("runs.pre is not supported by the emulator");
  const file: ActionFile = {
    using,
    main: textOf(runs["main"]),
    postIf: textOf(runs["post-if"]) || "always()",
    inputs: Object.entries(asRecord(root["inputs"] ?? {}, "inputs")).map(readInput),
    outputs: Object.keys(asRecord(root["outputs"] ?? {}, "outputs")),
  };
  if (runs["post"] !== undefined) file.post = textOf(runs["post"]);
  for (const script of [file.main, file.post]) {
    if (script !== undefined && !existsSync(join(actionDir, script))) {
      throw new Error(`action.yml names "${script}", which does not exist in ${actionDir}`);
    }
  }
  return file;
}

function readInput([name, value]: [string, unknown]): ActionFile["inputs"][number] {
  return { name, default: textOf(asRecord(value ?? {}, `inputs.${name}`)["default"]) };
}

function asRecord(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`${what} is not a map`);
  }
  return Object.fromEntries(Object.entries(value));
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

/**
 * Whether post runs, by the `post-if` of action.yml and how the job stands.
 *
 * @throws an `Error` for one that reads a context or is no expression
 */
export function evaluatePostIf({ postIf }: Pick<ActionFile, "postIf">, status: JobStatus): boolean {
  try {
    return evaluateIf(postIf, {}, status);
  } catch (cause) {
    throw new Error(`post-if is not understood: ${postIf}`, { cause });
  }
}

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
