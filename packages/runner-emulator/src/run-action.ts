import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { evaluatePostIf, type JobStatus, readActionFile } from "./files/action-file.ts";
import type { AnnotationLevel, Run, RunnerResult, RunSettings } from "./result/run.ts";
import { findUnexpectedInputs, RUNTIME_TOKEN } from "./stage/environment.ts";
import type { StageScript } from "./stage/running-stage.ts";
import { type EndedStage, runStage } from "./stage/stage.ts";
import { createMasker } from "./text/masker.ts";

/** What to run and how, and what happens meanwhile. */
export type RunOptions = RunSettings & {
  /** What the test does while main runs. */
  script?: StageScript;
  /** What the test does while post runs. */
  postScript?: StageScript;
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
    return await runBothStages(await openRun(options, root), options);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function openRun(settings: RunSettings, root: string): Promise<Run> {
  const { workspace = join(root, "work"), temp = join(root, "temp"), files = {} } = settings;
  const folders = [workspace, temp, join(root, "tools"), join(root, "home")];
  await Promise.all(folders.map((path) => mkdir(path, { recursive: true })));
  await writeFile(join(root, "event.json"), "{}");
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(workspace, path, ".."), { recursive: true });
    await writeFile(join(workspace, path), text);
  }
  const masker = createMasker();
  for (const secret of [RUNTIME_TOKEN, ...(settings.secrets ?? [])]) masker.addWithLines(secret);
  const [startedAt, origin] = [Date.now(), performance.now()];
  const clock = (): number => performance.now() - origin;
  const action = readActionFile(settings.actionDir);
  return { settings, action, root, workspace, temp, masker, problems: [], startedAt, clock };
}

async function runBothStages(
  run: Run,
  { script, postScript, beforeRemoval }: RunOptions,
): Promise<RunnerResult> {
  const { action, problems } = run;
  const main = await runStage(run, "main", action.main, script);
  try {
    for (const detail of findUnexpectedInputs(run)) {
      problems.push({ stage: "main", kind: "unexpected-input", detail });
    }
    const postSkipped = whyNoPost(run, main);
    const post =
      action.post !== undefined && postSkipped === undefined
        ? await runStage(run, "post", action.post, postScript, main.result)
        : undefined;
    await beforeRemoval?.();
    const outlivedPost = await main.process.remove();
    return summarizeRun(run, main, post, { postSkipped, outlivedPost });
  } finally {
    await main.process.remove();
  }
}

function whyNoPost({ action }: Run, main: EndedStage): RunnerResult["postSkipped"] {
  const { interruption, result } = main;
  if (action.post === undefined) return "no post in action.yml";
  if (interruption === "runner death" || interruption === "runner shutdown") return interruption;
  return evaluatePostIf(action, result.conclusion) ? undefined : "post-if";
}

function summarizeRun(
  run: Run,
  main: EndedStage,
  post: EndedStage | undefined,
  { postSkipped, outlivedPost }: Pick<RunnerResult, "postSkipped" | "outlivedPost">,
): RunnerResult {
  const isLost = main.interruption === "runner death";
  const stages = [main, ...(post ? [post] : [])].map(({ result }) => result);
  const count = (level: AnnotationLevel) => stages.reduce((sum, { sent }) => sum + sent[level], 0);
  const annotations = stages.flatMap((stage) => stage.annotations);
  return {
    conclusion: worst(stages.map(({ conclusion }) => conclusion)),
    main: main.result,
    post: post?.result,
    postSkipped,
    outlivedPost,
    outputs: isLost ? {} : main.result.outputs,
    state: main.result.state,
    summary: isLost ? "" : stages.map(({ summary }) => summary).join(""),
    annotations: annotations.filter(({ source }) => source !== "runner"),
    runnerAnnotations: annotations.filter(({ source }) => source === "runner"),
    sent: { error: count("error"), warning: count("warning"), notice: count("notice") },
    commands: stages.flatMap(({ commands }) => commands),
    lines: stages.flatMap(({ lines }) => lines),
    masks: stages.flatMap(({ masks }) => masks),
    log: stages.map(({ log }) => log).join("\n"),
    rawStdout: stages.map(({ rawStdout }) => rawStdout).join(""),
    rawStderr: stages.map(({ rawStderr }) => rawStderr).join(""),
    problems: run.problems,
    startedAt: run.startedAt,
  };
}

function worst(conclusions: readonly JobStatus[]): JobStatus {
  if (conclusions.includes("cancelled")) return "cancelled";
  return conclusions.includes("failure") ? "failure" : "success";
}
