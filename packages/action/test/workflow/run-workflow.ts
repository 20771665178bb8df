import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  type Contexts,
  evaluateIf,
  fillAll,
  parsePairs,
  runAction,
  type RunnerResult,
} from "@qizhi/runner-emulator";
import { actionDir } from "../bundle.ts";
import { isOwnAction, type Step, type Workflow } from "../workflow-step.ts";

/** What a workflow is run with. */
export interface WorkflowOptions {
  /** `secrets`, `vars` and what `github` has beside the usual. */
  contexts: {
    readonly [name in "secrets" | "vars" | "github"]?: Readonly<Record<string, unknown>>;
  };
  /** Files of the repository, by path. */
  files?: Readonly<Record<string, string>>;
  /** Commands that `run:` finds first, as shell scripts by name. */
  commands?: Readonly<Record<string, string>>;
  /** What the Action is taken to have given, instead of being run. */
  outputs?: Readonly<Record<string, string>>;
  /** Inputs that every step with the Action gets beside its own. */
  inputs?: Readonly<Record<string, string>>;
  /** What replaces variables of the workflow. */
  overrides?: Readonly<Record<string, string>>;
}

/** How a workflow ended. */
export interface WorkflowResult {
  readonly conclusion: "success" | "failure" | "skipped";
  /** The runs of the Action, in order. */
  readonly actions: readonly RunnerResult[];
  /** What `run:` printed, by the step's name or id. */
  readonly printed: Readonly<Record<string, string>>;
}

interface Ended {
  readonly ok: boolean;
  readonly outputs: Readonly<Record<string, string>>;
}

/** Runs the one job of a workflow as the runner does: conditions, expressions, the built Action, and shells. */
export async function runWorkflow(
  workflow: Workflow,
  options: WorkflowOptions,
): Promise<WorkflowResult> {
  const [job] = Object.values(workflow.jobs);
  if (job === undefined) throw new Error(`${workflow.name} has no job`);
  const root = await mkdtemp(join(tmpdir(), "workflow-"));
  const actions: RunnerResult[] = [];
  const printed: Record<string, string> = {};
  const steps: Record<string, { outputs: Readonly<Record<string, string>>; outcome: string }> = {};
  const contexts = (): Contexts => ({
    secrets: {},
    vars: {},
    ...options.contexts,
    github: {
      repository: "octocat/example",
      ref: "refs/heads/main",
      sha: "0123abcd",
      ...ids,
      ...options.contexts.github,
    },
    steps,
  });
  try {
    await prepare(root, options);
    if (!evaluateIf(job.if, contexts())) return { conclusion: "skipped", actions, printed };
    let hasFailed = false;
    for (const step of job.steps) {
      if (!evaluateIf(step.if, contexts(), hasFailed ? "failure" : "success")) continue;
      const env = { ...fillAll({ ...job.env, ...step.env }, contexts()), ...options.overrides };
      const run = isOwnAction(step) ? runOwn : runShell;
      const { ok, outputs } = await run(step, {
        root,
        env,
        options,
        contexts: contexts(),
        actions,
        printed,
      });
      if (step.id !== undefined) steps[step.id] = { outputs, outcome: ok ? "success" : "failure" };
      hasFailed ||= !ok && step["continue-on-error"] !== true;
    }
    return { conclusion: hasFailed ? "failure" : "success", actions, printed };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

const ids = { run_id: "1658821493", run_attempt: "1", event_name: "workflow_dispatch" };

interface StepParts {
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
  readonly options: WorkflowOptions;
  readonly contexts: Contexts;
  readonly actions: RunnerResult[];
  readonly printed: Record<string, string>;
}

async function prepare(
  root: string,
  { files = {}, commands = {} }: WorkflowOptions,
): Promise<void> {
  for (const folder of ["temp", "work"]) await mkdir(join(root, folder));
  const scripts = Object.entries(commands).map(([name, text]) => [`bin/${name}`, text] as const);
  const all = [
    ...Object.entries(files).map(([path, text]) => [`work/${path}`, text] as const),
    ...scripts,
  ];
  for (const [path, text] of all) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  for (const [path] of scripts) await chmod(join(root, path), 0o755);
}

async function runOwn(
  step: Step,
  { root, env, options, contexts, actions }: StepParts,
): Promise<Ended> {
  if (options.outputs !== undefined) return { ok: true, outputs: options.outputs };
  const result = await runAction({
    actionDir,
    inputs: { ...fillAll(step.with, contexts), "poll-interval": "100ms", ...options.inputs },
    env,
    workspace: join(root, "work"),
    temp: join(root, "temp"),
  });
  actions.push(result);
  return { ok: result.conclusion === "success", outputs: result.outputs };
}

/** Runs a script as the runner does where no shell is named; a step that uses another action does nothing. */
async function runShell(step: Step, { root, env, printed }: StepParts): Promise<Ended> {
  if (step.run === undefined) return { ok: true, outputs: {} };
  const [script, outputs] = [join(root, "step.sh"), join(root, "outputs")];
  await writeFile(script, step.run);
  await writeFile(outputs, "");
  const ended = await new Promise<{ ok: boolean; text: string }>((resolve) => {
    const path = `${join(root, "bin")}:${dirname(process.execPath)}:${process.env["PATH"]}`;
    const given = { ...env, PATH: path, GITHUB_OUTPUT: outputs };
    const more = { GITHUB_REPOSITORY: "octocat/example", RUNNER_TEMP: join(root, "temp") };
    const settings = { cwd: join(root, "work"), env: { ...given, ...more } };
    // A variable that is too long makes the start itself fail.
    try {
      execFile("bash", ["-e", script], settings, (error, stdout, stderr) => {
        resolve({ ok: error === null, text: `${stdout}${stderr}${error?.message ?? ""}` });
      });
    } catch (error) {
      resolve({ ok: false, text: String(error) });
    }
  });
  printed[step.name ?? step.id ?? ""] = ended.text;
  const { pairs } = parsePairs(await readFile(outputs, "utf8"));
  return { ok: ended.ok, outputs: Object.fromEntries(pairs) };
}
