import { noAnnotations } from "./commands/annotations.ts";
import type { JobStatus } from "./files/expression.ts";
import type { AnnotationCounts, RunnerResult, StageResult } from "./result/result.ts";
import type { Run } from "./result/run.ts";
import type { EndedStage } from "./stage/stage.ts";

/** Puts the stages of a run together. */
export function summarizeRun(
  run: Run,
  main: EndedStage,
  post: EndedStage | undefined,
  { postSkipped, outlivedPost }: Pick<RunnerResult, "postSkipped" | "outlivedPost">,
): RunnerResult {
  const isLost = main.interruption === "runner death";
  const stages = [main, ...(post ? [post] : [])].map(({ result }) => result);
  const annotations = stages.flatMap((stage) => stage.annotations);
  return {
    conclusion: worst(stages.map(({ conclusion }) => conclusion)),
    main: main.result,
    post: post?.result,
    postSkipped,
    outlivedPost,
    outputs: isLost ? {} : main.result.outputs,
    state: main.result.state,
    summary: isLost ? "" : stages.map(({ summary }) => summary.uploaded).join(""),
    annotations: annotations.filter(({ source }) => source !== "runner"),
    runnerAnnotations: annotations.filter(({ source }) => source === "runner"),
    sent: addUp(stages),
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

function addUp(stages: readonly StageResult[]): AnnotationCounts {
  const total = noAnnotations();
  for (const { sent } of stages) {
    total.error += sent.error;
    total.warning += sent.warning;
    total.notice += sent.notice;
  }
  return total;
}
