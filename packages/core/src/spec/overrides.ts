import { finding, type SpecFinding } from "../errors/rules/spec-rules.ts";
import { isMapping, parseJsonAsWritten, valueAt } from "../text/json-value.ts";
import { maskedName, maskedSetting } from "../text/masked-text.ts";
import type { ParseSpecOptions } from "./parse.ts";
import type { SpecPath } from "./text/place.ts";
import { explainUnknownPath, parseSetting, setIn, toTyped } from "./set-path.ts";
import { quoteCommand } from "./command/shell-quote.ts";

/**
 * Overrides of a spec's fields, applied in the order `set`, `logDir`, `env`, `name`, `command`. A variable given twice
 * is a problem.
 */
export interface SpecOverrides {
  /** `path=value`, such as `task_priority=5` or `framework_config[0].instance_count=4`. */
  set?: readonly string[] | undefined;
  /** Replaces `log_dir`. */
  logDir?: string | undefined;
  /** `NAME=value`: adds a variable or replaces it. */
  env?: readonly string[] | undefined;
  /** Replaces `name`. */
  name?: string | undefined;
  /** Replaces `command`; the arguments are quoted so that sh sees exactly these. */
  command?: readonly string[] | undefined;
}

/** One applied override: its path, and how it was written. */
export interface Origin {
  path: SpecPath;
  /** How it was given, without the value of a variable: `--set task_priority=99`, `--env TOKEN`; `--` for a command. */
  label: string;
}

/** A spec's value after its overrides. */
export interface Overridden {
  value: unknown;
  /** The applied overrides, in order; a later one wins. */
  origins: Origin[];
  problems: (SpecFinding & { path: (string | number)[]; label: string })[];
}

interface Override extends Origin {
  set: unknown;
  problem?: SpecFinding | undefined;
}

/** Puts overrides into a spec's value; the value itself is not changed. */
export function applyOverrides(
  value: unknown,
  overrides: SpecOverrides & Pick<ParseSpecOptions, "allowUnknown">,
): Overridden {
  const { set = [], logDir, env = [], name, command, allowUnknown = false } = overrides;
  const wanted: Override[] = [
    ...set.map((setting) => readSet(setting, allowUnknown)),
    ...(logDir === undefined ? [] : [{ path: ["log_dir"], label: "--log-dir", set: logDir }]),
    ...env.map(readEnv),
    ...(name === undefined ? [] : [{ path: ["name"], label: "--name", set: name }]),
    ...(command === undefined ? [] : [readCommand(command)]),
  ];
  const outcome: Overridden = { value, origins: [], problems: [] };
  const variables = new Set<string>();
  for (const override of wanted) {
    const names = namesOf(override);
    const double = names.find((each) => variables.has(each));
    for (const each of names) variables.add(each);
    const twice =
      double === undefined ? undefined : finding("given_twice", { name: maskedName(double, 60) });
    apply(outcome, { ...override, problem: override.problem ?? twice });
  }
  return outcome;
}

/** The variables that an override gives: one of two values for the same name would be lost. */
function namesOf({ path, set }: Override): string[] {
  if (path[0] !== "envs") return [];
  const [, name] = path;
  if (path.length === 2 && typeof name === "string") return [name];
  if (path.length > 1) return [];
  if (!Array.isArray(set)) return Object.keys(Object(set));
  const names = set.map((entry) => valueAt(entry, ["name"]));
  return [...new Set(names.filter((each) => typeof each === "string"))];
}

function apply(outcome: Overridden, override: Override): void {
  const { path, set } = toTarget(outcome.value, override);
  const { label, problem } = override;
  const result = problem ? { ok: false as const, found: problem } : setIn(outcome.value, path, set);
  if (!result.ok) {
    outcome.problems.push({ path: [...override.path], ...result.found, label });
    return;
  }
  outcome.value = result.value;
  outcome.origins.push({ path, label });
}

/** Where an override goes: `envs.NAME` in a list of variables to the last entry of that name, or to a new one. */
function toTarget(value: unknown, { path, set }: Override): Pick<Override, "path" | "set"> {
  const [field, name] = path;
  const envs = valueAt(value, ["envs"]);
  if (field !== "envs" || path.length !== 2 || typeof name !== "string" || !Array.isArray(envs)) {
    return { path, set };
  }
  const found = envs.findLastIndex((entry: unknown) => valueAt(entry, ["name"]) === name);
  return found < 0
    ? { path: ["envs", envs.length], set: { name, value: set } }
    : { path: ["envs", found, "value"], set };
}

// What can be no part of a variable's name belongs to a value, whose sign was mistyped.
const foreign = /[^\w.-]/;

function readSet(setting: string, allowUnknown: boolean): Override {
  const head = setting.split("=", 1)[0] ?? "";
  const parsed = parseSetting(setting);
  const isVariable = parsed?.path[0] === "envs";
  if (!parsed || (isVariable && foreign.test(String(parsed.path[1] ?? "")))) {
    const label = `--set ${maskedName(head, 60)}`;
    return { path: [], label, set: undefined, problem: finding("set_form") };
  }
  const { path, text } = parsed;
  const label = isVariable ? maskedName(head, 60) : maskedSetting(setting, 60);
  const unknown = allowUnknown ? undefined : explainUnknownPath(path);
  const problem = explainTooLate(path) ?? unknown;
  const typed = toTyped(path, text);
  // A variable reaches the job letter for letter, as one of a file does.
  const set =
    isVariable && path.length === 1 && isMapping(typed) ? parseJsonAsWritten(text) : typed;
  return { path, label: `--set ${label}`, set, problem };
}

/** What has been read before any setting applies: the profile lies below the spec, and the matrix makes its runs. */
function explainTooLate([key]: SpecPath): SpecFinding | undefined {
  if (key === "extends") return finding("set_extends");
  return key === "matrix" ? finding("set_matrix") : undefined;
}

function readEnv(setting: string): Override {
  const equals = setting.indexOf("=");
  const name = equals < 0 ? setting : setting.slice(0, equals);
  const isBroken = equals < 1 || foreign.test(name);
  const shown = maskedName(name, 60);
  return {
    path: ["envs", isBroken ? shown : name],
    label: `--env ${shown}`,
    set: setting.slice(equals + 1),
    problem: isBroken ? finding("env_form") : undefined,
  };
}

function readCommand(argv: readonly string[]): Override {
  const problem = argv.length === 0 ? finding("empty") : undefined;
  return { path: ["command"], label: "--", set: quoteCommand(argv), problem };
}
