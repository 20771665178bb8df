import type { ActionFile } from "./action-file.ts";
import type { CommandFiles } from "./command-files.ts";

/** Folders of a run. */
export type RunFolders = {
  /** The checkout; the working directory of the action. */
  workspace: string;
  temp: string;
  toolCache: string;
  home: string;
  eventPath: string;
};

/** What the environment of a stage is made of. */
export type EnvironmentParts = {
  action: ActionFile;
  inputs: Record<string, string>;
  /** Of the job and the step, and what earlier stages wrote to `GITHUB_ENV`. */
  env: Record<string, string | undefined>;
  state: Record<string, string>;
  /** Overrides of `GITHUB_*`, by full name. */
  github: Record<string, string>;
  /** Step debug logging: `RUNNER_DEBUG=1`. */
  isDebug: boolean;
  files: CommandFiles;
  folders: RunFolders;
  /** Entries that earlier stages wrote to `GITHUB_PATH`, the last written first. */
  prependPath: string[];
  /** True: nothing but what the runner itself sets, as after `env -i`; no PATH, HOME or LANG. */
  isBare: boolean;
};

/** The token the emulator hands out as `ACTIONS_RUNTIME_TOKEN`; masked from the start. */
export const RUNTIME_TOKEN = "emulated-actions-runtime-token";

/** The inputs a stage gets: those of the workflow, with the defaults of action.yml for the rest. */
export function resolveInputs(
  action: ActionFile,
  given: Record<string, string | number | boolean>,
): Record<string, string> {
  const names = new Set(Object.keys(given).map((name) => name.toLowerCase()));
  const resolved = Object.entries(given).map(([name, value]) => [name, String(value)] as const);
  const defaults = action.inputs
    .filter(({ name }) => !names.has(name.toLowerCase()))
    .map((input) => [input.name, evaluateDefault(input)] as const);
  return Object.fromEntries([...resolved, ...defaults]);
}

/** The inputs that action.yml does not know; the runner warns of them. */
export function findUnexpectedInputs(action: ActionFile, given: object): string[] {
  const known = new Set(action.inputs.map(({ name }) => name.toLowerCase()));
  return Object.keys(given).filter((name) => !known.has(name.toLowerCase()));
}

/** The variable that carries an input: upper case, blanks become `_`, hyphens stay. */
function toInputVariable(name: string): string {
  return `INPUT_${name.replaceAll(" ", "_").toUpperCase()}`;
}

/** The whole environment of a stage; nothing is inherited but PATH. */
export function buildEnvironment(parts: EnvironmentParts): Record<string, string> {
  const { inputs, state, isBare, folders } = parts;
  const base = isBare ? {} : { HOME: folders.home, LANG: "C.UTF-8" };
  const merged = {
    ...base,
    ...definedOnly(parts.env),
    ...prefixed("STATE_", state),
    ...Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [toInputVariable(name), value]),
    ),
    ...githubVariables(parts),
    ...parts.github,
    ...runnerVariables(folders),
    ...(parts.isDebug ? { RUNNER_DEBUG: "1" } : {}),
    ACTIONS_RUNTIME_URL: "http://127.0.0.1:9/",
    ACTIONS_RUNTIME_TOKEN: RUNTIME_TOKEN,
    GITHUB_ACTIONS: "true",
  };
  const path = [...parts.prependPath, isBare ? "" : (process.env["PATH"] ?? "")].filter(Boolean);
  return { CI: "true", ...(path.length > 0 ? { PATH: path.join(":") } : {}), ...merged };
}

function githubVariables({ files, folders }: EnvironmentParts): Record<string, string> {
  return {
    ...prefixed("GITHUB_", files),
    GITHUB_ACTION: "__self",
    GITHUB_ACTOR: "octocat",
    GITHUB_ACTOR_ID: "583231",
    GITHUB_API_URL: "https://api.github.com",
    GITHUB_BASE_REF: "",
    GITHUB_EVENT_NAME: "workflow_dispatch",
    GITHUB_EVENT_PATH: folders.eventPath,
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
    GITHUB_WORKSPACE: folders.workspace,
  };
}

function runnerVariables(folders: RunFolders): Record<string, string> {
  return {
    RUNNER_ARCH: process.arch === "arm64" ? "ARM64" : "X64",
    RUNNER_ENVIRONMENT: "github-hosted",
    RUNNER_NAME: "emulator",
    RUNNER_OS: "Linux",
    RUNNER_TEMP: folders.temp,
    RUNNER_TOOL_CACHE: folders.toolCache,
    RUNNER_WORKSPACE: folders.workspace,
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

function definedOnly(values: Record<string, string | undefined>): Record<string, string> {
  const defined: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) defined[name] = value;
  }
  return defined;
}
