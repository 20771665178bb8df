import { join } from "node:path";
import type { ActionFile } from "../files/action-file.ts";
import type { CommandFiles } from "../files/command-files.ts";
import type { Run, StageResult } from "../result/run.ts";

/** The token the emulator hands out as `ACTIONS_RUNTIME_TOKEN`; masked from the start. */
export const RUNTIME_TOKEN = "emulated-actions-runtime-token";

/** The inputs a stage gets: those of the workflow, with the defaults of action.yml for the rest. */
function resolveInputs({ action, settings: { inputs: given = {} } }: Run): Record<string, string> {
  const names = new Set(Object.keys(given).map((name) => name.toLowerCase()));
  const resolved = Object.entries(given).map(([name, value]) => [name, String(value)] as const);
  const defaults = action.inputs
    .filter(({ name }) => !names.has(name.toLowerCase()))
    .map((input) => [input.name, evaluateDefault(input)] as const);
  return Object.fromEntries([...resolved, ...defaults]);
}

/** The inputs that action.yml does not know; the runner warns of them. */
export function findUnexpectedInputs({ action, settings: { inputs = {} } }: Run): string[] {
  const known = new Set(action.inputs.map(({ name }) => name.toLowerCase()));
  return Object.keys(inputs).filter((name) => !known.has(name.toLowerCase()));
}

/** The variable that carries an input: upper case, blanks become `_`, hyphens stay. */
function toInputVariable(name: string): string {
  return `INPUT_${name.replaceAll(" ", "_").toUpperCase()}`;
}

/**
 * The whole environment of a stage; nothing is inherited but PATH.
 * @param before what ended before it in the step.
 */
export function buildEnvironment(
  run: Run,
  files: CommandFiles,
  before: StageResult | undefined,
): Record<string, string> {
  const { env, github, isBare = false, isDebug = false } = run.settings;
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...env, ...before?.env })) {
    if (value !== undefined) given[name] = value;
  }
  const merged = {
    ...(isBare ? {} : { HOME: join(run.root, "home"), LANG: "C.UTF-8" }),
    ...given,
    ...prefixed("STATE_", before?.state ?? {}),
    ...Object.fromEntries(
      Object.entries(resolveInputs(run)).map(([name, value]) => [toInputVariable(name), value]),
    ),
    ...githubVariables(run, files),
    ...github,
    ...runnerVariables(run),
    ...(isDebug ? { RUNNER_DEBUG: "1" } : {}),
    ACTIONS_RUNTIME_URL: "http://127.0.0.1:9/",
    ACTIONS_RUNTIME_TOKEN: RUNTIME_TOKEN,
    GITHUB_ACTIONS: "true",
  };
  const prepended = (before?.path ?? []).toReversed();
  const path = [...prepended, isBare ? "" : (process.env["PATH"] ?? "")].filter(Boolean);
  return { CI: "true", ...(path.length > 0 ? { PATH: path.join(":") } : {}), ...merged };
}

function githubVariables({ root, workspace }: Run, files: CommandFiles): Record<string, string> {
  return {
    ...prefixed("GITHUB_", files),
    GITHUB_ACTION: "__self",
    GITHUB_ACTOR: "octocat",
    GITHUB_ACTOR_ID: "583231",
    GITHUB_API_URL: "https://api.github.com",
    GITHUB_BASE_REF: "",
    GITHUB_EVENT_NAME: "workflow_dispatch",
    GITHUB_EVENT_PATH: join(root, "event.json"),
    GITHUB_GRAPHQL_URL: "https://api.github.com/graphql",
    GITHUB_HEAD_REF: "",
    GITHUB_JOB: "train",
    GITHUB_REF: "refs/heads/main",
    GITHUB_REF_NAME: "main",
    GITHUB_REF_PROTECTED: "false",
    GITHUB_REF_TYPE: "branch",
    GITHUB_REPOSITORY: "octocat/example",
    GITHUB_REPOSITORY_ID: "1296269",
    GITHUB_REPOSITORY_OWNER: "octocat",
    GITHUB_REPOSITORY_OWNER_ID: "583231",
    GITHUB_RETENTION_DAYS: "90",
    GITHUB_RUN_ATTEMPT: "1",
    GITHUB_RUN_ID: "1658821493",
    GITHUB_RUN_NUMBER: "7",
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_SHA: "0123456789abcdef0123456789abcdef01234567",
    GITHUB_TRIGGERING_ACTOR: "octocat",
    GITHUB_WORKFLOW: "Train",
    GITHUB_WORKFLOW_REF: "octocat/example/.github/workflows/train.yml@refs/heads/main",
    GITHUB_WORKFLOW_SHA: "0123456789abcdef0123456789abcdef01234567",
    GITHUB_WORKSPACE: workspace,
  };
}

function runnerVariables({ root, workspace, temp }: Run): Record<string, string> {
  return {
    RUNNER_ARCH: process.arch === "arm64" ? "ARM64" : "X64",
    RUNNER_ENVIRONMENT: "github-hosted",
    RUNNER_NAME: "emulator",
    RUNNER_OS: "Linux",
    RUNNER_TEMP: temp,
    RUNNER_TOOL_CACHE: join(root, "tools"),
    RUNNER_WORKSPACE: workspace,
  };
}

function evaluateDefault(input: ActionFile["inputs"][number]): string {
  return input.default.replaceAll(/\$\{\{\s*(\S+)\s*\}\}/g, (whole, name: string) => {
    if (name === "github.token") return "emulated-github-token";
    if (name === "github.job") return "train";
    throw new Error(`the default of input "${input.name}" uses ${whole}, which is not emulated`);
  });
}

function prefixed(prefix: string, values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`${prefix}${name}`, value]),
  );
}
