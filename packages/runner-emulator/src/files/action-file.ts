import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { evaluateIf, type JobStatus } from "./expression.ts";

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
