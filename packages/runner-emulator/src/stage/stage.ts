import { join, resolve } from "node:path";
import { createAnnotationCollector } from "../commands/annotations.ts";
import { createCommandProcessor } from "../commands/command-processor.ts";
import { createCommandFiles } from "../files/command-files.ts";
import type { StageName, StageResult } from "../result/result.ts";
import type { Run } from "../result/run.ts";
import { startActionProcess } from "./action-process.ts";
import { buildEnvironment } from "./environment.ts";
import { createRunningStage, sayPrinted, type Stage, type StageScript } from "./running-stage.ts";
import { settleStage } from "./settle-stage.ts";

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
  const annotations = createAnnotationCollector(name, run);
  const processor = createCommandProcessor(name, run, annotations);
  const env = buildEnvironment(run, files, before);
  const startedAtMs = run.clock();
  const path = resolve(run.settings.actionDir, file);
  const process = startActionProcess(run, path, env, processor.take);
  const stage: Stage = { run, name, startedAtMs, files, annotations, processor, process };
  const [end] = await Promise.all([process.ended, runScript(stage, script)]);
  processor.end();
  return { ...stage, result: settleStage({ ...stage, end }) };
}

/** Runs the script beside the process; kills the process if the script fails or time is up. */
async function runScript(stage: Stage, script: StageScript | undefined): Promise<void> {
  const { run, name, process, processor } = stage;
  const { deadlineMs = 60_000 } = run.settings;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const what = `${name} was still running after ${deadlineMs} ms`;
      reject(new Error(`${what}; ${sayPrinted(processor.lines)}`));
    }, deadlineMs);
  });
  const work = Promise.all([script?.(createRunningStage(stage)), process.ended]);
  try {
    await Promise.race([work, late]);
  } catch (error) {
    process.signal("SIGKILL");
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
