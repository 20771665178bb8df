import { Buffer } from "node:buffer";
import { join, resolve } from "node:path";
import { openStageRecord, reportLeftOpen, takeLine } from "../commands/command-processor.ts";
import { annotateAsRunner, report, type StageRecord } from "../commands/stage-record.ts";
import {
  type CommandFileName,
  createCommandFiles,
  parsePairs,
  readCommandFiles,
  SUMMARY_LIMIT_BYTES,
} from "../files/command-files.ts";
import type { JobStatus } from "../files/action-file.ts";
import type { Run, StageName, StageResult } from "../result/run.ts";
import { splitLines } from "../text/lines.ts";
import { MASK } from "../text/masker.ts";
import { type ProcessEnd, settlesWithin, startActionProcess } from "./action-process.ts";
import { buildEnvironment } from "./environment.ts";
import {
  createRunningStage,
  type Interruption,
  sayPrinted,
  type Stage,
  type StageScript,
} from "./running-stage.ts";

/** A stage that has ended; its process lives on after a cancel in a container job. */
export type EndedStage = Stage & { result: StageResult };

/**
 * Runs one process of the action and reads what it left, whatever its end.
 *
 * @param before what ended before it in the step
 * @throws an `Error` if the script of the test fails or the deadline passes; the process is killed
 */
export async function runStage(
  run: Run,
  name: StageName,
  file: string,
  script: StageScript | undefined,
  before?: StageResult,
): Promise<EndedStage> {
  const files = await createCommandFiles(join(run.root, "_runner_file_commands", name));
  const record = openStageRecord(run, name);
  const env = buildEnvironment(run, files, before);
  const startedAtMs = run.clock();
  const path = resolve(run.settings.actionDir, file);
  const process = startActionProcess(run, path, env, (line) => takeLine(record, line));
  const stage: Stage = { record, startedAtMs, files, process };
  const [end] = await Promise.all([process.ended, runScript(stage, script)]);
  return { ...stage, result: settle(stage, end) };
}

/** Runs the script beside the process; kills the process if the script fails or time is up. */
async function runScript(stage: Stage, script: StageScript | undefined): Promise<void> {
  const { process, record } = stage;
  const { deadlineMs = 60_000 } = record.run.settings;
  const work = Promise.all([script?.(createRunningStage(stage)), process.ended]);
  try {
    if (await settlesWithin(work, deadlineMs)) return;
    const what = `${record.stage} was still running after ${deadlineMs} ms`;
    throw new Error(`${what}; ${sayPrinted(record.lines)}`);
  } catch (error) {
    process.signal("SIGKILL");
    throw error;
  }
}

/** Reads the files of a stage that has ended and judges it, as the runner does in its `finally`. */
function settle(stage: Stage, end: ProcessEnd): StageResult {
  const { record, process, startedAtMs, interruption } = stage;
  const { stage: name, lines, commands, annotations, sent, masks, outputs, state } = record;
  const { exitCode, signal, exitedAtMs, closedAtMs } = end;
  reportLeftOpen(record);
  const files = readCommandFiles(stage.files);
  const env: Record<string, string> = {};
  const targets = { OUTPUT: outputs, STATE: state, ENV: env };
  for (const file of ["OUTPUT", "STATE", "ENV"] as const) {
    const { pairs, error } = parsePairs(files[file]);
    Object.assign(targets[file], Object.fromEntries(pairs));
    if (error !== undefined) failFile(record, file, error);
  }
  const summary = settleSummary(record, files.STEP_SUMMARY);
  reportOutputs(record);
  reportEnd(stage, end);
  return {
    stage: name,
    conclusion: judge(interruption, exitCode !== 0 || record.hasFailed),
    exitCode,
    signal,
    startedAtMs,
    exitedAtMs,
    closedAtMs,
    signals: [...process.signals],
    lines,
    commands,
    annotations,
    sent,
    masks,
    outputs,
    state,
    env,
    path: splitLines(files.PATH).filter((line) => line !== ""),
    summary,
    files,
    rawStdout: process.rawText("stdout"),
    rawStderr: process.rawText("stderr"),
    log: lines.flatMap(({ shown }) => shown ?? []).join("\n"),
  };
}

function judge(interruption: Interruption | undefined, hasFailed: boolean): JobStatus {
  if (interruption === "cancelled") return "cancelled";
  return hasFailed || interruption !== undefined ? "failure" : "success";
}

function failFile(record: StageRecord, file: CommandFileName, error: string): void {
  record.hasFailed = true;
  report(record, "bad-file", `GITHUB_${file}: ${error}`);
  const message = `Unable to process file command '${file.toLowerCase()}' successfully.`;
  annotateAsRunner(record, "error", message);
  annotateAsRunner(record, "error", error);
}

function settleSummary(record: StageRecord, raw: string): string {
  const bytes = Buffer.byteLength(raw);
  if (bytes > SUMMARY_LIMIT_BYTES) {
    report(record, "summary-too-big", `${bytes} bytes`);
    const message = `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got ${bytes >> 10}k.`;
    annotateAsRunner(record, "error", message);
    return "";
  }
  const lines = splitLines(raw).map((line) => `${record.run.masker.mask(line)}\n`);
  return lines.join("");
}

function reportOutputs(record: StageRecord): void {
  const { action, masker } = record.run;
  for (const [name, value] of Object.entries(record.outputs)) {
    if (!action.outputs.includes(name)) report(record, "undeclared-output", name);
    const isSecret = masker.mask(value) !== value || value.includes(MASK);
    if (isSecret) report(record, "masked-output", name);
  }
}

function reportEnd({ record, process, interruption }: Stage, end: ProcessEnd): void {
  if (end.pipesHeldOpen) {
    const heldMs = Math.round(end.closedAtMs - end.exitedAtMs);
    report(record, "pipes-held-open", `${heldMs} ms after the end`);
  }
  const signals = process.signals.map(({ signal }) => signal);
  if (signals.includes("SIGTERM") && end.signal === "SIGKILL") {
    report(record, "signals-ignored", signals.join(", "));
  }
  if (interruption === "cancelled" && signals.length > 0) {
    annotateAsRunner(record, "error", "The operation was canceled.");
  }
  if (interruption === "timed-out") {
    annotateAsRunner(record, "error", "The action has timed out.");
  }
}
