import { Buffer } from "node:buffer";
import type { CommandFileName } from "../files/command-files.ts";
import { parsePairs, readCommandFile, SUMMARY_LIMIT_BYTES } from "../files/command-files.ts";
import { splitLines } from "../text/lines.ts";
import { MASK } from "../text/masker.ts";
import type { JobStatus } from "../files/expression.ts";
import type { ProblemKind, StageResult, Summary } from "../result/result.ts";
import type { ProcessEnd } from "./action-process.ts";
import type { Interruption, Stage } from "./running-stage.ts";

/** A stage whose process has ended and whose files are still to be read. */
type FinishedStage = Stage & { end: ProcessEnd };

type Settled = Pick<StageResult, "outputs" | "state" | "env" | "path"> & { hasBadFile: boolean };

/** Reads the files of a stage that has ended and judges it, as the runner does in its `finally`. */
export function settleStage(stage: FinishedStage): StageResult {
  const { processor, annotations, process, interruption, end } = stage;
  const files = readAll(stage);
  const settled = settleFiles(stage, files);
  const summary = settleSummary(stage, files.STEP_SUMMARY);
  reportOutputs(stage, settled.outputs);
  reportEnd(stage);
  const hasFailed = end.exitCode !== 0 || processor.context.hasFailed || settled.hasBadFile;
  const { hasBadFile: _, ...values } = settled;
  return {
    stage: stage.name,
    conclusion: judge(interruption, hasFailed),
    exitCode: end.exitCode,
    signal: end.signal,
    startedAtMs: stage.startedAtMs,
    exitedAtMs: end.exitedAtMs,
    closedAtMs: end.closedAtMs,
    signals: [...process.signals],
    lines: processor.lines,
    commands: processor.commands,
    annotations: annotations.kept,
    sent: annotations.sent,
    masks: processor.context.masks,
    ...values,
    summary,
    files,
    rawStdout: process.rawText("stdout"),
    rawStderr: process.rawText("stderr"),
    log: processor.lines.flatMap(({ shown }) => shown ?? []).join("\n"),
  };
}

function judge(interruption: Interruption | undefined, hasFailed: boolean): JobStatus {
  if (interruption === "cancelled") return "cancelled";
  return hasFailed || interruption !== undefined ? "failure" : "success";
}

function readAll({ files }: FinishedStage): Record<CommandFileName, string> {
  return {
    OUTPUT: readCommandFile(files.OUTPUT),
    STATE: readCommandFile(files.STATE),
    ENV: readCommandFile(files.ENV),
    PATH: readCommandFile(files.PATH),
    STEP_SUMMARY: readCommandFile(files.STEP_SUMMARY),
  };
}

function settleFiles(stage: FinishedStage, files: Record<CommandFileName, string>): Settled {
  const { context } = stage.processor;
  const settled: Settled = {
    outputs: { ...context.outputs },
    state: { ...context.state },
    env: {},
    path: splitLines(files.PATH).filter((line) => line !== ""),
    hasBadFile: false,
  };
  const targets = { OUTPUT: settled.outputs, STATE: settled.state, ENV: settled.env } as const;
  for (const name of ["OUTPUT", "STATE", "ENV"] as const) {
    const { pairs, error } = parsePairs(files[name]);
    for (const [key, value] of pairs) targets[name][key] = value;
    if (error === undefined) continue;
    settled.hasBadFile = true;
    addProblem(stage, "bad-file", `GITHUB_${name}: ${error}`);
    addRunnerError(stage, `Unable to process file command '${name.toLowerCase()}' successfully.`);
    addRunnerError(stage, error);
  }
  return settled;
}

function settleSummary(stage: FinishedStage, raw: string): Summary {
  const bytes = Buffer.byteLength(raw);
  if (bytes > SUMMARY_LIMIT_BYTES) {
    addProblem(stage, "summary-too-big", `${bytes} bytes`);
    addRunnerError(
      stage,
      `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got ${bytes >> 10}k.`,
    );
    return { raw, uploaded: "" };
  }
  const lines = splitLines(raw).map((line) => `${stage.run.masker.mask(line)}\n`);
  return { raw, uploaded: lines.join("") };
}

function reportOutputs(stage: FinishedStage, outputs: Record<string, string>): void {
  const { action, masker } = stage.run;
  for (const [name, value] of Object.entries(outputs)) {
    if (!action.outputs.includes(name)) addProblem(stage, "undeclared-output", name);
    const isSecret = masker.mask(value) !== value || value.includes(MASK);
    if (isSecret) addProblem(stage, "masked-output", name);
  }
}

function reportEnd(stage: FinishedStage): void {
  const { end, interruption, process } = stage;
  if (end.pipesHeldOpen) {
    const heldMs = Math.round(end.closedAtMs - end.exitedAtMs);
    addProblem(stage, "pipes-held-open", `${heldMs} ms after the end`);
  }
  const signals = process.signals.map(({ signal }) => signal);
  if (signals.includes("SIGTERM") && end.signal === "SIGKILL") {
    addProblem(stage, "signals-ignored", signals.join(", "));
  }
  if (interruption === "cancelled" && signals.length > 0) {
    addRunnerError(stage, "The operation was canceled.");
  }
  if (interruption === "timed-out") addRunnerError(stage, "The action has timed out.");
}

function addProblem({ run, name }: FinishedStage, kind: ProblemKind, detail: string): void {
  run.problems.push({ stage: name, kind, detail });
}

function addRunnerError(stage: FinishedStage, message: string): void {
  const { closedAtMs: atMs } = stage.end;
  const issue = { level: "error", source: "runner", message, properties: {}, atMs } as const;
  stage.annotations.add({ ...issue, stream: undefined });
}
