import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { evaluatePostIf, readActionFile, type ActionFile } from "./files/action-file.ts";
import { RUNNER_GRACE_PERIODS, type GracePeriods } from "./stage/action-process.ts";
import {
  buildEnvironment,
  findUnexpectedInputs,
  resolveInputs,
  RUNTIME_TOKEN,
  type RunFolders,
} from "./files/environment.ts";
import { createMasker } from "./text/masker.ts";
import type { Problem, RunnerResult, StageName, StageResult } from "./result/result.ts";
import { runStage, type EndedStage } from "./stage/stage.ts";
import type { StageParts, StageScript } from "./stage/running-stage.ts";
import { summarizeRun } from "./summarize-run.ts";

/** What to run and how. */
export type RunOptions = {
  /** The folder of action.yml. */
  actionDir: string;
  /** The Node binary; this process's own by default. */
  node?: string;
  /** `with:` of the step. */
  inputs?: Record<string, string | number | boolean>;
  /** `env:` of the step and job; undefined values are left out. */
  env?: Record<string, string | undefined>;
  /** Overrides of `GITHUB_*`, by full name. */
  github?: Record<string, string>;
  /** The checkout; a new empty folder by default, removed afterwards. */
  workspace?: string;
  /** `RUNNER_TEMP`; a new folder by default, removed afterwards. */
  temp?: string;
  /** Files to write into the workspace first, by relative path. */
  files?: Record<string, string>;
  /** Values the workflow took from `secrets`: masked from the start. */
  secrets?: string[];
  /** What the test does while main runs. */
  script?: StageScript;
  /** What the test does while post runs. */
  postScript?: StageScript;
  gracePeriods?: Partial<GracePeriods>;
  /** Beyond this a stage is killed and the run rejects, ms. 60,000 by default. */
  deadlineMs?: number;
  /** True: no PATH, HOME, LANG, as after `env -i`. */
  isBare?: boolean;
  /** Step debug logging. */
  isDebug?: boolean;
  /**
   * A job with `container:`. The runner starts the action by `docker exec` and signals that client alone,
   * which forwards nothing (README 15): a cancelled main lives on until the container is removed,
   * after post.
   */
  isInContainer?: boolean;
  /** What happens between post and the removal of the container, such as the post steps of others. */
  beforeRemoval?: () => Promise<void>;
};

/**
 * Runs a built JavaScript action as GitHub's runner on Linux does: main as a process with a clean
 * environment, both streams parsed for commands, its files read whatever its end, then post as a
 * new process with the saved state (README 3, 4).
 *
 * Windows cannot be emulated here: Ctrl-C and Ctrl-Break (SIGINT and SIGBREAK in Node) and the
 * asynchronous pipes of that system need a test of their own.
 *
 * @throws an `Error` if action.yml cannot be used, a script of the test fails or a stage outlives
 * `deadlineMs`
 */
export async function runAction(options: RunOptions): Promise<RunnerResult> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "runner-")));
  try {
    return await runBothStages(options, await createFolders(root, options), root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

type StageRunner = (stage: StageName, file: string, before?: StageResult) => Promise<EndedStage>;

function createStageRunner(
  options: RunOptions,
  {
    action,
    folders,
    root,
    ...shared
  }: Pick<StageParts, "masker" | "problems" | "startedAt"> & {
    action: ActionFile;
    folders: RunFolders;
    root: string;
  },
): StageRunner {
  const inputs = resolveInputs(action, options.inputs ?? {});
  const origin = performance.now();
  const clock = (): number => performance.now() - origin;
  return (stage, file, before) =>
    runStage({
      ...toCommonParts(options),
      ...shared,
      stage,
      scriptPath: join(resolve(options.actionDir), file),
      cwd: folders.workspace,
      filesDirectory: join(root, "_runner_file_commands", randomUUID()),
      buildEnv: (files) =>
        buildEnvironment({
          ...toCommonParts(options),
          action,
          inputs,
          env: { ...options.env, ...before?.env },
          state: before?.state ?? {},
          github: options.github ?? {},
          files,
          folders,
          prependPath: (before?.path ?? []).toReversed(),
        }),
      declaredOutputs: action.outputs,
      unexpectedInputs: stage === "main" ? findUnexpectedInputs(action, options.inputs ?? {}) : [],
      runsWhenCancelled: stage === "post" && evaluatePostIf(action, "cancelled"),
      script: stage === "main" ? options.script : options.postScript,
      clock,
    });
}

async function runBothStages(
  options: RunOptions,
  folders: RunFolders,
  root: string,
): Promise<RunnerResult> {
  const action = readActionFile(options.actionDir);
  const masker = createMasker();
  for (const secret of [RUNTIME_TOKEN, ...(options.secrets ?? [])]) masker.addWithLines(secret);
  const problems: Problem[] = [];
  const startedAt = Date.now();
  const run = createStageRunner(options, { action, folders, root, masker, problems, startedAt });
  const main = await run("main", action.main);
  try {
    const postSkipped = whyNoPost(action, main);
    const post =
      action.post !== undefined && postSkipped === undefined
        ? await run("post", action.post, main.result)
        : undefined;
    await options.beforeRemoval?.();
    const outlivedPost = await main.process.remove();
    return summarizeRun({ main, post, postSkipped, outlivedPost, problems, startedAt });
  } finally {
    await main.process.remove();
  }
}

/** What both stages are run with, whatever the action. */
function toCommonParts({ node, gracePeriods, deadlineMs, ...options }: RunOptions) {
  return {
    node: node ?? process.execPath,
    graces: { ...RUNNER_GRACE_PERIODS, ...gracePeriods },
    isBare: options.isBare ?? false,
    isDebug: options.isDebug ?? false,
    isInContainer: options.isInContainer ?? false,
    deadlineMs: deadlineMs ?? 60_000,
  };
}

function whyNoPost(action: ActionFile, main: EndedStage): RunnerResult["postSkipped"] {
  const { interruption, result } = main;
  if (action.post === undefined) return "no post in action.yml";
  if (interruption === "runner death" || interruption === "runner shutdown") return interruption;
  return evaluatePostIf(action, result.conclusion) ? undefined : "post-if";
}

async function createFolders(root: string, options: RunOptions): Promise<RunFolders> {
  const folders: RunFolders = {
    workspace: options.workspace ?? join(root, "work"),
    temp: options.temp ?? join(root, "temp"),
    toolCache: join(root, "tools"),
    home: join(root, "home"),
    eventPath: join(root, "event.json"),
  };
  const { workspace, temp, toolCache, home } = folders;
  await Promise.all(
    [workspace, temp, toolCache, home].map((path) => mkdir(path, { recursive: true })),
  );
  await writeFile(folders.eventPath, "{}");
  for (const [path, text] of Object.entries(options.files ?? {})) {
    await mkdir(join(workspace, path, ".."), { recursive: true });
    await writeFile(join(workspace, path), text);
  }
  return folders;
}
